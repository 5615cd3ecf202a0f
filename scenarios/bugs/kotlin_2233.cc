// kotlin_2233: a semaphore of kotlinx.coroutines acquired inside withTimeout, which keeps a permit.
//
// Source: https://github.com/Kotlin/kotlinx.coroutines/issues/2233.
//
// Cause: a timeout that fires after its block has ended, and before who waits for it has run, wins:
// the result is dropped, and a TimeoutCancellationException thrown. Trigger: the block has acquired
// a permit just then. Nobody has it, and nobody gives it back. Fix, on the side of the caller as
// the documentation has it since: the block notes what it has acquired, and that decides.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

enum class Decides { timer, block };

class Semaphore {
 public:
  int free() const { return free_; }
  sim::Coro<> acquire() {
    while (free_ == 0) {
      const bugs::Waiter waiter = waiters_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      waiters_.leave(waiter);
      if (!waited.has_value() && free_ != 0) waiters_.wake_next();
      waited.value();
    }
    --free_;
  }
  void release() {
    ++free_;
    waiters_.wake_next();
  }

 private:
  int free_ = 1;
  bugs::Waiters waiters_;
};

// Whether it has acquired a permit in that time.
sim::Coro<bool> acquire_within(Semaphore& semaphore, sim::Duration time, Decides decides) {
  const sim::Task<> block = sim::create_task(semaphore.acquire(), "block");
  bool timed_out = false;
  const auto time_out = [&timed_out, block] {
    timed_out = true;
    block.cancel();
  };
  sim::Handle timer = sim::running_loop().call_later(time, time_out);
  const bugs::Waiter end = bugs::end_of(block);
  const sim::Outcome<void> waited = co_await sim::settle(end);
  timer.cancel();
  if (!waited.has_value()) {
    block.cancel();
    while (!block.done()) {  // it holds the caller's semaphore
      const bugs::Waiter stopped = bugs::end_of(block);
      co_await sim::settle(stopped);
    }
    if (!block.cancelled()) semaphore.release();
    waited.value();
  }
  if (timed_out && (decides == Decides::timer || block.cancelled())) co_return false;
  block.result();
  co_return true;
}

sim::Coro<> use(Semaphore& semaphore) {
  co_await semaphore.acquire();
  const sim::Outcome<void> worked = co_await sim::settle(sim::sleep(1s));
  semaphore.release();
  worked.value();
}

sim::Coro<> use_if_free_in_time(Semaphore& semaphore, Decides decides) {
  const bool acquired = co_await acquire_within(semaphore, 1s, decides);
  if (acquired) semaphore.release();
}

// The permit is given back as the other's time is up.
sim::Coro<> two_users(Decides decides) {
  Semaphore semaphore;
  co_await sim::gather_settled(use(semaphore), use_if_free_in_time(semaphore, decides));
  SIM_CHECK_EQ(semaphore.free(), 1);
}

}  // namespace

SIM_SCENARIO(kotlin_2233, "a timeout drops the permit that its block has just acquired",
             sim::expects(sim::FindingKind::assertion, sim::FindingKind::deadlock)) {
  return two_users(Decides::timer);
}
SIM_SCENARIO(kotlin_2233_fixed, "kotlin_2233, where it counts what the block has acquired") {
  return two_users(Decides::block);
}
