// gather_two: gather() runs its arguments concurrently and gives their results in the order of the
// arguments, whichever ends first. One second beside two seconds takes two.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<std::string> done_after(sim::Scenario& scenario, sim::Duration time, std::string result) {
  co_await sim::sleep(time);
  scenario.print(result);
  co_return result;
}

}  // namespace

SIM_SCENARIO(gather_two, "one second of work beside two seconds takes two") {
  const auto [first, second] = co_await sim::gather(done_after(scenario, 1s, "func1 done"),
                                                    done_after(scenario, 2s, "func2 done"));
  scenario.print("results: ", first, ", ", second);
  SIM_CHECK_EQ(first, "func1 done");
  SIM_CHECK_EQ(second, "func2 done");
  SIM_CHECK(sim::uptime() == 2s);
}
