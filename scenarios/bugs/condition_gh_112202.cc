// condition_gh_112202: asyncio.Condition before Python 3.13, a notification lost in a cancellation.
//
// Source: https://github.com/python/cpython/issues/112202.
//
// Cause: notify() completes the future of a waiter; the waiter, cancelled before it has the lock
// again, re-raises and passes nothing on. Trigger: notify(1) for A, A is cancelled in W1, B waits.
// Nobody tells B. Fix: a wait() that ends with an exception notifies the next.
//
// Here the condition guards a pool of one connection that three tasks want.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

class Condition {
 public:
  explicit Condition(bool passes_on) : passes_on_(passes_on) {}

  sim::Lock& lock() { return lock_; }
  // Requires the lock, and has it again when it ends, in whatever way.
  sim::Coro<> wait() {
    const bugs::Waiter waiter = waiters_.enter();
    lock_.release();
    sim::Outcome<void> ended = co_await sim::settle(waiter);
    waiters_.leave(waiter);
    for (;;) {
      sim::Outcome<void> acquired = co_await sim::settle(lock_.acquire());
      if (acquired.has_value()) break;
      ended = acquired;  // to be raised once the lock is held
    }
    if (!ended.has_value() && passes_on_) notify();
    ended.value();
  }
  void notify() { waiters_.wake_next(); }

 private:
  bool passes_on_;
  sim::Lock lock_;
  bugs::Waiters waiters_;
};

struct Pool {
  Condition condition;
  int free = 1;
};

sim::Coro<> take(Pool& pool) {
  auto guard = co_await pool.condition.lock().guard();
  while (pool.free == 0) co_await pool.condition.wait();
  --pool.free;
}

sim::Coro<> take_and_give_back(Pool& pool) {
  co_await take(pool);
  const sim::Outcome<void> worked = co_await sim::settle(sim::yield());
  ++pool.free;
  pool.condition.notify();
  worked.value();
}

sim::Coro<> three_want_one(bool passes_on) {
  Pool pool{Condition(passes_on)};
  co_await sim::gather_settled(take_and_give_back(pool), take_and_give_back(pool),
                               take_and_give_back(pool));
}

}  // namespace

SIM_SCENARIO(condition_gh_112202, "a waiter takes its notification along into its cancellation",
             sim::expects(sim::FindingKind::deadlock)) {
  return three_want_one(false);
}
SIM_SCENARIO(condition_gh_112202_fixed, "condition_gh_112202, where it is passed on") {
  return three_want_one(true);
}
