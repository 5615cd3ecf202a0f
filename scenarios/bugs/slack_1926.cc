// slack_1926: the socket mode client of python-slack-sdk before July 2026, which released a lock
// that it did not hold.
//
// Source: https://github.com/slackapi/python-slack-sdk/pull/1926.
//
// Cause: acquire() stands inside the `try` whose `finally` releases the lock if it is locked, by
// whomever; asyncio's lock has no owner. Trigger: one connects, one waits for the lock and is
// cancelled. It releases the lock of the first, and a third connects meanwhile. Fix: only who has
// acquired the lock releases it.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Releases { if_locked, if_acquired };

// As asyncio's, in first-come order: whoever releases it, it is released.
class Lock {
 public:
  bool locked() const { return locked_; }
  sim::Coro<> acquire() {
    if (!locked_ && !waiters_.any_alive()) {
      locked_ = true;
      co_return;
    }
    const bugs::Waiter waiter = waiters_.enter();
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    waiters_.leave(waiter);
    if (!waited.has_value() && bugs::was_woken(waiter) && !locked_) waiters_.wake_next();
    waited.value();
    locked_ = true;
  }
  void release() {
    locked_ = false;
    waiters_.wake_next();
  }

 private:
  bool locked_ = false;
  bugs::Waiters waiters_;
};

class Client {
 public:
  explicit Client(Releases releases) : releases_(releases) {}

  sim::Coro<> connect_to_new_endpoint() {
    bool acquired = false;
    const sim::Outcome<void> ended = co_await sim::settle(connect(acquired));
    if (releases_ == Releases::if_locked ? lock_.locked() : acquired) lock_.release();
    ended.value();
  }

 private:
  sim::Coro<> connect(bool& acquired) {
    co_await lock_.acquire();
    acquired = true;
    SIM_CHECK_EQ(++connecting_, 1);
    const sim::Outcome<void> connected = co_await sim::settle(sim::sleep(std::chrono::seconds(1)));
    --connecting_;
    connected.value();
  }

  Releases releases_;
  Lock lock_;
  int connecting_ = 0;
};

sim::Coro<> three_connect(Releases releases) {
  Client client(releases);
  co_await sim::gather_settled(client.connect_to_new_endpoint(), client.connect_to_new_endpoint(),
                               client.connect_to_new_endpoint());
}

}  // namespace

SIM_SCENARIO(slack_1926, "who is cancelled while it waits for a lock releases it",
             sim::expects(sim::FindingKind::assertion)) {
  return three_connect(Releases::if_locked);
}
SIM_SCENARIO(slack_1926_fixed, "slack_1926, where only who has acquired it releases it") {
  return three_connect(Releases::if_acquired);
}
