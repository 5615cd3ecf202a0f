// W7: the lost update of two tasks, explored: executions a second.
#include <benchmark/benchmark.h>

#include "primitives/primitives.h"
#include "sim/explore/dfs.h"
#include "sim/explore/random_walk.h"

namespace {

sim::Coro<> deposit(sim::Shared<int>& balance) {
  const int read = balance.get();
  co_await sim::yield();
  balance.set(read + 1);
}

int lost = 0;

sim::Coro<> lost_update() {
  sim::Shared<int> balance{0};
  co_await sim::gather(deposit(balance), deposit(balance));
  lost += balance.get() != 2;
}

void W7_random(benchmark::State& state) {
  sim::Execution execution(lost_update, {.order = sim::Order::any, .canonical = true});
  sim::RandomWalk walk(1);
  for (auto _ : state) execution.run(*walk.next());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(W7_random);

void W7_exhaustive(benchmark::State& state) {
  sim::Execution execution(lost_update, {.order = sim::Order::any, .canonical = true});
  std::int64_t total = 0;
  for (auto _ : state) {
    sim::Dfs dfs;
    int n = 0;
    while (auto* source = dfs.next()) {
      execution.run(*source);
      ++n;
    }
    state.counters["schedules"] = n;
    total += n;
  }
  state.SetItemsProcessed(total);
}
BENCHMARK(W7_exhaustive);

}  // namespace
