// Semaphores against a model, one command after another: who has a permit and who waits, whoever is
// cancelled while a permit is on its way.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <ostream>
#include <stdexcept>
#include <type_traits>

#include "property_tests/crowd.h"

namespace semaphore_model {
namespace {

using property::Fate;

struct Model {
  std::ptrdiff_t free = 0;  // permits that nobody holds and nobody has been given
  std::ptrdiff_t held = 0;  // by those who have run since they were given one
  property::Line line;
  bool at_rest = true;

  // A permit goes to the first that waits.
  void give() {
    ++free;
    if (line.waiting.empty()) return;
    --free;
    line.wake_first();
  }
};

template <class S>
struct System {
  explicit System(std::ptrdiff_t permits) : semaphore(permits) {}
  S semaphore;
  property::Crowd crowd;
};

template <class S>
using Command = rc::state::Command<Model, System<S>>;

sim::Coro<> acquire(sim::Semaphore& semaphore) { co_await semaphore.acquire(); }

// Nobody overtakes who is woken: a permit that is free meanwhile is the newcomer's when they have
// run.
template <class S>
struct Ask : Command<S> {
  void apply(Model& model) const override {
    model.at_rest = false;
    model.line.ask(model.free > 0 ? Fate::succeeded : Fate::waits);
    if (model.free == 0) return;
    --model.free;
    if (model.line.on_the_way.empty()) {
      ++model.held;
    } else {
      model.line.on_the_way.push_back(model.line.fates.size() - 1);
    }
  }
  void run(const Model&, System<S>& system) const override {
    system.crowd.soon([&system] { system.crowd.ask(acquire(system.semaphore)); });
  }
  void show(std::ostream& os) const override { os << "ask"; }
};

template <class S>
struct Release : Command<S> {
  static constexpr bool kBounded = std::is_same_v<S, sim::BoundedSemaphore>;

  void checkPreconditions(const Model& model) const override {
    RC_PRE(!kBounded || model.held > 0);
  }
  void apply(Model& model) const override {
    model.at_rest = false;
    --model.held;
    model.give();
  }
  void run(const Model&, System<S>& system) const override {
    system.crowd.soon([&system] { system.semaphore.release(); });
  }
  void show(std::ostream& os) const override { os << "release"; }
};

struct ReleaseTooOften : Command<sim::BoundedSemaphore> {
  void checkPreconditions(const Model& model) const override {
    RC_PRE(model.at_rest && model.held == 0);
  }
  void run(const Model&, System<sim::BoundedSemaphore>& system) const override {
    RC_ASSERT_THROWS_AS(system.semaphore.release(), std::invalid_argument);
  }
  void show(std::ostream& os) const override { os << "release too often"; }
};

template <class S>
struct Cancel : Command<S> {
  explicit Cancel(const Model& model) : who(property::anybody_of(model.line.fates.size())) {}
  std::size_t who;

  void checkPreconditions(const Model& model) const override {
    RC_PRE(who < model.line.fates.size());
  }
  void apply(Model& model) const override {
    model.at_rest = false;
    if (model.line.cancel(who)) model.give();
  }
  void run(const Model&, System<S>& system) const override {
    system.crowd.soon([&system, who = who] { system.crowd.cancel(who); });
  }
  void show(std::ostream& os) const override { os << "cancel " << who; }
};

template <class S>
struct Rest : Command<S> {
  void apply(Model& model) const override {
    model.at_rest = true;
    for (const std::size_t who : model.line.on_the_way) {
      if (model.line.fates[who] == Fate::succeeded) ++model.held;
    }
    model.line.on_the_way.clear();
  }
  void run(const Model& before, System<S>& system) const override {
    system.crowd.rest();
    RC_ASSERT(system.crowd.fates() == before.line.fates);
    RC_ASSERT(system.semaphore.value() == before.free);
    RC_ASSERT(system.semaphore.locked() == (before.free == 0));
  }
  void show(std::ostream& os) const override { os << "rest"; }
};

template <class S, class... More>
void agrees_with_its_model() {
  Model model;
  model.free = *rc::gen::inRange<std::ptrdiff_t>(0, 4);
  System<S> system(model.free);
  rc::state::check(model, system,
                   rc::state::gen::execOneOfWithArgs<Ask<S>, Ask<S>, Release<S>, Release<S>,
                                                     Cancel<S>, Rest<S>, More...>());
}

RC_GTEST_PROP(SemaphoreModel, OfASemaphore, ()) { agrees_with_its_model<sim::Semaphore>(); }
RC_GTEST_PROP(SemaphoreModel, OfABoundedSemaphore, ()) {
  agrees_with_its_model<sim::BoundedSemaphore, ReleaseTooOften>();
}

}  // namespace
}  // namespace semaphore_model
