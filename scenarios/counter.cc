// counter: sleep() gives control back to the loop. Two counters that sleep between their numbers
// count side by side; which of them is first at each second is up to the schedule.
#include <memory>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

using Numbers = std::shared_ptr<std::vector<int>>;  // one counter may outlive main

sim::Coro<> counter(sim::Scenario& scenario, int count, Numbers counted) {
  for (int i = 0; i < count; ++i) {
    scenario.print(i);
    counted->push_back(i);
    co_await sim::sleep(1s);
  }
}

}  // namespace

SIM_SCENARIO(counter, "two tasks count side by side, a second between two numbers",
             sim::param("count", 3, "how far to count").at_least(0)) {
  const int count = scenario.param<int>("count");
  const Numbers counted = std::make_shared<std::vector<int>>();
  co_await sim::gather(counter(scenario, count, counted), counter(scenario, count, counted));
  // Neither is ever a number ahead of the other.
  SIM_CHECK_EQ(counted->size(), 2 * static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < counted->size(); ++i) {
    SIM_CHECK_EQ((*counted)[i], static_cast<int>(i / 2));
  }
  SIM_CHECK(sim::uptime() == count * 1s);
}
