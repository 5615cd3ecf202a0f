// wait_for_bpo_37658: asyncio.wait_for() of Python 3.9 to 3.11, which swallowed cancellations.
//
// Source: https://bugs.python.org/issue37658 (gh-81839), which brought it, and
// https://bugs.python.org/issue42130 (gh-86296), which reported it.
//
// Cause: when wait_for() is cancelled and the inner task is done, it returns the result, so that
// the result is not lost; the cancellation is. Trigger: the inner task ends, and the outer one is
// cancelled in W1. Fix (3.12): the cancellation goes first.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

enum class Prefers { result, cancellation };

sim::Coro<int> wait_for(sim::Task<int> inner, sim::Duration time, Prefers prefers) {
  const auto waiter = sim::running_loop().create_future<void>();
  const auto end_wait = [waiter] {
    if (!waiter.done()) waiter.set_result();
  };
  inner.add_done_callback(end_wait);
  sim::Handle timer = sim::running_loop().call_later(time, end_wait);
  const sim::Outcome<void> waited = co_await sim::settle(waiter);
  timer.cancel();
  if (waited.cancelled() && inner.done() && prefers == Prefers::result) co_return inner.result();
  const bool timed_out = !inner.done();
  if (timed_out) {
    inner.cancel();
    const bugs::Waiter end = bugs::end_of(inner);
    co_await end;
  }
  waited.value();
  if (timed_out) throw sim::TimeoutError();
  co_return co_await inner;
}

sim::Coro<int> answer() {
  co_await sim::yield();
  co_return 42;
}

sim::Coro<> ask(sim::Task<int> inner, Prefers prefers) {
  co_await wait_for(inner, 10s, prefers);
  co_await sim::sleep(1s);  // where a cancellation that was swallowed would have been noticed
}

sim::Coro<> cancel_soon(sim::Task<> task) {
  for (int i = 0; i < 2; ++i) co_await sim::yield();
  task.cancel();
}

sim::Coro<> ask_and_cancel(Prefers prefers) {
  const sim::Task<int> inner = sim::create_task(answer(), "inner");
  const sim::Task<> outer = sim::create_task(ask(inner, prefers), "outer");
  co_await sim::gather_settled(inner, outer, cancel_soon(outer));
  SIM_CHECK(outer.cancelling() == 0 || outer.cancelled());
}

}  // namespace

SIM_SCENARIO(wait_for_bpo_37658, "a wait that was cancelled returns a result instead",
             sim::expects(sim::FindingKind::assertion, sim::FindingKind::cancellation_swallowed)) {
  return ask_and_cancel(Prefers::result);
}
SIM_SCENARIO(wait_for_bpo_37658_fixed, "wait_for_bpo_37658, where the cancellation goes first") {
  return ask_and_cancel(Prefers::cancellation);
}
