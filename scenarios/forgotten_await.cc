// forgotten_await: the first pitfall. Calling a coroutine does not run it: one that is never
// awaited does nothing at all. The run reports it with its name and place.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<> save(bool& saved) {
  co_await sim::sleep(1s);
  saved = true;
}

}  // namespace

SIM_SCENARIO(forgotten_await, "pitfall: a coroutine is called and never awaited",
             sim::expects(sim::FindingKind::never_awaited)) {
  bool saved = false;
  {
    const sim::Coro<> saving = save(saved);  // the bug: no co_await
  }
  scenario.print("saved: ", saved, ", and no time has passed");
  SIM_CHECK(!saved);
  SIM_CHECK(sim::uptime() == 0s);
  co_return;
}
