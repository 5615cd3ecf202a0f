// dining and dining_ordered: N philosophers, a fork between each two of them. Each takes the fork
// at the left, then the one at the right; when all of them have the first, nobody gets the second.
// In dining_ordered the last one takes the right fork first, and somebody always eats.
//
// Source: Dijkstra, EWD 310, 1971.
#include <deque>
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> eat(sim::Lock& first, sim::Lock& second) {
  auto left = co_await lock(first);
  auto right = co_await lock(second);
  co_await unlock(right);
  co_await unlock(left);
}

}  // namespace

SIM_SCENARIO(dining, "N philosophers take the left fork first, and all starve",
             sim::param("n", 5, "philosophers").at_least(2),
             sim::expects(sim::FindingKind::deadlock, sim::FindingKind::lock_cycle)) {
  const int n = scenario.param<int>("n");
  std::deque<sim::Lock> forks(n);
  std::vector<sim::Coro<>> philosophers;
  for (int i = 0; i < n; ++i) philosophers.push_back(eat(forks[i], forks[(i + 1) % n]));
  co_await together(std::move(philosophers));
}

SIM_SCENARIO(dining_ordered, "dining, with the last philosopher taking the right fork first",
             sim::param("n", 5, "philosophers").at_least(2)) {
  const int n = scenario.param<int>("n");
  std::deque<sim::Lock> forks(n);
  std::vector<sim::Coro<>> philosophers;
  for (int i = 0; i + 1 < n; ++i) philosophers.push_back(eat(forks[i], forks[i + 1]));
  philosophers.push_back(eat(forks[0], forks[n - 1]));
  co_await together(std::move(philosophers));
}
