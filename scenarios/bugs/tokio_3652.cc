// tokio_3652: tokio's Notify until March 2021, a notification lost as somebody else leaves.
//
// Source: https://github.com/tokio-rs/tokio/pull/3652.
//
// Cause: a waiter that is dropped and leaves the list empty sets the state to "empty", whatever it
// was. Trigger: notify_waiters() wakes a waiter; notify_one() finds nobody waiting and keeps its
// notification for the next to come; the first waiter is dropped in W1. The notification is gone,
// and the next waits for ever. Fix: the state becomes "empty" only if it was "waiting".
#include <list>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Drop { always_empties, empties_waiting };
enum class WokenBy { notify_one, notify_waiters };

class Notify {
 public:
  explicit Notify(Drop drop) : drop_(drop) {}

  sim::Coro<> notified() {
    if (state_ == State::notified) {
      state_ = State::empty;
      co_return;
    }
    state_ = State::waiting;
    const auto waiter = waiters_.emplace_back(sim::running_loop().create_future<WokenBy>());
    const sim::Outcome<WokenBy> woken = co_await sim::settle(waiter);
    if (!woken.has_value()) dropped(waiter);
    woken.value();
  }
  void notify_one() {
    if (!wake(WokenBy::notify_one)) {
      state_ = State::notified;
    } else if (waiters_.empty()) {
      state_ = State::empty;
    }
  }
  void notify_waiters() {
    while (wake(WokenBy::notify_waiters)) continue;
    if (state_ == State::waiting) state_ = State::empty;
  }

 private:
  // notified: nobody waits, and the next to come need not wait either.
  enum class State { empty, waiting, notified };

  bool wake(WokenBy by) {
    while (!waiters_.empty()) {
      const sim::Future<WokenBy> first = waiters_.front();
      waiters_.pop_front();
      if (first.done()) continue;
      first.set_result(by);
      return true;
    }
    return false;
  }
  void dropped(const sim::Future<WokenBy>& waiter) {
    waiters_.remove(waiter);
    const bool may = drop_ == Drop::always_empties || state_ == State::waiting;
    if (waiters_.empty() && may) state_ = State::empty;
    if (!waiter.cancelled() && waiter.result() == WokenBy::notify_one) notify_one();
  }

  Drop drop_;
  State state_ = State::empty;
  std::list<sim::Future<WokenBy>> waiters_;
};

sim::Coro<> notify_and_wait(Notify& notify) {
  notify.notify_waiters();
  notify.notify_one();
  co_await sim::yield();
  co_await notify.notified();  // has been
}

sim::Coro<> one_of_all_and_a_latecomer(Drop drop) {
  Notify notify(drop);
  const sim::Task<> first = sim::create_eager_task(notify.notified(), "first");  // waits by now
  co_await sim::gather_settled(first, notify_and_wait(notify));
}

}  // namespace

SIM_SCENARIO(tokio_3652, "a waiter that was woken and is dropped takes another's notification",
             sim::expects(sim::FindingKind::deadlock)) {
  return one_of_all_and_a_latecomer(Drop::always_empties);
}
SIM_SCENARIO(tokio_3652_fixed, "tokio_3652, where it looks whether there is one") {
  return one_of_all_and_a_latecomer(Drop::empties_waiting);
}
