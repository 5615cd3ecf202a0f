// cache_fill: N tasks need a connection that is opened on first use. Who finds none opens one, and
// until that is done others find none either.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> use(sim::Shared<int>& connection, sim::Shared<int>& opens) {
  const int found = co_await read(connection);
  if (found != 0) co_return;
  co_await sim::yield();
  co_await atomic_add(opens, 1);
  co_await write(connection, 1);
}

sim::Coro<> use_once_claimed(sim::Shared<int>& connection, sim::Shared<int>& opens) {
  const bool claimed = co_await compare_exchange(connection, 0, 1);
  if (claimed) co_await atomic_add(opens, 1);
}

}  // namespace

SIM_SCENARIO(cache_fill, "N tasks open what is to be opened once, each having found it closed",
             sim::param("n", 2, "tasks").at_least(1),
             sim::expects(sim::FindingKind::assertion, sim::FindingKind::stale_read)) {
  sim::Shared<int> connection{0};
  sim::Shared<int> opens{0};
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < scenario.param<int>("n"); ++i) tasks.push_back(use(connection, opens));
  co_await together(std::move(tasks));
  SIM_CHECK_EQ(opens.get(), 1);
}

SIM_SCENARIO(cache_fill_fixed, "cache_fill, with the look and the claim in one access",
             sim::param("n", 2, "tasks").at_least(1)) {
  sim::Shared<int> connection{0};
  sim::Shared<int> opens{0};
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < scenario.param<int>("n"); ++i) {
    tasks.push_back(use_once_claimed(connection, opens));
  }
  co_await together(std::move(tasks));
  SIM_CHECK_EQ(opens.get(), 1);
}
