// semaphore_gh_90155: asyncio.Semaphore of Python 3.10.5 to 3.10.7, the first repair of bpo-45997.
//
// Source: https://github.com/python/cpython/issues/90155, reopened in September 2022.
//
// Cause: a flag says that a waiter was woken and has not run; while it is set, acquire() waits. Only
// the woken task clears it. Trigger: the only waiter is woken and cancelled in W1. The flag stays
// set: there is a permit, and whoever asks from then on waits for ever. Fix (3.10.8): no flag; the
// permit is given to the waiter as it is woken, and given back if it is cancelled.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

class Flagged {
 public:
  sim::Coro<> acquire() {
    while (wakeup_scheduled_ || value_ <= 0) {
      const bugs::Waiter waiter = waiters_.enter();
      try {
        co_await waiter;
      } catch (const sim::CancelledError&) {
        waiters_.leave(waiter);
        wake_next();
        throw;
      }
      wakeup_scheduled_ = false;
    }
    --value_;
  }
  void release() {
    ++value_;
    wake_next();
  }

 private:
  void wake_next() {
    if (waiters_.pop_and_wake()) wakeup_scheduled_ = true;
  }

  int value_ = 1;
  bool wakeup_scheduled_ = false;
  bugs::Waiters waiters_;
};

class Reserving {
 public:
  sim::Coro<> acquire() {
    if (value_ > 0 && !waiters_.any_alive()) {
      --value_;
      co_return;
    }
    const bugs::Waiter waiter = waiters_.enter();
    try {
      co_await waiter;
    } catch (const sim::CancelledError&) {
      waiters_.leave(waiter);
      if (bugs::was_woken(waiter)) release();
      throw;
    }
    waiters_.leave(waiter);
  }
  void release() {
    ++value_;
    if (waiters_.wake_next()) --value_;
  }

 private:
  int value_ = 1;
  bugs::Waiters waiters_;
};

template <class Semaphore>
sim::Coro<> come_later_and_use(Semaphore& semaphore) {
  for (int i = 0; i < 3; ++i) co_await sim::yield();
  co_await bugs::use(semaphore);
}

// One has the permit, one waits for it, one asks for it when both may be gone.
template <class Semaphore>
sim::Coro<> with_a_latecomer() {
  Semaphore semaphore;
  co_await sim::gather_settled(bugs::use(semaphore), bugs::use(semaphore),
                               come_later_and_use(semaphore));
}

}  // namespace

SIM_SCENARIO(semaphore_gh_90155, "a flag that only the woken waiter clears, and that is cancelled",
             sim::expects(sim::FindingKind::deadlock)) {
  return with_a_latecomer<Flagged>();
}
SIM_SCENARIO(semaphore_gh_90155_fixed, "semaphore_gh_90155, with a permit for who is woken") {
  return with_a_latecomer<Reserving>();
}
