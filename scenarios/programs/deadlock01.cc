// deadlock01: two tasks take the same two locks, in opposite orders.
//
// Source: deadlock01_bad of SCTBench.
#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> count(sim::Lock& first, sim::Lock& second, sim::Shared<int>& counter, int d) {
  auto outer = co_await lock(first);
  auto inner = co_await lock(second);
  co_await add(counter, d);
  co_await unlock(inner);
  co_await unlock(outer);
}

}  // namespace

SIM_SCENARIO(deadlock01, "two tasks take two locks in opposite orders",
             sim::expects(sim::FindingKind::deadlock, sim::FindingKind::lock_cycle)) {
  sim::Lock a;
  sim::Lock b;
  sim::Shared<int> counter{0};
  co_await together(count(a, b, counter, 1), count(b, a, counter, -1));
  SIM_CHECK_EQ(counter.get(), 0);
}

SIM_SCENARIO(deadlock01_fixed, "deadlock01, with one order for both") {
  sim::Lock a;
  sim::Lock b;
  sim::Shared<int> counter{0};
  co_await together(count(a, b, counter, 1), count(a, b, counter, -1));
  SIM_CHECK_EQ(counter.get(), 0);
}
