// semaphore_bpo_45997 and semaphore_gh_90155: asyncio.Semaphore before Python 3.10.5, and its first
// repair, of 3.10.5 to 3.10.7.
//
// Source: https://bugs.python.org/issue45997, which is
// https://github.com/python/cpython/issues/90155, reopened in September 2022.
//
// First, cause: release() takes a waiter off the list and wakes it, and reserves nothing: until it
// runs, the permit is there for whoever asks, and the waiter goes to the end of the queue. Trigger:
// two loops of acquire, work, release with one permit. The first takes its own permit again each
// time: AAABBB. First fix: a flag that says that a waiter was woken and has not run; while it is
// set, acquire() waits.
//
// Second, cause: only the woken task clears that flag. Trigger: the only waiter is woken and
// cancelled in W1. There is a permit, and whoever asks from then on waits for ever. Fix (3.10.8):
// no flag; the permit is given to the waiter as it is woken, and given back if it is cancelled.
#include <deque>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

class Unfair {
 public:
  sim::Coro<> acquire() {
    while (value_ <= 0) {
      const bugs::Waiter waiter = waiters_.enter();
      try {
        co_await waiter;
      } catch (const sim::CancelledError&) {
        waiters_.leave(waiter);
        if (bugs::was_woken(waiter) && value_ > 0) waiters_.pop_and_wake();
        throw;
      }
    }
    --value_;
  }
  void release() {
    ++value_;
    waiters_.pop_and_wake();
  }

 private:
  int value_ = 1;
  bugs::Waiters waiters_;
};

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

// Who has asked and has no permit yet, in the order in which they asked.
using Asked = std::deque<sim::AnyTask>;

void check_turn(Asked& asked) {
  while (asked.front().cancelling() != 0) asked.pop_front();  // it may have to run yet
  SIM_CHECK(asked.front() == sim::current_task());
  asked.pop_front();
}

// A few rounds of acquire, a step of work, release.
template <class Semaphore>
sim::Coro<> work(Semaphore& semaphore, Asked& asked) {
  for (int round = 0; round < 3; ++round) {
    asked.push_back(sim::current_task());
    co_await semaphore.acquire();
    check_turn(asked);
    const sim::Outcome<void> worked = co_await sim::settle(sim::yield());
    semaphore.release();
    worked.value();
  }
}

template <class Semaphore>
sim::Coro<> two_loops() {
  Semaphore semaphore;
  Asked asked;
  co_await sim::gather_settled(work(semaphore, asked), work(semaphore, asked));
}

// One has the permit, one waits for it, one asks for it when both are gone.
template <class Semaphore>
sim::Coro<> with_a_latecomer() {
  Semaphore semaphore;
  co_await sim::gather_settled(bugs::use(semaphore), bugs::use(semaphore));
  co_await bugs::use(semaphore);
}

}  // namespace

SIM_SCENARIO(semaphore_bpo_45997, "a permit that was released to a waiter is taken by a newcomer",
             sim::expects(sim::FindingKind::assertion)) {
  return two_loops<Unfair>();
}
SIM_SCENARIO(semaphore_bpo_45997_fixed, "semaphore_bpo_45997, with a permit for who is woken") {
  return two_loops<Reserving>();
}
SIM_SCENARIO(semaphore_gh_90155, "a flag that only the woken waiter clears, and that is cancelled",
             sim::expects(sim::FindingKind::deadlock)) {
  return with_a_latecomer<Flagged>();
}
SIM_SCENARIO(semaphore_gh_90155_fixed, "semaphore_gh_90155, with a permit for who is woken") {
  return with_a_latecomer<Reserving>();
}
