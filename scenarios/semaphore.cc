// semaphore: at most two workers hold a permit at a time, so four seconds of work take two.
#include <algorithm>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

struct Inside {
  int now = 0;
  int most = 0;
};

sim::Coro<> limited_task(sim::Scenario& scenario, sim::Semaphore& semaphore, Inside& inside) {
  auto permit = co_await semaphore.guard();
  inside.most = std::max(inside.most, ++inside.now);
  scenario.print("acquired, ", inside.now, " inside");
  co_await sim::sleep(1s);
  scenario.print("released");
  --inside.now;
}

}  // namespace

SIM_SCENARIO(semaphore, "four workers of a second each, two permits: two seconds",
             sim::param("workers", 4, "tasks that want a permit").at_least(0),
             sim::param("permits", 2, "tasks that may have one at a time").at_least(1)) {
  const int workers = scenario.param<int>("workers");
  const int permits = scenario.param<int>("permits");
  sim::Semaphore semaphore(permits);
  Inside inside;
  std::vector<sim::Task<>> tasks;
  for (int i = 0; i < workers; ++i) {
    tasks.push_back(
        sim::create_task(limited_task(scenario, semaphore, inside), "worker-" + std::to_string(i)));
  }
  co_await sim::gather(tasks);
  SIM_CHECK_EQ(inside.now, 0);
  SIM_CHECK_EQ(inside.most, std::min(workers, permits));
  const int rounds = workers / permits + (workers % permits == 0 ? 0 : 1);
  SIM_CHECK(sim::uptime() == rounds * 1s);
}
