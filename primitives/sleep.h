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

#include "primitives/operation.h"
#include "primitives/wake_timer.h"
#include "sim/await.h"
#include "sim/clock.h"

namespace sim {

namespace internal {

// Waits for a timer that it sets as it is made; that is when it is awaited.
class Sleeper : public Waiter {
 public:
  static constexpr const char* kOperation = "sleep";
  explicit Sleeper(Duration d) {
    if (d > Duration::zero()) timer_.arm(*current_scheduler->current(), d);
  }
  explicit Sleeper(TimePoint when) : Sleeper(when > now() ? when - now() : Duration::zero()) {}
  ~Sleeper() {
    if (status_ == WaitStatus::waiting) [[unlikely]] timer_.disarm(*task_);
  }

  bool ready() { return false; }
  void suspend(PromiseBase& at) {
    if (timer_.armed()) return park(at);
    task_ = current_scheduler->yield(at);
  }
  void resume() {
    if (status_ == WaitStatus::cancelled) [[unlikely]] timer_.disarm(*task_);
    resumed();
  }
  void describe(WaitDescription& description) const override {
    description.what = "its sleep to end";
  }

 private:
  WakeTimer timer_;
};

class Yielder {
 public:
  static constexpr const char* kOperation = "yield";
  bool ready() { return false; }
  void suspend(PromiseBase& at) { current_scheduler->yield(at); }
  void resume() {
    TaskState* task = current_scheduler->current();
    if (task->must_cancel()) [[unlikely]] task->throw_cancelled();
  }
};

using Sleep = Operation<Sleeper, Duration>;
using SleepUntil = Operation<Sleeper, TimePoint>;
using Yield = Operation<Yielder>;

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
