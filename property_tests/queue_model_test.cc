// Queues of every kind against a model, one command after another: what is in them, what they
// refuse, and when join() returns.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <vector>

#include "primitives/primitives.h"
#include "property_tests/programs.h"
#include "property_tests/queue_kinds.h"

namespace queue_model {
namespace {

using property::First;
using property::Last;
using property::Smallest;

struct Model {
  std::size_t maxsize = 0;
  std::vector<int> items;
  int unfinished = 0;
  bool shut_down = false;

  bool full() const { return maxsize > 0 && items.size() >= maxsize; }
};

template <class Kind>
struct Command : rc::state::Command<Model, typename Kind::Queue> {
  using Queue = typename Kind::Queue;

  // Does it and compares what is visible afterwards.
  void run(const Model& before, Queue& queue) const override {
    perform(before, queue);
    Model after = before;
    this->apply(after);
    RC_ASSERT(queue.size() == after.items.size());
    RC_ASSERT(queue.empty() == after.items.empty());
    RC_ASSERT(queue.full() == after.full());
    RC_ASSERT(queue.is_shut_down() == after.shut_down);
  }
  virtual void perform(const Model& before, Queue& queue) const = 0;
};

template <class Kind>
struct Put : Command<Kind> {
  int item = *rc::gen::inRange(0, 10);
  void apply(Model& model) const override {
    if (model.shut_down || model.full()) return;
    model.items.push_back(item);
    ++model.unfinished;
  }
  void perform(const Model& before, typename Kind::Queue& queue) const override {
    if (before.shut_down) {
      RC_ASSERT_THROWS_AS(queue.put_nowait(item), sim::QueueShutDown);
    } else if (before.full()) {
      RC_ASSERT_THROWS_AS(queue.put_nowait(item), sim::QueueFull);
    } else {
      queue.put_nowait(item);
    }
  }
  void show(std::ostream& os) const override { os << "put " << item; }
};

template <class Kind>
struct Get : Command<Kind> {
  void apply(Model& model) const override {
    if (!model.items.empty()) model.items.erase(Kind::next(model.items));
  }
  void perform(const Model& before, typename Kind::Queue& queue) const override {
    if (!before.items.empty()) {
      Model copy = before;
      RC_ASSERT(queue.get_nowait() == *Kind::next(copy.items));
    } else if (before.shut_down) {
      RC_ASSERT_THROWS_AS(queue.get_nowait(), sim::QueueShutDown);
    } else {
      RC_ASSERT_THROWS_AS(queue.get_nowait(), sim::QueueEmpty);
    }
  }
  void show(std::ostream& os) const override { os << "get"; }
};

template <class Kind>
struct TaskDone : Command<Kind> {
  void apply(Model& model) const override {
    if (model.unfinished > 0) --model.unfinished;
  }
  void perform(const Model& before, typename Kind::Queue& queue) const override {
    if (before.unfinished > 0) {
      queue.task_done();
    } else {
      RC_ASSERT_THROWS_AS(queue.task_done(), std::invalid_argument);
    }
  }
  void show(std::ostream& os) const override { os << "task_done"; }
};

template <class Kind>
struct Join : Command<Kind> {
  void apply(Model&) const override {}
  void perform(const Model& before, typename Kind::Queue& queue) const override {
    bool returned = false;
    const auto join = [&]() -> sim::Coro<> {
      const auto joined =
          co_await sim::settle(sim::wait_for(queue.join(), std::chrono::milliseconds(1)));
      returned = joined.has_value();
    };
    sim::run(join());
    RC_ASSERT(returned == (before.unfinished == 0));
  }
  void show(std::ostream& os) const override { os << "join"; }
};

template <class Kind>
struct Shutdown : Command<Kind> {
  bool immediate = *rc::gen::arbitrary<bool>();
  void apply(Model& model) const override {
    model.shut_down = true;
    if (!immediate) return;
    model.unfinished = std::max(0, model.unfinished - static_cast<int>(model.items.size()));
    model.items.clear();
  }
  void perform(const Model&, typename Kind::Queue& queue) const override {
    queue.shutdown(immediate);
  }
  void show(std::ostream& os) const override { os << "shutdown " << immediate; }
};

template <class Kind>
void agrees_with_its_model() {
  Model model;
  model.maxsize = *rc::gen::inRange<std::size_t>(0, 4);
  typename Kind::Queue queue(static_cast<std::ptrdiff_t>(model.maxsize));
  rc::state::check(model, queue, [](const Model&) {
    using rc::state::gen::execOneOfWithArgs;
    // A shutdown is to come seldom enough that something happens before it.
    return rc::gen::weightedOneOf<std::shared_ptr<const typename Command<Kind>::CommandType>>(
        {{1, execOneOfWithArgs<Shutdown<Kind>>()()},
         {12, execOneOfWithArgs<Put<Kind>, Put<Kind>, Get<Kind>, TaskDone<Kind>, Join<Kind>>()()}});
  });
}

RC_GTEST_PROP(QueueModel, OfAQueue, ()) { agrees_with_its_model<First>(); }
RC_GTEST_PROP(QueueModel, OfALifoQueue, ()) { agrees_with_its_model<Last>(); }
RC_GTEST_PROP(QueueModel, OfAPriorityQueue, ()) { agrees_with_its_model<Smallest>(); }

}  // namespace
}  // namespace queue_model
