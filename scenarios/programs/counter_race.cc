// counter_race: N tasks increment a counter in two accesses, a read and a write. Two that read the
// same value lose one of their increments.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> increment(sim::Shared<int>& counter) { co_await add(counter, 1); }

sim::Coro<> increment_at_once(sim::Shared<int>& counter) { co_await atomic_add(counter, 1); }

}  // namespace

SIM_SCENARIO(counter_race, "N tasks increment a counter by a read and a write",
             sim::param("n", 2, "tasks").at_least(1),
             sim::expects(sim::FindingKind::assertion, sim::FindingKind::stale_read)) {
  const int n = scenario.param<int>("n");
  sim::Shared<int> counter{0};
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < n; ++i) tasks.push_back(increment(counter));
  co_await together(std::move(tasks));
  SIM_CHECK_EQ(counter.get(), n);
}

SIM_SCENARIO(counter_race_fixed, "counter_race, with increments that are one access",
             sim::param("n", 2, "tasks").at_least(1)) {
  const int n = scenario.param<int>("n");
  sim::Shared<int> counter{0};
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < n; ++i) tasks.push_back(increment_at_once(counter));
  co_await together(std::move(tasks));
  SIM_CHECK_EQ(counter.get(), n);
}
