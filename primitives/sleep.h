// sleep(), sleep_until(), yield(): letting virtual time pass.
//
//   co_await sim::sleep(1h);        // takes no real time
//   co_await sim::yield();          // one loop iteration: asyncio's sleep(0)
//
// A sleeper resumes one iteration after its timer ran, timers of one instant in the order they were
// set. A sleep of zero or less is a yield. Cancelling a sleeper throws CancelledError where it
// sleeps and disarms the timer. Source: asyncio.sleep.
#pragma once

#include <stdexcept>

#include "primitives/unawaited.h"
#include "primitives/wake_timer.h"
#include "sim/await.h"
#include "sim/clock.h"

namespace sim {

namespace internal {

class [[nodiscard("co_await it")]] Sleep : public Waiter, private Unawaited {
 public:
  using Unawaited::decline;
  explicit Sleep(Duration d) : duration_(d) {}
  Sleep(Sleep&& other) : Unawaited(std::move(other)), duration_(other.duration_) {}
  ~Sleep() {
    if (!awaited_once()) report_unawaited("sleep");
    if (status_ == WaitStatus::waiting) timer_.disarm(*task_);
  }

  bool ready() {
    set_awaited();
    return false;
  }
  void suspend(PromiseBase& at) {
    if (duration_ > Duration::zero()) {
      park(at);
      timer_.arm(*task_, duration_);
      return;
    }
    task_ = current_scheduler->current();
    task_->suspended_at(at, nullptr);
    current_scheduler->push(Entry::task(task_));
  }
  void resume() {
    if (status_ == WaitStatus::cancelled) timer_.disarm(*task_);
    resumed();
  }
  void describe(WaitDescription& description) const override {
    description.what = "its sleep to end";
  }

 protected:
  Duration duration_;

 private:
  WakeTimer timer_;
};

// Sleeps until an instant; how long that is shows when it is awaited.
class [[nodiscard("co_await it")]] SleepUntil : public Sleep {
 public:
  explicit SleepUntil(TimePoint when) : Sleep(Duration::zero()), when_(when) {}
  void suspend(PromiseBase& at) {
    if (when_ > now()) duration_ = when_ - now();
    Sleep::suspend(at);
  }

 private:
  TimePoint when_;
};

class [[nodiscard("co_await it")]] Yield : private Unawaited {
 public:
  using Unawaited::decline;
  Yield() = default;
  Yield(Yield&& other) = default;
  ~Yield() {
    if (!awaited_once()) report_unawaited("yield");
  }

  bool ready() {
    set_awaited();
    return false;
  }
  void suspend(PromiseBase& at) {
    Scheduler& scheduler = *current_scheduler;
    TaskState* task = scheduler.current();
    task->suspended_at(at, nullptr);
    scheduler.push(Entry::task(task));
  }
  void resume() {
    TaskState* task = current_scheduler->current();
    if (task->must_cancel()) [[unlikely]] task->throw_cancelled();
  }
};

}  // namespace internal

// Suspends the task until `d` of virtual time has passed. Throws std::invalid_argument if `d` is
// not a number.
template <class Rep, class Period>
internal::Sleep sleep(std::chrono::duration<Rep, Period> d) {
  if (!(d == d)) throw std::invalid_argument("sleep: the duration is not a number");
  return internal::Sleep(internal::to_duration(d));
}
// Write the unit: sleep(2s), sleep(10ms).
internal::Sleep sleep(int) = delete;

// Suspends the task until the clock shows `when`; for an instant that has passed it is a yield.
inline internal::SleepUntil sleep_until(TimePoint when) { return internal::SleepUntil(when); }

// Lets everything that is ready run once: asyncio.sleep(0).
inline internal::Yield yield() { return internal::Yield(); }

// Takes `d` of virtual time inside this step, as a computation or a blocking call would: nothing
// else runs and timers that come due fire late. From Limits::step on (100 ms) it is the finding
// blocking_step.
inline void busy(Duration d) { internal::Scheduler::here().spend(d); }

}  // namespace sim
