#include "tools/simrun/parity/form.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace simrun::parity {

namespace {

constexpr ObjectTypes kEvent = bit(ObjectType::event);
constexpr ObjectTypes kCondition = bit(ObjectType::condition);
constexpr ObjectTypes kBarrier = bit(ObjectType::barrier);
constexpr ObjectTypes kFuture = bit(ObjectType::future);
constexpr ObjectTypes kLocks = bit(ObjectType::lock) | bit(ObjectType::semaphore) |
                               bit(ObjectType::bounded_semaphore) | kCondition;
constexpr ObjectTypes kQueues =
    bit(ObjectType::queue) | bit(ObjectType::priority_queue) | bit(ObjectType::lifo_queue);
constexpr bool kSuspends = true;
constexpr bool kAtOnce = false;

using A = Argument;

// Sorted by name.
constexpr Form kForms[] = {
    {"acquire", Action::acquire, kSuspends, kLocks, {A::object}},
    {"as_completed", Action::as_completed, kSuspends, 0, {A::coroutines}},
    {"await", Action::await, kSuspends, 0, {A::task}},
    {"barrier", Action::barrier, kSuspends, kBarrier, {A::object}},
    {"call", Action::call, kSuspends, 0, {A::ops}},
    {"call_later", Action::call_later, kAtOnce, 0, {A::time, A::ops}},
    {"call_soon", Action::call_soon, kAtOnce, 0, {A::ops}},
    {"cancel", Action::cancel, kAtOnce, 0, {A::task}},
    {"cancelling", Action::cancelling, kSuspends, 0, {}},
    {"clear", Action::clear, kAtOnce, kEvent, {A::object}},
    {"done", Action::done, kAtOnce, 0, {A::task}},
    {"future", Action::future, kSuspends, kFuture, {A::object}},
    {"future_cancel", Action::future_cancel, kAtOnce, kFuture, {A::object}},
    {"future_raise", Action::future_raise, kAtOnce, kFuture, {A::object, A::error}},
    {"future_set", Action::future_set, kAtOnce, kFuture, {A::object, A::value}},
    {"gather", Action::gather, kSuspends, 0, {A::coroutines, A::flag}},
    {"gather_tasks", Action::gather_tasks, kSuspends, 0, {A::tasks, A::flag}},
    {"get", Action::get, kSuspends, kQueues, {A::object}},
    {"get_nowait", Action::get_nowait, kAtOnce, kQueues, {A::object}},
    {"is_set", Action::is_set, kAtOnce, kEvent, {A::object}},
    {"join", Action::join, kSuspends, kQueues, {A::object}},
    {"locked", Action::locked, kAtOnce, kLocks, {A::object}},
    {"log", Action::log, kAtOnce, 0, {A::text}},
    {"loop", Action::loop, kSuspends, 0, {A::number, A::ops}},
    {"notify", Action::notify, kAtOnce, kCondition, {A::object, A::number}},
    {"notify_all", Action::notify_all, kAtOnce, kCondition, {A::object}},
    {"put", Action::put, kSuspends, kQueues, {A::object, A::item}},
    {"put_nowait", Action::put_nowait, kAtOnce, kQueues, {A::object, A::item}},
    {"qsize", Action::qsize, kAtOnce, kQueues, {A::object}},
    {"raise", Action::raise, kAtOnce, 0, {A::error}},
    {"release", Action::release, kAtOnce, kLocks, {A::object}},
    {"return", Action::returns, kSuspends, 0, {A::value}},
    {"set", Action::set, kAtOnce, kEvent, {A::object}},
    {"shield", Action::shield, kSuspends, 0, {A::task}},
    {"shutdown", Action::shutdown, kAtOnce, kQueues, {A::object, A::flag}},
    {"sleep", Action::sleep, kSuspends, 0, {A::time}},
    {"spawn", Action::spawn, kAtOnce, 0, {A::task, A::ops}},
    {"task_done", Action::task_done, kAtOnce, kQueues, {A::object}},
    {"task_group", Action::task_group, kSuspends, 0, {A::named, A::ops}},
    {"timeout", Action::timeout, kSuspends, 0, {A::limit, A::ops}},
    {"try", Action::tries, kSuspends, 0, {A::ops, A::error, A::ops, A::ops}},
    {"uncancel", Action::uncancel, kSuspends, 0, {}},
    {"wait", Action::wait, kSuspends, kEvent | kCondition, {A::object}},
    {"wait_for", Action::wait_for, kSuspends, 0, {A::ops, A::limit}},
    {"wait_for_task", Action::wait_for_task, kSuspends, 0, {A::task, A::limit}},
    {"wait_tasks", Action::wait_tasks, kSuspends, 0, {A::tasks, A::when, A::limit}},
    {"with", Action::with, kSuspends, kLocks, {A::object, A::ops}},
};

// In the order of ObjectType.
constexpr absl::string_view kObjectTypes[] = {
    "lock",    "semaphore", "bounded_semaphore", "event",      "condition",
    "barrier", "queue",     "priority_queue",    "lifo_queue", "future",
};

struct Words {
  absl::string_view placeholder;
  absl::string_view meaning;
};

Words words(Argument argument) {
  switch (argument) {
    case Argument::none:
      return {"", ""};
    case Argument::object:
      return {"object", "the name of an object"};
    case Argument::task:
      return {"name", "the name of a task"};
    case Argument::tasks:
      return {"[names]", "a list of names of tasks"};
    case Argument::text:
      return {"text", "text"};
    case Argument::error:
      return {"error", "the name of an error, like \"E1\""};
    case Argument::number:
      return {"n", "a whole number from 0 to 9223372036854775807"};
    case Argument::time:
      return {"n", "a whole number of time units from 0 to 1000000000000"};
    case Argument::limit:
      return {"n", "a whole number of time units from 0 to 1000000000000, or null"};
    case Argument::item:
      return {"value", "a whole number from 0 to 9223372036854775807"};
    case Argument::value:
      return {"value", "a whole number from 0 to 9223372036854775807, or null"};
    case Argument::flag:
      return {"flag", "true or false"};
    case Argument::when:
      return {"when", "FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED"};
    case Argument::ops:
      return {"ops", "a list of operations"};
    case Argument::coroutines:
      return {"[ops...]", "a list of lists of operations"};
    case Argument::named:
      return {"[[name, ops]...]", "a list of pairs [name, ops]"};
  }
  return {"", ""};
}

}  // namespace

