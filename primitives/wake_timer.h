// WakeTimer: a timer that wakes the task suspended at the waiter that armed it.
#pragma once

#include "sim/scheduler.h"

namespace sim::internal {

class WakeTimer {
 public:
  void arm(TaskState& task, Duration d) {
    Scheduler& scheduler = *current_scheduler;
    const TimePoint when = after(TimePoint(Duration(scheduler.now())), d);
    slot_ = scheduler.timers().add(when.time_since_epoch().count(), Entry::task(&task));
  }
  bool armed() const { return slot_ != TimerQueue::kNoSlot; }
  // The slot may have run already, and serve another timer by now.
  void disarm(TaskState& task) {
    if (slot_ == TimerQueue::kNoSlot || current_scheduler->closing()) return;
    TimerQueue& timers = current_scheduler->timers();
    if (timers.peek(slot_) == Entry::task(&task)) timers.cancel(slot_);
    slot_ = TimerQueue::kNoSlot;
  }

 private:
  TimerQueue::Slot slot_ = TimerQueue::kNoSlot;
};

}  // namespace sim::internal
