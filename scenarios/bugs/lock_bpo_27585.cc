// lock_bpo_27585_a and _b: asyncio.Lock before Python 3.6.2, with a cancelled waiter.
//
// Source: https://bugs.python.org/issue27585 (gh-71772) and its follow-up bpo-32734.
//
// (a) Cause: acquire() takes a free lock only when the list of waiters is empty, and a cancelled
// waiter stays in the list until its task runs. Trigger: a waiter is cancelled, the lock is
// released and somebody else asks for it, before the cancelled task has run. Nobody is woken: the
// lock is free and the newcomer waits for ever. Fix: cancelled waiters do not count.
//
// (b) Cause: release() wakes the first waiter; one that is cancelled in W1 leaves without waking
// the next. Trigger: A and B wait, the lock is released, A is cancelled in W1. The lock is free and
// B waits for ever. Fix: a waiter that was woken and leaves with an exception wakes the next.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Fault { none, counts_the_cancelled, keeps_the_wakeup };

class FutureLock {
 public:
  explicit FutureLock(Fault fault) : fault_(fault) {}

  sim::Coro<> acquire() {
    const bool others = fault_ == Fault::counts_the_cancelled ? !waiters_.empty()
                                                              : waiters_.any_alive();
    if (!locked_ && !others) {
      locked_ = true;
      co_return;
    }
    const bugs::Waiter waiter = waiters_.enter();
    try {
      co_await waiter;
    } catch (const sim::CancelledError&) {
      waiters_.leave(waiter);
      if (bugs::was_woken(waiter) && fault_ != Fault::keeps_the_wakeup) waiters_.wake_next();
      throw;
    }
    waiters_.leave(waiter);
    SIM_CHECK(!locked_);
    locked_ = true;
  }
  void release() {
    SIM_CHECK(locked_);
    locked_ = false;
    waiters_.wake_next();
  }

 private:
  Fault fault_;
  bool locked_ = false;
  bugs::Waiters waiters_;
};

sim::Coro<> come_later_and_use(FutureLock& lock) {
  co_await sim::yield();
  co_await bugs::use(lock);
}

// One holds the lock, one waits for it, one asks for it later.
sim::Coro<> with_a_newcomer(Fault fault) {
  FutureLock lock(fault);
  co_await sim::gather_settled(bugs::use(lock), bugs::use(lock), come_later_and_use(lock));
}

// One holds the lock, two wait for it.
sim::Coro<> with_two_waiters(Fault fault) {
  FutureLock lock(fault);
  co_await sim::gather_settled(bugs::use(lock), bugs::use(lock), bugs::use(lock));
}

}  // namespace

SIM_SCENARIO(lock_bpo_27585_a, "a cancelled waiter keeps others from a lock that is free",
             sim::expects(sim::FindingKind::deadlock)) {
  return with_a_newcomer(Fault::counts_the_cancelled);
}
SIM_SCENARIO(lock_bpo_27585_a_fixed, "lock_bpo_27585_a, where cancelled waiters do not count") {
  return with_a_newcomer(Fault::none);
}
SIM_SCENARIO(lock_bpo_27585_b, "a waiter takes its wake-up along into its cancellation",
             sim::expects(sim::FindingKind::deadlock)) {
  return with_two_waiters(Fault::keeps_the_wakeup);
}
SIM_SCENARIO(lock_bpo_27585_b_fixed, "lock_bpo_27585_b, where the wake-up is passed on") {
  return with_two_waiters(Fault::none);
}
