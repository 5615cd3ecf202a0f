// fetch: a coroutine is called by awaiting it. It runs inside the task that awaits, at once and
// without passing through the ready queue, so no time passes and no other task runs in between.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<std::string> fetch_data() { co_return "Data fetched"; }

}  // namespace

SIM_SCENARIO(fetch, "awaits a coroutine and uses what it returns") {
  const std::string result = co_await fetch_data();
  scenario.print(result);
  SIM_CHECK_EQ(result, "Data fetched");
  SIM_CHECK(sim::uptime() == 0s);
}
