// Events against a model, one command after another: whom a set() wakes, also where a clear() or a
// cancellation follows at once.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <ostream>

#include "property_tests/crowd.h"

namespace event_model {
namespace {

using property::Fate;

struct Model {
  bool set = false;
  property::Line line;
};

struct System {
  sim::Event event;
  property::Crowd crowd;
};

using Command = rc::state::Command<Model, System>;

sim::Coro<> wait(sim::Event& event) { co_await event.wait(); }

struct Ask : Command {
  void apply(Model& model) const override {
    model.line.ask(model.set ? Fate::succeeded : Fate::waits);
  }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system] { system.crowd.ask(wait(system.event)); });
  }
  void show(std::ostream& os) const override { os << "ask"; }
};

struct Set : Command {
  void apply(Model& model) const override {
    model.set = true;
    while (!model.line.waiting.empty()) model.line.wake_first();
  }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system] { system.event.set(); });
  }
  void show(std::ostream& os) const override { os << "set"; }
};

struct Clear : Command {
  void apply(Model& model) const override { model.set = false; }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system] { system.event.clear(); });
  }
  void show(std::ostream& os) const override { os << "clear"; }
};

struct Cancel : Command {
  explicit Cancel(const Model& model) : who(property::anybody_of(model.line.fates.size())) {}
  std::size_t who;

  void checkPreconditions(const Model& model) const override {
    RC_PRE(who < model.line.fates.size());
  }
  void apply(Model& model) const override { model.line.cancel(who); }
  void run(const Model&, System& system) const override {
    system.crowd.soon([&system, who = who] { system.crowd.cancel(who); });
  }
  void show(std::ostream& os) const override { os << "cancel " << who; }
};

struct Rest : Command {
  void apply(Model& model) const override { model.line.on_the_way.clear(); }
  void run(const Model& before, System& system) const override {
    system.crowd.rest();
    RC_ASSERT(system.crowd.fates() == before.line.fates);
    RC_ASSERT(system.event.is_set() == before.set);
  }
  void show(std::ostream& os) const override { os << "rest"; }
};

RC_GTEST_PROP(EventModel, OfAnEvent, ()) {
  System system;
  rc::state::check(Model(), system,
                   rc::state::gen::execOneOfWithArgs<Ask, Ask, Set, Clear, Cancel, Rest>());
}

}  // namespace
}  // namespace event_model
