// drain_bpo_29930: asyncio.StreamWriter.drain() before Python 3.6.4, with two tasks that drain.
//
// Source: https://bugs.python.org/issue29930 (gh-74116).
//
// Cause: there is one place for a waiter, asserted to be free. Trigger: two tasks drain while the
// transport is paused. Fix: a list of waiters.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

class OneWaiter {
 public:
  sim::Coro<> wait() {
    SIM_CHECK(!waiter_ || waiter_.cancelled());
    waiter_ = sim::running_loop().create_future<void>();
    const bugs::Waiter own = waiter_;
    co_await own;
  }
  void wake_all() {
    if (waiter_ && !waiter_.done()) waiter_.set_result();
    waiter_ = {};
  }

 private:
  bugs::Waiter waiter_;
};

class AnyNumber {
 public:
  sim::Coro<> wait() {
    const bugs::Waiter own = waiters_.enter();
    const sim::Outcome<void> waited = co_await sim::settle(own);
    waiters_.leave(own);
    waited.value();
  }
  void wake_all() {
    while (waiters_.wake_next()) continue;
  }

 private:
  bugs::Waiters waiters_;
};

template <class Waiters>
struct Writer {
  bool paused = false;
  Waiters waiters;
};

template <class Waiters>
sim::Coro<> write_and_drain(Writer<Waiters>& writer) {
  co_await sim::yield();
  writer.paused = true;  // more is written than the transport takes at once
  if (writer.paused) co_await writer.waiters.wait();
}

// The transport takes what was written, until both have written.
template <class Waiters>
sim::Coro<> send(Writer<Waiters>& writer, sim::Task<> first, sim::Task<> second) {
  sim::Outcome<void> ended;
  while (!first.done() || !second.done()) {
    const sim::Outcome<void> rested = co_await sim::settle(sim::yield());
    if (!rested.has_value()) ended = rested;
    writer.paused = false;
    writer.waiters.wake_all();
  }
  ended.value();
}

template <class Waiters>
sim::Coro<> two_writers() {
  Writer<Waiters> writer;
  const sim::Task<> first = sim::create_task(write_and_drain(writer), "first");
  const sim::Task<> second = sim::create_task(write_and_drain(writer), "second");
  co_await sim::gather_settled(first, second, send(writer, first, second));
}

}  // namespace

SIM_SCENARIO(drain_bpo_29930, "two tasks drain one writer that has one place for a waiter",
             sim::expects(sim::FindingKind::assertion)) {
  return two_writers<OneWaiter>();
}
SIM_SCENARIO(drain_bpo_29930_fixed, "drain_bpo_29930, with a list of waiters") {
  return two_writers<AnyNumber>();
}