std::size_t Form::size() const {
  return static_cast<std::size_t>(std::ranges::find(arguments, Argument::none) - arguments.begin());
}

std::string Form::usage() const {
  std::string text = absl::StrCat("[\"", name, "\"");
  for (std::size_t i = 0; i < size(); ++i) {
    absl::StrAppend(&text, ", ", placeholder(arguments[i]));
  }
  return text + "]";
}

const Form* find_form(absl::string_view name) {
  const Form* found = std::ranges::lower_bound(kForms, name, {}, &Form::name);
  return found != std::end(kForms) && found->name == name ? found : nullptr;
}

std::vector<std::string> form_names() {
  std::vector<std::string> names;
  for (const Form& form : kForms) names.emplace_back(form.name);
  return names;
}

absl::string_view meaning(Argument argument) { return words(argument).meaning; }
absl::string_view placeholder(Argument argument) { return words(argument).placeholder; }

absl::string_view to_string(ObjectType type) { return kObjectTypes[static_cast<int>(type)]; }

bool find_object_type(absl::string_view name, ObjectType* type) {
  const absl::string_view* found = std::ranges::find(kObjectTypes, name);
  *type = static_cast<ObjectType>(found - kObjectTypes);
  return found != std::end(kObjectTypes);
}

std::vector<std::string> object_type_names() {
  return {std::begin(kObjectTypes), std::end(kObjectTypes)};
}

std::string to_string(ObjectTypes types) {
  std::vector<absl::string_view> names;
  for (std::size_t i = 0; i < std::size(kObjectTypes); ++i) {
    if (types & bit(static_cast<ObjectType>(i))) names.push_back(kObjectTypes[i]);
  }
  std::string text(names[0]);
  for (std::size_t i = 1; i < names.size(); ++i) {
    absl::StrAppend(&text, i + 1 == names.size() ? " or " : ", ", names[i]);
  }
  return text;
}

}  // namespace simrun::parity
