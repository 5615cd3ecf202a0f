// Waiters: the list of futures that asyncio's primitives are made of, each with a task behind it.
//
// W1 in the comments of this folder is the window between a waiter's wake-up and its resumption:
// its future has its result, the task is ready and has not run. A task that is cancelled there gets
// the cancellation and not the result.
#pragma once

#include <algorithm>
#include <list>

#include "primitives/primitives.h"

namespace bugs {

using Waiter = sim::Future<>;

class Waiters {
 public:
  // A new one, at the end.
  Waiter enter() {
    return waiters_.emplace_back(sim::running_loop().create_future<void>());
  }
  void leave(const Waiter& waiter) { waiters_.remove(waiter); }
  bool empty() const { return waiters_.empty(); }
  // Whether there is one that has not been cancelled. It may have been woken.
  bool any_alive() const {
    return std::ranges::any_of(waiters_, [](const Waiter& each) { return !each.cancelled(); });
  }
  // Wakes the first that has not been woken or cancelled; it leaves when it runs. False if there is
  // none.
  bool wake_next() {
    for (const Waiter& each : waiters_) {
      if (each.done()) continue;
      each.set_result();
      return true;
    }
    return false;
  }
  // The same, and those up to it leave at once.
  bool pop_and_wake() {
    while (!waiters_.empty()) {
      const Waiter first = waiters_.front();
      waiters_.pop_front();
      if (first.done()) continue;
      first.set_result();
      return true;
    }
    return false;
  }

 private:
  std::list<Waiter> waiters_;
};

// Whether the task behind it was cancelled in W1.
inline bool was_woken(const Waiter& waiter) { return waiter.done() && !waiter.cancelled(); }

// Ends when the task has ended, however it did: to wait for that and nothing else.
template <class T>
Waiter end_of(const sim::Task<T>& task) {
  const Waiter end = sim::running_loop().create_future<void>();
  task.add_done_callback([end] {
    if (!end.done()) end.set_result();
  });
  return end;
}

// Ends when the task that calls it is the only one left, and is cancelled then if it was: for main,
// whose variables helpers may use that nobody waits for.
inline sim::Coro<> others_ended() {
  const sim::AnyTask self = sim::current_task();
  const int requests = self.cancelling();
  for (const sim::AnyTask& each : sim::all_tasks()) {
    while (!(each == self) && !each.done()) co_await sim::settle(each);
  }
  if (self.cancelling() != requests) throw sim::CancelledError();
}

// acquire, a step of work, release: also when the work is cancelled.
template <class L>
sim::Coro<> use(L& lock) {
  co_await lock.acquire();
  const sim::Outcome<void> worked = co_await sim::settle(sim::yield());
  lock.release();
  worked.value();
}

}  // namespace bugs
