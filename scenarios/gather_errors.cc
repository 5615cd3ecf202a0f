// gather_errors: gather_settled() waits for all and gives each one's outcome, value or exception
// (asyncio's return_exceptions=True). gather() ends with the first exception; the others go on.
#include <stdexcept>
#include <string>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<std::string> ok() {
  co_await sim::sleep(2s);
  co_return "OK";
}

sim::Coro<std::string> fail() {
  co_await sim::sleep(1s);
  throw std::runtime_error("Failed");
}

std::string describe(const sim::Outcome<std::string>& outcome) {
  try {
    return "Success: " + outcome.value();
  } catch (const std::runtime_error& error) {
    return std::string("Error: ") + error.what();
  }
}

}  // namespace

SIM_SCENARIO(gather_errors, "one of two fails: wait for both, or for the first failure") {
  const auto [first, second] = co_await sim::gather_settled(ok(), fail());
  scenario.print(describe(first));
  scenario.print(describe(second));
  SIM_CHECK_EQ(describe(first), "Success: OK");
  SIM_CHECK_EQ(describe(second), "Error: Failed");
  SIM_CHECK(sim::uptime() == 2s);

  const sim::Task<std::string> survivor = sim::create_task(ok(), "survivor");
  bool caught = false;
  try {
    co_await sim::gather(survivor, fail());
  } catch (const std::runtime_error&) {
    caught = true;
    scenario.print("gather has failed; the sibling goes on");
  }
  SIM_CHECK(caught && !survivor.done());
  SIM_CHECK(sim::uptime() == 3s);
  SIM_CHECK_EQ(co_await survivor, "OK");
  SIM_CHECK(sim::uptime() == 4s);
}
