// lockinc: N tasks increment a counter, each under the lock. Correct.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> increment(sim::Lock& mutex, sim::Shared<int>& counter) {
  auto guard = co_await lock(mutex);
  co_await add(counter, 1);
  co_await unlock(guard);
}

}  // namespace

SIM_SCENARIO(lockinc, "N tasks increment a counter under a lock: correct",
             sim::param("n", 3, "tasks").at_least(1)) {
  const int n = scenario.param<int>("n");
  sim::Lock mutex;
  sim::Shared<int> counter{0};
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < n; ++i) tasks.push_back(increment(mutex, counter));
  co_await together(std::move(tasks));
  SIM_CHECK_EQ(counter.get(), n);
}
