#include "primitives/timeout.h"

#include <stdexcept>

#include "sim/event_loop.h"

namespace sim {

void Timeout::enter() {
  if (state_ != State::created) throw_misused(" has already been entered");
  task_ = internal::Ref<internal::TaskState>(internal::Scheduler::here().current());
  if (task_ == nullptr) throw_misused(" should be used inside a task");
  state_ = State::entered;
  joint_.identity = internal::new_identity();
  cancelling_at_entry_ = task_->cancelling();
  reschedule(when_);
}

void Timeout::reschedule(std::optional<TimePoint> when) {
  internal::relate(joint_, internal::Relation::changes);
  switch (state_) {
    case State::entered:
      break;
    case State::created:
      throw_misused(" has not been entered");
    case State::expiring:
      throw_misused(" is expiring, and cannot be changed");
    case State::expired:
      throw_misused(" has expired, and cannot be changed");
    case State::exited:
      throw_misused(" has finished, and cannot be changed");
  }
  when_ = when;
  disarm();
  if (!when) return;
  internal::Scheduler& scheduler = *internal::current_scheduler;
  const internal::Entry entry = internal::Entry::runnable(this);
  if (*when <= now()) {
    slot_ = scheduler.timers().add_due(entry);
    scheduler.push(internal::Entry::timer(slot_));
  } else {
    slot_ = scheduler.timers().add(when->time_since_epoch().count(), entry);
  }
}

void Timeout::throw_misused(const char* how) const {
  throw std::runtime_error("Timeout made at " + to_string(place_) + how);
}

void Timeout::run() {
  slot_ = internal::TimerQueue::kNoSlot;
  internal::relate(joint_, internal::Relation::changes);
  try {
    task_->cancel("");
  } catch (const std::runtime_error&) {  // a cycle of waits
    running_loop().call_exception_handler({"exception in a timeout", std::current_exception()});
    return;
  }
  state_ = State::expiring;
}

void Timeout::disarm() {
  if (slot_ == internal::TimerQueue::kNoSlot) return;
  const auto slot = std::exchange(slot_, internal::TimerQueue::kNoSlot);
  internal::current_scheduler->disarm(slot, joint_.identity);
}

void Timeout::leave(bool cancelled) {
  internal::relate(joint_, internal::Relation::changes);
  disarm();
  if (state_ == State::entered) {
    state_ = State::exited;
    return;
  }
  state_ = State::expired;
  if (task_->uncancel() <= cancelling_at_entry_ && cancelled) throw TimeoutError();
}

}  // namespace sim
