// Conditions against two models, one command after another. Where nobody is cancelled, notify(n)
// wakes the first n that wait and nobody else. A cancelled waiter may wake another for nothing, so
// where there are cancellations the waiters are after items, and no item lies while anybody waits.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <ostream>

#include "property_tests/crowd.h"

namespace condition_model {
namespace {

using property::Fate;

struct System {
  // Makes everything happen under the lock.
  void rest() {
    crowd.rest([this](const property::Crowd::Action& all) -> sim::Coro<> {
      const auto guard = co_await condition.guard();
      all();
    });
    RC_ASSERT(!condition.locked());
  }
  sim::Condition condition;
  std::ptrdiff_t items = 0;
  property::Crowd crowd;
};

namespace notified {

struct Model {
  property::Line line;
  std::size_t arriving = 0;  // of the line, those at its end who do not wait yet

  std::size_t waiting() const { return line.waiting.size() - arriving; }
};

using Command = rc::state::Command<Model, System>;

sim::Coro<> wait(sim::Condition& condition) {
  const auto guard = co_await condition.guard();
  co_await condition.wait();
}

struct Ask : Command {
  void apply(Model& model) const override {
    model.line.ask(Fate::waits);
    ++model.arriving;
  }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system] { system.crowd.ask(wait(system.condition)); });
  }
  void show(std::ostream& os) const override { os << "ask"; }
};

struct Notify : Command {
  std::size_t n = *rc::gen::inRange<std::size_t>(0, 4);
  void apply(Model& model) const override {
    for (std::size_t left = std::min(n, model.waiting()); left > 0; --left) {
      model.line.wake_first();
    }
  }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system, n = n] { system.condition.notify(n); });
  }
  void show(std::ostream& os) const override { os << "notify " << n; }
};

struct NotifyAll : Command {
  void apply(Model& model) const override {
    while (model.waiting() > 0) model.line.wake_first();
  }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system] { system.condition.notify_all(); });
  }
  void show(std::ostream& os) const override { os << "notify all"; }
};

struct Rest : Command {
  void apply(Model& model) const override { model.arriving = 0; }
  void run(const Model& before, System& system) const override {
    system.rest();
    RC_ASSERT(system.crowd.fates() == before.line.fates);
  }
  void show(std::ostream& os) const override { os << "rest"; }
};

RC_GTEST_PROP(ConditionModel, NotifyWakesTheFirstThatWait, ()) {
  System system;
  rc::state::check(Model(), system,
                   rc::state::gen::execOneOfWithArgs<Ask, Ask, Ask, Notify, Notify, NotifyAll, Rest,
                                                     Rest>());
}

}  // namespace notified

namespace items {

struct Model {
  std::ptrdiff_t items = 0;
  std::ptrdiff_t waiting = 0;
  std::ptrdiff_t succeeded = 0;
  std::ptrdiff_t cancelled = 0;
};

using Command = rc::state::Command<Model, System>;

sim::Coro<> take(System& system) {
  const auto guard = co_await system.condition.guard();
  co_await system.condition.wait_for([&system] { return system.items > 0; });
  --system.items;
}

struct Ask : Command {
  void apply(Model& model) const override { ++model.waiting; }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system] { system.crowd.ask(take(system)); });
  }
  void show(std::ostream& os) const override { os << "ask"; }
};

struct Give : Command {
  std::size_t n = *rc::gen::inRange<std::size_t>(1, 4);
  void apply(Model& model) const override { model.items += static_cast<std::ptrdiff_t>(n); }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system, n = n] {
      system.items += static_cast<std::ptrdiff_t>(n);
      system.condition.notify(n);
    });
  }
  void show(std::ostream& os) const override { os << "give " << n; }
};

// One of those who still wait and have not been cancelled: between two rests nobody moves.
struct Cancel : Command {
  explicit Cancel(const Model& model)
      : who(property::anybody_of(static_cast<std::size_t>(model.waiting))) {}
  std::size_t who;

  void checkPreconditions(const Model& model) const override {
    RC_PRE(static_cast<std::ptrdiff_t>(who) < model.waiting);
  }
  void apply(Model& model) const override {
    --model.waiting;
    ++model.cancelled;
  }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system, who = who] { system.crowd.cancel_waiting(who); });
  }
  void show(std::ostream& os) const override { os << "cancel " << who; }
};

struct Rest : Command {
  void apply(Model& model) const override {
    const std::ptrdiff_t taken = std::min(model.items, model.waiting);
    model.items -= taken;
    model.waiting -= taken;
    model.succeeded += taken;
  }
  void run(const Model& before, System& system) const override {
    system.rest();
    Model after = before;
    apply(after);
    RC_ASSERT(system.items == after.items);
    RC_ASSERT(system.crowd.count(Fate::waits) == after.waiting);
    RC_ASSERT(system.crowd.count(Fate::succeeded) == after.succeeded);
    RC_ASSERT(system.crowd.count(Fate::cancelled) == after.cancelled);
  }
  void show(std::ostream& os) const override { os << "rest"; }
};

RC_GTEST_PROP(ConditionModel, NoItemLiesWhileAnybodyWaitsForIt, ()) {
  System system;
  rc::state::check(
      Model(), system,
      rc::state::gen::execOneOfWithArgs<Ask, Ask, Ask, Give, Give, Cancel, Cancel, Rest>());
}

}  // namespace items

}  // namespace
}  // namespace condition_model
