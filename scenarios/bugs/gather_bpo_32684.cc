// gather_bpo_32684: asyncio.gather(return_exceptions=True) before Python 3.7, which swallowed
// cancellations.
//
// Source: https://bugs.python.org/issue32684 (gh-76865).
//
// Cause: a gather that is cancelled cancels its children, and their CancelledErrors become results
// like any other exception. Trigger: cancel the task that gathers. It goes on with a list of
// results. Fix: once the children have ended, a gather that was itself cancelled raises.
#include <memory>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

enum class WhenCancelled { returns, raises };

sim::Coro<std::vector<sim::Outcome<void>>> gather_settled(std::vector<sim::Task<>> children,
                                                          WhenCancelled when_cancelled) {
  const auto all = sim::running_loop().create_future<void>();
  const auto left = std::make_shared<std::size_t>(children.size());
  for (const sim::Task<>& child : children) {
    child.add_done_callback([all, left] {
      if (--*left == 0 && !all.done()) all.set_result();
    });
  }
  const sim::Outcome<void> waited = co_await sim::settle(all);
  if (waited.cancelled()) {
    for (const sim::Task<>& child : children) child.cancel();
  }
  std::vector<sim::Outcome<void>> outcomes;
  for (const sim::Task<>& child : children) outcomes.push_back(co_await sim::settle(child));
  if (when_cancelled == WhenCancelled::raises) waited.value();
  co_return outcomes;
}

sim::Coro<> work() { co_await sim::sleep(1s); }

sim::Coro<> work_twice(WhenCancelled when_cancelled) {
  std::vector<sim::Task<>> children;
  for (int i = 0; i < 2; ++i) children.push_back(sim::create_task(work()));
  co_await gather_settled(children, when_cancelled);
}

sim::Coro<> cancel_soon(sim::Task<> task) {
  co_await sim::yield();
  task.cancel();
}

sim::Coro<> gather_and_cancel(WhenCancelled when_cancelled) {
  const sim::Task<> outer = sim::create_task(work_twice(when_cancelled), "outer");
  co_await sim::gather_settled(outer, cancel_soon(outer));
  SIM_CHECK(outer.cancelling() == 0 || outer.cancelled());
}

}  // namespace

SIM_SCENARIO(gather_bpo_32684, "a gather that was cancelled returns its children's cancellations",
             sim::expects(sim::FindingKind::assertion, sim::FindingKind::cancellation_swallowed)) {
  return gather_and_cancel(WhenCancelled::returns);
}
SIM_SCENARIO(gather_bpo_32684_fixed, "gather_bpo_32684, where it raises") {
  return gather_and_cancel(WhenCancelled::raises);
}
