// wait_for_timeout: wait_for() cancels what takes too long, waits until that has cleaned up, and
// then throws TimeoutError.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<std::string> slow_operation(bool& cancelled) {
  try {
    co_await sim::sleep(5s);
  } catch (const sim::CancelledError&) {
    cancelled = true;
    throw;
  }
  co_return "Finished";
}

}  // namespace

SIM_SCENARIO(wait_for_timeout, "gives up on a slow operation after three seconds") {
  bool cancelled = false;
  bool timed_out = false;
  try {
    scenario.print(co_await sim::wait_for(slow_operation(cancelled), 3s));
  } catch (const sim::TimeoutError&) {
    scenario.print("Took too long!");
    timed_out = true;
  }
  SIM_CHECK(timed_out);
  SIM_CHECK(cancelled);
  SIM_CHECK(sim::uptime() == 3s);
}
