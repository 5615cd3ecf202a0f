// aiohttp_4936: aiohttp's connector before October 2020, which opened more connections than its
// limit.
//
// Source: https://github.com/aio-libs/aiohttp/issues/4936, repaired by
// https://github.com/aio-libs/aiohttp/pull/4937.
//
// Cause: release() wakes a waiter and reserves nothing for it, and the waiter takes for granted
// that there is a connection to be had. Trigger: somebody connects in W1. It finds one free, and
// then the waiter connects as well. Fix: a newcomer waits as long as somebody who was woken has not
// run.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Newcomer { goes_first, waits };

class Connector {
 public:
  explicit Connector(Newcomer newcomer) : newcomer_(newcomer) {}

  sim::Coro<> connect() {
    const bool after_others = newcomer_ == Newcomer::waits && !waiters_.empty();
    if (open_ == kLimit || after_others) {
      const bugs::Waiter waiter = waiters_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      waiters_.leave(waiter);
      if (!waited.has_value() && open_ < kLimit) waiters_.wake_next();
      waited.value();
    }
    SIM_CHECK(open_ < kLimit);
    ++open_;
  }
  void release() {
    --open_;
    waiters_.wake_next();
  }

 private:
  static constexpr int kLimit = 1;

  Newcomer newcomer_;
  int open_ = 0;
  bugs::Waiters waiters_;
};

sim::Coro<> request(Connector& connector, int steps_before) {
  for (int i = 0; i < steps_before; ++i) co_await sim::yield();
  co_await connector.connect();
  const sim::Outcome<void> answered = co_await sim::settle(sim::yield());
  connector.release();
  answered.value();
}

// One is connected, one waits, and one comes when the first is about to release.
sim::Coro<> three_requests(Newcomer newcomer) {
  Connector connector(newcomer);
  co_await sim::gather_settled(request(connector, 0), request(connector, 0), request(connector, 2));
}

}  // namespace

SIM_SCENARIO(aiohttp_4936, "a newcomer takes the connection that a waiter was woken for",
             sim::expects(sim::FindingKind::assertion)) {
  return three_requests(Newcomer::goes_first);
}
SIM_SCENARIO(aiohttp_4936_fixed, "aiohttp_4936, where it waits until the waiter has run") {
  return three_requests(Newcomer::waits);
}
