// Event: a flag that tasks wait for.
//
//   co_await started.wait();     // until somebody calls started.set()
//
// set() wakes all waiters in the order they came; each resumes one iteration later, also if clear()
// came first. Waiting for a set event does not suspend. A cancelled waiter just leaves. Destroying
// an event that is waited for is the finding destroyed_in_use. Source: asyncio.Event.
#pragma once

#include <source_location>
#include <utility>

#include "primitives/operation.h"
#include "sim/await.h"
#include "sim/object.h"

namespace sim {

class Event {
 public:
  class Waiting;
  using Wait = internal::Operation<Waiting, Event*>;

  explicit Event(std::source_location place = std::source_location::current())
      : object_("Event", place) {}
  ~Event() {
    if (!waiters_.empty()) [[unlikely]] destroyed_in_use();
  }

  bool is_set() const {
    object_.note_read();
    return set_;
  }
  void set() {
    if (set_) return object_.note_read("sets again");
    object_.note_write("sets");
    set_ = true;
    for (auto* w = waiters_.first(); w != nullptr; w = internal::WaiterList::next(w)) {
      if (w->status() == internal::WaitStatus::waiting) w->wake();
    }
  }
  void clear() {
    object_.note_write("clears");
    set_ = false;
  }
  // Suspends until the event is set.
  Wait wait();

 private:
  void destroyed_in_use();

  internal::Object object_;
  bool set_ = false;
  internal::WaiterList waiters_;
};

class Event::Waiting : public internal::QueuedWaiter {
 public:
  static constexpr const char* kOperation = "Event.wait";
  explicit Waiting(Event* event) : event_(event) {}

  bool ready() const {
    event_->object_.note_read(event_->set_ ? "finds set" : "waits for");
    return event_->set_;
  }
  void suspend(internal::PromiseBase& at) { park_in(event_->waiters_, at); }
  void resume() {
    if (task_ == nullptr) return;
    leave_list();
    resumed();
  }
  const internal::Object* waits_at() const override {
    return list() != nullptr ? &event_->object_ : nullptr;
  }
  void describe(internal::WaitDescription& description) const override;

 private:
  Event* event_;
};

inline Event::Wait Event::wait() { return Wait(this); }

}  // namespace sim
