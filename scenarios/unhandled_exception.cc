// unhandled_exception: the fourth pitfall. A task that nobody awaits keeps its exception to itself:
// the program goes on as if nothing had happened. The run reports the exception when the task is
// gone.
#include <stdexcept>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<> refresh_cache() {
  co_await sim::sleep(1s);
  throw std::runtime_error("the cache server is away");
}

}  // namespace

SIM_SCENARIO(unhandled_exception, "pitfall: a background task fails and nobody looks",
             sim::expects(sim::FindingKind::exception_never_retrieved)) {
  sim::create_task(refresh_cache(), "refresher");  // the bug: nobody keeps it
  co_await sim::sleep(2s);
  scenario.print("all is well, it seems");
  SIM_CHECK_EQ(sim::all_tasks().size(), 1u);
  SIM_CHECK(sim::uptime() == 2s);
}
