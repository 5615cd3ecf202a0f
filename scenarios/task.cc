// task: create_task() schedules a coroutine beside the one that creates it. Its first step comes
// later, when the creator suspends; its result is there once it has been awaited, and stays there.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<std::string> fetch_data(sim::Scenario& scenario) {
  scenario.print("fetching");
  co_await sim::sleep(1s);
  co_return "Data fetched";
}

}  // namespace

SIM_SCENARIO(task, "runs a coroutine in the background while main goes on") {
  sim::Task<std::string> task = sim::create_task(fetch_data(scenario), "fetcher");
  SIM_CHECK(!task.done());
  scenario.print("doing other things");
  co_await sim::sleep(400ms);
  scenario.print("now waiting for the task");
  co_await task;
  SIM_CHECK(task.done());
  SIM_CHECK_EQ(task.result(), "Data fetched");
  scenario.print(task.result());
  SIM_CHECK(sim::uptime() == 1s);
}
