// semaphore_bpo_45997: asyncio.Semaphore before Python 3.10.5, unfair.
//
// Source: https://bugs.python.org/issue45997 (gh-90155).
//
// Cause: release() takes the first waiter off the list and wakes it, and reserves nothing: until it
// runs, the permit is there for whoever asks, and the waiter goes to the end of the queue. Trigger:
// two loops of acquire, work, release with one permit. The first takes its own permit again each
// time: AAABBB. Fix (3.10.8): the permit is given to the waiter as it is woken, and who asks while
// others wait queues behind them.
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

class Fair {
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

// A few rounds of acquire, a step of work, release. `asked` has who waits, in the order in which
// they asked.
template <class Semaphore>
sim::Coro<> work(Semaphore& semaphore, std::deque<char>& asked, char name) {
  for (int round = 0; round < 3; ++round) {
    asked.push_back(name);
    const sim::Outcome<void> acquired = co_await sim::settle(semaphore.acquire());
    if (acquired.has_value()) SIM_CHECK_EQ(asked.front(), name);
    std::erase(asked, name);
    acquired.value();
    const sim::Outcome<void> worked = co_await sim::settle(sim::yield());
    semaphore.release();
    worked.value();
  }
}

template <class Semaphore>
sim::Coro<> two_loops() {
  Semaphore semaphore;
  std::deque<char> asked;
  co_await sim::gather_settled(work(semaphore, asked, 'A'), work(semaphore, asked, 'B'));
}

}  // namespace

SIM_SCENARIO(semaphore_bpo_45997, "a permit that was released to a waiter is taken by a newcomer",
             sim::expects(sim::FindingKind::assertion)) {
  return two_loops<Unfair>();
}
SIM_SCENARIO(semaphore_bpo_45997_fixed, "semaphore_bpo_45997, with a permit for who is woken") {
  return two_loops<Fair>();
}
