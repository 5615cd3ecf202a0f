// error_handling: an exception comes out of the co_await, from a coroutine and from a task alike.
#include <stdexcept>
#include <string>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<> might_fail() {
  co_await sim::sleep(1s);
  throw std::invalid_argument("Something went wrong");
}

}  // namespace

SIM_SCENARIO(error_handling, "catches what a coroutine throws, and what a task throws") {
  std::string caught;
  try {
    co_await might_fail();
  } catch (const std::invalid_argument& error) {
    caught = error.what();
  }
  scenario.print("Caught error: ", caught);
  SIM_CHECK_EQ(caught, "Something went wrong");
  SIM_CHECK(sim::uptime() == 1s);

  const sim::Task<> task = sim::create_task(might_fail());
  try {
    co_await task;
  } catch (const std::invalid_argument& error) {
    caught += ", again";
  }
  scenario.print("Caught error: ", caught);
  SIM_CHECK_EQ(caught, "Something went wrong, again");
  SIM_CHECK(task.done() && !task.cancelled() && task.exception() != nullptr);
  SIM_CHECK(sim::uptime() == 2s);
}
