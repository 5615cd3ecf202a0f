// Parts: a lock and a semaphore without a fault, for the algorithms whose fault is in their use;
// and the oracle of those that let only so many in.
#pragma once

#include "scenarios/bugs/waiters.h"

namespace faulty {

// Who is woken takes it, or waits again if a newcomer was faster.
class PlainLock {
 public:
  sim::Coro<> wait_until_free() {
    while (held_) {
      const bugs::Waiter waiter = waiters_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      waiters_.leave(waiter);
      if (waited.cancelled() && bugs::was_woken(waiter) && !held_) waiters_.pop_and_wake();
      waited.value();
    }
  }
  void take() { held_ = true; }
  sim::Coro<> acquire() {
    co_await wait_until_free();
    take();
  }
  void release() {
    held_ = false;
    waiters_.pop_and_wake();
  }

 private:
  bool held_ = false;
  bugs::Waiters waiters_;
};

// A permit is handed over to who is woken, and handed on if that one is cancelled before it runs.
class PlainPermits {
 public:
  explicit PlainPermits(int free) : free_(free) {}
  sim::Coro<> acquire() {
    if (free_ > 0) {
      --free_;
      co_return;
    }
    const bugs::Waiter waiter = waiters_.enter();
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    waiters_.leave(waiter);
    if (waited.cancelled() && bugs::was_woken(waiter)) release();
    waited.value();
  }
  void release() {
    if (!waiters_.pop_and_wake()) ++free_;
  }
  int free() const { return free_; }

 private:
  int free_;
  bugs::Waiters waiters_;
};

// How many are in at a time.
class Inside {
 public:
  explicit Inside(int most) : most_(most) {}
  void enter() {
    ++now_;
    SIM_CHECK_LE(now_, most_);
  }
  void leave() { --now_; }
  // Is in while `work` goes on.
  sim::Coro<> during(sim::Coro<> work) {
    enter();
    const sim::Outcome<void> worked = co_await sim::settle(std::move(work));
    leave();
    worked.value();
  }

 private:
  int most_;
  int now_ = 0;
};

}  // namespace faulty
