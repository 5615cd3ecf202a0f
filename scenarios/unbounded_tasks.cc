// unbounded_tasks: the third pitfall. A server that makes a task for each request, as fast as
// requests come, has no backpressure: the number of live tasks grows without a bound. The limit of
// this scenario reports it. With a permit taken before each task is made, the same requests stay
// within the limit.
#include <algorithm>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kLimit = 100;
constexpr int kPermits = 20;

sim::Coro<> handle(int& handled) {
  co_await sim::sleep(1s);
  ++handled;
}

sim::Coro<> handle_and_release(int& handled, sim::Semaphore& permits) {
  co_await handle(handled);
  permits.release();
}

// Gives the largest number of tasks that lived at a time.
sim::Coro<std::size_t> serve_without_limit(int requests, int& handled) {
  std::vector<sim::Task<>> tasks;
  for (int i = 0; i < requests; ++i) tasks.push_back(sim::create_task(handle(handled)));
  const std::size_t most = sim::all_tasks().size();
  co_await sim::gather(tasks);
  co_return most;
}

sim::Coro<std::size_t> serve_with_permits(int requests, int& handled) {
  sim::Semaphore permits(kPermits);
  std::size_t most = 0;
  std::vector<sim::Task<>> tasks;
  for (int i = 0; i < requests; ++i) {
    co_await permits.acquire();
    tasks.push_back(sim::create_task(handle_and_release(handled, permits)));
    most = std::max(most, sim::all_tasks().size());
  }
  co_await sim::gather(tasks);
  co_return most;
}

}  // namespace

SIM_SCENARIO(unbounded_tasks, "pitfall: a task for each request and nothing that holds them back",
             sim::param("requests", 200, "how many come at once").at_least(101),
             sim::expects(sim::FindingKind::limit_exceeded), sim::Limits{.tasks = kLimit}) {
  const int requests = scenario.param<int>("requests");
  int handled = 0;
  const std::size_t unbounded = co_await serve_without_limit(requests, handled);
  scenario.print("without backpressure: ", unbounded, " tasks at a time");
  SIM_CHECK_EQ(handled, requests);
  SIM_CHECK_EQ(unbounded, static_cast<std::size_t>(requests) + 1);  // and main
  SIM_CHECK(sim::uptime() == 1s);

  const std::size_t bounded = co_await serve_with_permits(requests, handled);
  scenario.print("with ", kPermits, " permits: ", bounded, " tasks at a time");
  SIM_CHECK_EQ(handled, 2 * requests);
  SIM_CHECK_LE(bounded, kLimit);
  SIM_CHECK(sim::uptime() == 1s + (requests + kPermits - 1) / kPermits * 1s);
}
