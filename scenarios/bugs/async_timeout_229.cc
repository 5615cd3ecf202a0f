// async_timeout_229: the timeouts of the async-timeout library 3, which swallowed cancellations.
//
// Source: https://github.com/aio-libs/async-timeout/issues/229, which is
// https://github.com/aio-libs/aiohttp/issues/5979.
//
// Cause: a timeout cancels its task, and a CancelledError that comes out of the block of a timeout
// that has fired becomes a TimeoutError. Trigger: the timer fires, and somebody cancels the task
// before it has run. The task takes it for a timeout and goes on, and nobody tells it again. Fix,
// whole only with Python 3.11: a timeout takes back its own request, and becomes a TimeoutError
// only if there is no other.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

enum class Asks { whether_it_fired, whether_it_was_alone };

// Runs `body` in the current task, for so long.
sim::Coro<> with_timeout(sim::Coro<> body, sim::Duration time, Asks asks) {
  const sim::AnyTask task = sim::current_task();
  const int requests_before = task.cancelling();
  bool fired = false;
  const auto fire = [&fired, task] {
    fired = true;
    task.cancel();
  };
  sim::Handle timer = sim::running_loop().call_later(time, fire);
  const sim::Outcome<void> ended = co_await sim::settle(std::move(body));
  timer.cancel();
  const bool alone = fired && task.uncancel() <= requests_before;
  if (ended.cancelled() && fired && (alone || asks == Asks::whether_it_fired)) {
    throw sim::TimeoutError();
  }
  ended.value();
}

sim::Coro<> fetch() { co_await sim::sleep(10s); }

sim::Coro<> fetch_or_go_on(Asks asks) {
  try {
    co_await with_timeout(fetch(), 1s, asks);
  } catch (const sim::TimeoutError&) {
    SIM_CHECK_EQ(sim::current_task().cancelling(), 0);
  }
}

sim::Coro<> cancel_later(sim::Task<> task) {
  co_await sim::sleep(1s);
  task.cancel();
}

sim::Coro<> time_out_and_cancel(Asks asks) {
  const sim::Task<> task = sim::create_task(fetch_or_go_on(asks), "fetching");
  co_await sim::gather_settled(task, cancel_later(task));
}

}  // namespace

SIM_SCENARIO(async_timeout_229, "a timeout takes somebody else's cancellation for its own",
             sim::expects(sim::FindingKind::assertion)) {
  return time_out_and_cancel(Asks::whether_it_fired);
}
SIM_SCENARIO(async_timeout_229_fixed, "async_timeout_229, where it asks whether it was alone") {
  return time_out_and_cancel(Asks::whether_it_was_alone);
}
