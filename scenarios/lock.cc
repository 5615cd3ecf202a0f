// lock: one task at a time uses the resource; the guard releases the lock at the end of its scope.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<> use_resource(sim::Scenario& scenario, sim::Lock& lock, int& users) {
  auto guard = co_await lock.guard();
  SIM_CHECK_EQ(++users, 1);
  scenario.print("Resource is locked");
  co_await sim::sleep(1s);
  scenario.print("Resource released");
  --users;
}

}  // namespace

SIM_SCENARIO(lock, "two tasks share a resource; one waits for the other") {
  sim::Lock lock;
  int users = 0;
  co_await sim::gather(use_resource(scenario, lock, users), use_resource(scenario, lock, users));
  SIM_CHECK(!lock.locked());
  SIM_CHECK(sim::uptime() == 2s);
}
