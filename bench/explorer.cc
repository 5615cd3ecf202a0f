// W7 to W10: explorations with tracing off, as explore() runs them: canonical hash, duplicates
// counted, detectors watching. One operation is an execution; of W9, a decision.
#include "bench/explorer.h"

#include <benchmark/benchmark.h>

#include <deque>
#include <utility>
#include <vector>

#include "bench/takers.h"
#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace bench {
namespace {

sim::ExploreOptions search(sim::Strategy strategy) {
  sim::ExploreOptions options;
  options.strategy = strategy;
  options.max_executions = kExecutions;
  options.max_failures = 0;
  return options;
}

sim::Coro<> deposit(sim::Shared<int>& balance) {
  const int read = balance.get();
  co_await sim::yield();
  balance.set(read + 1);
}

// W7: the lost update of two tasks. The outcomes are counted; to lose one is no failure.
int lost = 0;

sim::Coro<> lost_update() {
  sim::Shared<int> balance{0};
  co_await sim::gather(deposit(balance), deposit(balance));
  lost += balance.get() != 2;
}

// W9: about a hundred decisions, of four tasks that yield.
sim::Coro<> yields() {
  for (int i = 0; i < 30; ++i) co_await sim::yield();
}

sim::Coro<> four_that_yield() { co_await sim::gather(yields(), yields(), yields(), yields()); }

// W10: ten that fill a cell each by the one before it, and one that looks for the last empty one.
using Cells = std::deque<sim::Shared<int>>;

sim::Coro<> find_last_empty(const Cells& cells) {
  std::size_t at = cells.size();
  do {
    co_await sim::yield();
  } while (cells[--at].get() != 0);
}

sim::Coro<> fill(const sim::Shared<int>& before, sim::Shared<int>& cell) {
  co_await sim::yield();
  const int seen = before.get();
  co_await sim::yield();
  cell.set(seen + 1);
}

sim::Coro<> last_zero() {
  Cells cells(11);
  std::vector<sim::Task<>> tasks;
  tasks.push_back(sim::create_eager_task(find_last_empty(cells)));
  for (std::size_t i = 1; i < cells.size(); ++i) {
    tasks.push_back(sim::create_eager_task(fill(cells[i - 1], cells[i])));
  }
  co_await sim::gather(std::move(tasks));
}

std::int64_t decisions_of(const sim::Body& body) {
  struct Count final : sim::DecisionSource {
    std::int64_t decisions = 0;
    std::uint32_t pick(sim::DecisionKind, std::uint32_t, const sim::DecisionContext&) override {
      ++decisions;
      return 0;
    }
  } count;
  sim::Execution(body, sim::run_options({})).run(count);
  return count.decisions;
}

void explore(benchmark::State& state, const sim::Body& body, sim::Strategy strategy,
             std::int64_t operations_each) {
  sim::ExploreOptions options = search(strategy);
  std::uint64_t executions = 0;
  for (auto _ : state) {
    ++options.seed;
    executions += sim::explore(body, options).executions;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(executions) * operations_each);
}

bool add(const char* id, sim::Body body, sim::Strategy strategy) {
  benchmark::RegisterBenchmark((std::string(id) + "/simloop").c_str(),
                               [=](benchmark::State& state) { explore(state, body, strategy, 1); });
  return true;
}

bool add_reduction(const char* id) {
  benchmark::RegisterBenchmark(id, [](benchmark::State& state) {
    explore(state, last_zero, sim::Strategy::dpor(), 1);
  });
  return true;
}

bool add_decisions(const char* id, sim::Strategy strategy) {
  benchmark::RegisterBenchmark(id, [=](benchmark::State& state) {
    explore(state, four_that_yield, strategy, decisions_of(four_that_yield));
  });
  return true;
}

const bool added_explorations[] = {
    add("W7random", lost_update, sim::Strategy::random()),
    add("W7all", lost_update, sim::Strategy::dfs()),
    add("W8random", three_takers, sim::Strategy::random()),
    add_decisions("W9random", sim::Strategy::random()),
    add_decisions("W9pos", sim::Strategy::pos()),
    add_decisions("W9pct", sim::Strategy::pct()),
    add_reduction("W10dpor"),
};

}  // namespace
}  // namespace bench
