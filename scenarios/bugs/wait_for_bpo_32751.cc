// wait_for_bpo_32751: asyncio.wait_for() before Python 3.7, which did not wait for what it
// cancelled.
//
// Source: https://bugs.python.org/issue32751 (gh-76932).
//
// Cause: on a timeout the inner task is cancelled and TimeoutError raised at once. Trigger: an
// inner task whose cleanup takes a step. The caller goes on while the inner task still has what it
// used. Fix: wait for the inner task to end before raising.
#include <memory>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

enum class After { cancelling, ending };

// Ends `waiter` when the task ends or the time is over.
sim::Coro<> wait_for(sim::Task<> inner, sim::Duration time, After after) {
  const auto waiter = sim::running_loop().create_future<void>();
  const auto end_wait = [waiter] {
    if (!waiter.done()) waiter.set_result();
  };
  inner.add_done_callback(end_wait);
  sim::Handle timer = sim::running_loop().call_later(time, end_wait);
  const sim::Outcome<void> waited = co_await sim::settle(waiter);
  timer.cancel();
  const bool timed_out = !inner.done();
  if (timed_out) inner.cancel();
  if (timed_out && after == After::ending) {
    const bugs::Waiter end = bugs::end_of(inner);
    co_await end;
  }
  waited.value();
  if (timed_out) throw sim::TimeoutError();
  co_await inner;
}

struct Resource {
  bool in_use = false;
};

sim::Coro<> use(std::shared_ptr<Resource> resource) {
  resource->in_use = true;
  const sim::Outcome<void> used = co_await sim::settle(sim::sleep(10s));
  const sim::Outcome<void> cleaned_up = co_await sim::settle(sim::yield());
  resource->in_use = false;
  used.value();
  cleaned_up.value();
}

sim::Coro<> time_out(After after) {
  const auto resource = std::make_shared<Resource>();
  const sim::Task<> inner = sim::create_eager_task(use(resource), "inner");  // in use from now on
  bool timed_out = false;
  try {
    co_await wait_for(inner, 1s, after);
  } catch (const sim::TimeoutError&) {
    timed_out = true;
  }
  if (timed_out) SIM_CHECK(!resource->in_use);
}

}  // namespace

SIM_SCENARIO(wait_for_bpo_32751, "a timeout is raised before what timed out has cleaned up",
             sim::expects(sim::FindingKind::assertion)) {
  return time_out(After::cancelling);
}
SIM_SCENARIO(wait_for_bpo_32751_fixed, "wait_for_bpo_32751, which waits for the cleanup") {
  return time_out(After::ending);
}
