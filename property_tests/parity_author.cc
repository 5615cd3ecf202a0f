#include "property_tests/parity_author.h"

#include <algorithm>

namespace property {

namespace {

constexpr int kDeepest = 6;
const std::vector<std::string> kTasks = {"a", "b", "c", "d", "e"};

}  // namespace

Author::Author(const rc::Random& random, int max_operations)
    : random_(random), left_(std::max(3, max_operations)) {}

nlohmann::json Author::write() {
  left_ = 3 + std::max(below(left_ - 2), below(left_ - 2));  // patterns may exceed it a little
  theme_ = below(5);
  make_objects();
  Json main = Json::array();
  begin_tasks(main);
  while (left_ > 0) {
    one(main);
    if (chance(30)) add(main, {"sleep", time()});
  }
  if (chance(85)) main.push_back({"sleep", 1 + below(8)});  // lets the others end
  Json objects = Json::object();
  for (const Object& object : objects_) {
    Json& spec = objects[object.name] = {{"type", object.type}};
    if (object.type.find("semaphore") != std::string::npos) spec["value"] = below(3);
    if (object.type.find("queue") != std::string::npos) spec["maxsize"] = below(3);
    if (object.type == "barrier") spec["parties"] = 1 + below(3);
  }
  return {{"objects", std::move(objects)}, {"main", std::move(main)}};
}

void Author::make_objects() {
  const int count = 1 + below(3);
  for (int i = 0; i < count; ++i) {
    objects_.push_back({std::string(1, static_cast<char>('x' + i)), type_of_theme()});
  }
}

std::string Author::type_of_theme() {
  static const char* const kAny[] = {
      "lock",    "semaphore", "bounded_semaphore", "event",      "condition",
      "barrier", "queue",     "priority_queue",    "lifo_queue", "future"};
  static const char* const kLocks[] = {"lock", "semaphore", "bounded_semaphore", "condition"};
  static const char* const kQueues[] = {"queue", "queue", "priority_queue", "lifo_queue"};
  static const char* const kSignals[] = {"event", "condition", "barrier", "future"};
  if (chance(25)) return one_of(kAny);
  switch (theme_) {
    case 0:
      return one_of(kLocks);
    case 1:
      return one_of(kQueues);
    case 2:
      return one_of(kSignals);
    default:
      return one_of(kAny);
  }
}

void Author::choose_and_make(Json& block, const std::vector<Choice>& choices) {
  int sum = 0;
  for (const Choice& choice : choices) sum += choice.weight;
  int at = below(sum);
  for (const Choice& choice : choices) {
    at -= choice.weight;
    if (at < 0) return (this->*choice.make)(block);
  }
}

nlohmann::json Author::block(int most) { return block_in(place_, most); }

nlohmann::json Author::block_in(Place place, int most) {
  Json block = Json::array();
  const Place outer = std::exchange(place_, place);
  ++depth_;
  const std::size_t size = static_cast<std::size_t>(chance(5) ? 0 : 1 + below(most));
  // One block must not use up what all have.
  const int kept = depth_ == 1 ? left_ * 7 / 10 : left_ / 2;
  left_ -= kept;
  while (block.size() < size && left_ > 0) {
    if (place == Place::callback) {
      add(block, sync_operation());
    } else {
      one(block);
    }
  }
  left_ += kept;
  --depth_;
  place_ = outer;
  return block;
}

nlohmann::json Author::blocks(int most) {
  Json blocks = Json::array();
  const int count = chance(4) ? 0 : 1 + below(most);
  for (int i = 0; i < count; ++i) blocks.push_back(block_in(Place::task, 3));
  return blocks;
}

void Author::one(Json& block) {
  const bool nested = theme_ >= 3;  // more of what surrounds blocks
  std::vector<Choice> choices = {
      {14, &Author::sleep},          {5, &Author::on_task},      {18, &Author::on_object},
      {8, &Author::wake_and_cancel}, {2, &Author::cancel_twice}, {4, &Author::await},
      {1, &Author::leave},           {2, &Author::counts},
  };
  if (depth_ < kDeepest) {
    const std::vector<Choice> deeper = {
        {nested ? 8 : 3, &Author::timeout},
        {nested ? 4 : 1, &Author::nested_timeouts},
        {nested ? 4 : 2, &Author::wait_for},
        {nested ? 8 : 2, &Author::group},
        {nested ? 4 : 2, &Author::gather},
        {2, &Author::gather_tasks},
        {3, &Author::wait_tasks},
        {2, &Author::as_completed},
        {2, &Author::call},
        {4, &Author::callback},
        {8, &Author::tries},
        {2, &Author::shielded},
        {2, &Author::loop},
        {5, &Author::spawn},
    };
    choices.insert(choices.end(), deeper.begin(), deeper.end());
  }
  choose_and_make(block, choices);
}

void Author::add(Json& block, Json operation) {
  --left_;
  block.push_back(std::move(operation));
}

// Main has to live on: what it waits for is limited and what it does is caught, most of the time.
void Author::add_guarded(Json& block, Json operation) {
  --left_;
  const bool is_main = place_ == Place::main;
  Json guarded = Json::array({std::move(operation)});
  if (chance(is_main ? 50 : 10)) {
    --left_;
    guarded = Json::array({Json::array({"timeout", 1 + below(4), std::move(guarded)})});
  }
  if (chance(is_main ? 75 : 40)) {
    --left_;
    const char* caught = chance(80) ? "any" : "Cancelled";
    guarded = Json::array(
        {Json::array({"try", std::move(guarded), caught, Json::array(), Json::array()})});
  }
  block.push_back(std::move(guarded[0]));
}

void Author::begin_tasks(Json& block) {
  begun_ = 2 + below(3);
  for (int i = 0; i < begun_ && left_ > 0; ++i) {
    add(block, {"spawn", kTasks[static_cast<std::size_t>(i)], block_in(Place::task, 7)});
  }
  if (chance(70) && left_ > 0) add(block, {"sleep", below(3)});
}

void Author::spawn(Json& block) {
  --left_;
  block.push_back({"spawn", task(), block_in(Place::task, 5)});
}

void Author::sleep(Json& block) { add(block, {"sleep", time()}); }

void Author::on_task(Json& block) {
  if (chance(75)) return add(block, {"cancel", task()});
  add(block, {"done", task()});
}

void Author::await(Json& block) {
  switch (below(4)) {
    case 0:
      return add_guarded(block, {"shield", task()});
    case 1:
      return add_guarded(block, {"wait_for_task", task(), limit()});
    default:
      return add_guarded(block, {"await", task()});
  }
}

void Author::on_object(Json& block) {
  const Object object = one_of(objects_);
  if (object.type == "event") return on_event(block, object.name);
  if (object.type == "condition") return on_condition(block, object.name);
  if (object.type == "barrier") return add_guarded(block, {"barrier", object.name});
  if (object.type == "future") return on_future(block, object.name);
  if (object.type.find("queue") != std::string::npos) return on_queue(block, object.name);
  on_lock(block, object.name);
}

void Author::on_lock(Json& block, const std::string& name) {
  switch (below(9)) {
    case 0:
    case 1:
      return add_guarded(block, {"acquire", name});
    case 2:
      add_guarded(block, {"acquire", name});
      if (chance(50)) one(block);
      return add_guarded(block, {"release", name});
    case 3:
      return add_guarded(block, {"release", name});
    case 4:
      return add(block, {"locked", name});
    default:
      if (depth_ >= kDeepest) return add_guarded(block, {"acquire", name});
      return add_guarded(block, {"with", name, this->block(3)});
  }
}

void Author::on_condition(Json& block, const std::string& name) {
  const Json wait = {"wait", name};
  const Json notify = chance(70) ? Json({"notify", name, below(3)}) : Json({"notify_all", name});
  switch (below(6)) {
    case 0:
      return on_lock(block, name);
    case 1:
      return add_guarded(block, wait);
    case 2:
      return add_guarded(block, notify);
    default: {
      Json inside = Json::array({chance(60) ? wait : notify});
      if (chance(30) && depth_ < kDeepest) one(inside);
      --left_;
      return add_guarded(block, {"with", name, std::move(inside)});
    }
  }
}

void Author::on_event(Json& block, const std::string& name) {
  switch (below(7)) {
    case 0:
      add(block, {"set", name});
      return add(block, {"clear", name});
    case 1:
      return add(block, {"set", name});
    case 2:
      return add(block, {"clear", name});
    case 3:
      return add(block, {"is_set", name});
    default:
      return add_guarded(block, {"wait", name});
  }
}

void Author::on_queue(Json& block, const std::string& name) {
  switch (below(14)) {
    case 0:
    case 1:
    case 2:
      return add_guarded(block, {"put", name, below(9)});
    case 3:
    case 4:
    case 5:
      return add_guarded(block, {"get", name});
    case 6:
      return add_guarded(block, {"put_nowait", name, below(9)});
    case 7:
      return add_guarded(block, {"get_nowait", name});
    case 8:  // takes what a waiter was woken for
      add(block, {"put_nowait", name, below(9)});
      return add_guarded(block, {"get_nowait", name});
    case 9:
      add_guarded(block, {"get_nowait", name});
      return add_guarded(block, {"put_nowait", name, below(9)});
    case 10:
      return add_guarded(block, {"task_done", name});
    case 11:
      return add_guarded(block, {"join", name});
    case 12:
      return add(block, {"shutdown", name, chance(40)});
    default:
      return add(block, {"qsize", name});
  }
}

void Author::on_future(Json& block, const std::string& name) {
  switch (below(6)) {
    case 0:
      return add_guarded(block, {"future_set", name, value()});
    case 1:
      return add_guarded(block, {"future_raise", name, error()});
    case 2:
      return add(block, {"future_cancel", name});
    default:
      return add_guarded(block, {"future", name});
  }
}

nlohmann::json Author::waker(const Object& object) {
  const std::string& name = object.name;
  if (object.type == "event") return {"set", name};
  if (object.type == "condition") return {"notify", name, 1 + below(2)};
  if (object.type == "future") {
    if (chance(60)) return {"future_set", name, value()};
    if (chance(50)) return {"future_raise", name, error()};
    return {"future_cancel", name};
  }
  if (object.type == "barrier") return {"cancel", task()};
  if (object.type.find("queue") == std::string::npos) return {"release", name};
  if (chance(10)) return {"shutdown", name, chance(50)};
  if (chance(30)) return {"get_nowait", name};
  return {"put_nowait", name, below(9)};
}

// A wake-up and a cancellation in one tick, in either order, or an iteration apart.
void Author::wake_and_cancel(Json& block) {
  const Object object = one_of(objects_);
  Json wake = waker(object);
  if (object.type == "condition" && chance(70) && depth_ < kDeepest) {
    --left_;
    wake = Json::array({"with", object.name, Json::array({std::move(wake)})});
  }
  const bool cancel_first = chance(40);
  if (cancel_first) add(block, {"cancel", task()});
  add_guarded(block, std::move(wake));
  if (chance(20)) add(block, {"sleep", 0});
  if (!cancel_first || chance(30)) add(block, {"cancel", task()});
  if (chance(20)) add_guarded(block, waker(object));
}

void Author::cancel_twice(Json& block) {
  const std::string who = task();
  add(block, {"cancel", who});
  if (chance(50)) add(block, {"sleep", 0});
  add(block, {"cancel", who});
  if (chance(50)) add_guarded(block, {"await", who});
}

void Author::timeout(Json& block) {
  Json inside = this->block(4);
  add_guarded(block, {"timeout", limit(), std::move(inside)});
}

// Deadlines that come together, or one after the other while the block is on its way out.
void Author::nested_timeouts(Json& block) {
  Json inside = this->block(3);
  const int n = 1 + below(3);
  const int levels = 2 + below(2);
  for (int i = 0; i < levels; ++i) {
    if (chance(30)) {
      inside = Json::array(
          {Json::array({"try", std::move(inside), "any", this->block(2), this->block(2)})});
      --left_;
    }
    const int after = std::max(0, n + below(3) - 1);
    inside = Json::array({Json::array({"timeout", chance(60) ? n : after, std::move(inside)})});
    --left_;
  }
  add_guarded(block, std::move(inside[0]));
}

void Author::wait_for(Json& block) {
  Json inside = block_in(Place::task, 4);
  add_guarded(block, {"wait_for", std::move(inside), limit()});
}

nlohmann::json Author::children() {
  Json children = Json::array();
  const int count = chance(8) ? 0 : 1 + below(3);
  for (int i = 0; i < count; ++i) {
    children.push_back(Json::array({task(), block_in(Place::task, 3)}));
  }
  return children;
}

void Author::group(Json& block) {
  Json names = children();
  Json inside = this->block(3);
  add_guarded(block, {"task_group", std::move(names), std::move(inside)});
}

void Author::gather(Json& block) {
  Json parts = blocks(3);
  add_guarded(block, {"gather", std::move(parts), chance(40)});
}

void Author::gather_tasks(Json& block) {
  Json names = Json::array();
  for (int i = below(4); i > 0; --i) names.push_back(task());
  add_guarded(block, {"gather_tasks", std::move(names), chance(40)});
}

void Author::wait_tasks(Json& block) {
  static const char* const kWhen[] = {"FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"};
  Json names = Json::array();
  for (int i = chance(5) ? 0 : 1 + below(3); i > 0; --i) names.push_back(task());
  add_guarded(block, {"wait_tasks", std::move(names), one_of(kWhen), limit()});
}

void Author::as_completed(Json& block) {
  Json parts = blocks(3);
  add_guarded(block, {"as_completed", std::move(parts)});
}

void Author::call(Json& block) {
  Json inside = this->block(3);
  add_guarded(block, {"call", std::move(inside)});
}

void Author::callback(Json& block) {
  Json inside = block_in(Place::callback, 3);
  if (chance(40)) return add(block, {"call_soon", std::move(inside)});
  add(block, {"call_later", time(), std::move(inside)});
}

void Author::tries(Json& block) {
  static const char* const kCaught[] = {"any",     "any",       "any",       "Cancelled",
                                        "Timeout", "Cancelled", "Group",     "RuntimeError",
                                        "E1",      "E2",        "QueueEmpty"};
  Json inside = this->block(4);
  Json handler = this->block(2);
  Json last = chance(40) ? this->block(2) : Json::array();
  add(block, {"try", std::move(inside), one_of(kCaught), std::move(handler), std::move(last)});
}

void Author::shielded(Json& block) {
  const std::string who = task();
  Json inside = block_in(Place::task, 4);
  add(block, {"spawn", who, std::move(inside)});
  add_guarded(block, {"shield", who});
}

void Author::loop(Json& block) {
  Json inside = this->block(3);
  add(block, {"loop", below(4), std::move(inside)});
}

void Author::leave(Json& block) {
  if (place_ == Place::main && chance(80)) return sleep(block);
  if (chance(50)) return add_guarded(block, {"raise", error()});
  add(block, {"return", value()});
}

void Author::counts(Json& block) {
  add(block, Json::array({chance(60) ? "cancelling" : "uncancel"}));
}

nlohmann::json Author::sync_operation() {
  if (chance(30)) return {"cancel", task()};
  switch (below(12)) {
    case 0:
      return {"log", "x"};
    case 1:
      return {"raise", error()};
    case 2:
      return {"done", task()};
    case 3:
      if (depth_ < kDeepest) return {"spawn", task(), block_in(Place::task, 3)};
      return {"log", "deep"};
    case 4:
      if (depth_ < kDeepest) return {"call_soon", block_in(Place::callback, 2)};
      return {"log", "deep"};
    case 5: {
      const Object& object = one_of(objects_);
      if (object.type == "event") return {chance(50) ? "clear" : "is_set", object.name};
      if (object.type == "condition") return {chance(50) ? "notify_all" : "locked", object.name};
      if (object.type.find("queue") != std::string::npos) {
        return {chance(50) ? "task_done" : "qsize", object.name};
      }
      if (object.type == "barrier" || object.type == "future") return {"cancel", task()};
      return {"locked", object.name};
    }
    default:
      return waker(one_of(objects_));
  }
}

std::string Author::task() {
  if (chance(1)) return "main";  // which no table knows
  return kTasks[static_cast<std::size_t>(chance(92) ? below(begun_) : below(5))];
}

int Author::time() { return chance(40) ? 0 : below(4); }

nlohmann::json Author::limit() {
  if (chance(12)) return nullptr;
  return below(5);
}

nlohmann::json Author::value() {
  if (chance(20)) return nullptr;
  return below(9);
}

std::string Author::error() { return chance(50) ? "E1" : "E2"; }

}  // namespace property
