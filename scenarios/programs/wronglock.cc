// wronglock: one task increments a variable under one lock and checks that nobody interfered; the
// others increment it too, under another lock.
//
// Source: wronglock_bad (7 others) and wronglock_3_bad of SCTBench.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> increment_alone(sim::Lock& mutex, sim::Shared<int>& variable) {
  auto guard = co_await lock(mutex);
  const int before = co_await read(variable);
  co_await add(variable, 1);
  const int after = co_await read(variable);
  SIM_CHECK_EQ(after, before + 1);
  co_await unlock(guard);
}

sim::Coro<> increment(sim::Lock& mutex, sim::Shared<int>& variable) {
  auto guard = co_await lock(mutex);
  co_await add(variable, 1);
  co_await unlock(guard);
}

}  // namespace

SIM_SCENARIO(wronglock, "a variable is guarded by one lock here and another there",
             sim::param("n", 7, "tasks with the wrong lock").at_least(0),
             sim::expects(sim::FindingKind::assertion, sim::FindingKind::stale_read)) {
  sim::Lock right;
  sim::Lock wrong;
  sim::Shared<int> variable{0};
  std::vector<sim::Coro<>> tasks;
  tasks.push_back(increment_alone(right, variable));
  for (int i = 0; i < scenario.param<int>("n"); ++i) tasks.push_back(increment(wrong, variable));
  co_await together(std::move(tasks));
}

SIM_SCENARIO(wronglock_fixed, "wronglock, with one lock for all",
             sim::param("n", 7, "other tasks").at_least(0)) {
  const int n = scenario.param<int>("n");
  sim::Lock right;
  sim::Shared<int> variable{0};
  std::vector<sim::Coro<>> tasks;
  tasks.push_back(increment_alone(right, variable));
  for (int i = 0; i < n; ++i) tasks.push_back(increment(right, variable));
  co_await together(std::move(tasks));
  SIM_CHECK_EQ(variable.get(), n + 1);
}
