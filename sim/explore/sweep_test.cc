// The sweep tries every single deviation, and nothing twice.
#include "sim/explore/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "primitives/primitives.h"

namespace {

using sim::Coro;
using sim::Execution;
using sim::ExecutionResult;
using sim::RunOptions;
using sim::Sweep;

Coro<> steps(int n) {
  for (int i = 0; i < n; ++i) co_await sim::yield();
}
Coro<> two_tasks() { co_await sim::gather(steps(2), steps(3)); }

struct Swept {
  int executions = 0;
  int with_none = 0;
  std::multiset<std::pair<std::uint32_t, std::uint32_t>> singles;
};

Swept sweep(const sim::Body& body, const RunOptions& options) {
  Swept swept;
  Execution execution(body, options);
  Sweep search;
  while (sim::DecisionSource* source = search.next()) {
    const ExecutionResult& result = execution.run(*source);
    ++swept.executions;
    const auto& deviations = result.tape.deviations();
    EXPECT_LE(deviations.size(), 1u);
    if (deviations.empty()) {
      ++swept.with_none;
    } else {
      swept.singles.emplace(deviations[0].decision, deviations[0].index);
    }
  }
  return swept;
}

TEST(Sweep, TriesTheDefaultRunAndEverySingleDeviationOnce) {
  const Swept swept = sweep(two_tasks, {.order = sim::Order::any, .canonical = true});
  EXPECT_EQ(swept.with_none, 1);
  const std::set<std::pair<std::uint32_t, std::uint32_t>> different(swept.singles.begin(),
                                                                    swept.singles.end());
  EXPECT_EQ(different.size(), swept.singles.size());
  EXPECT_GE(different.size(), 5u);
  std::uint32_t last = 0;
  for (const auto& [decision, index] : different) {
    EXPECT_EQ(index, 1u) << "two are ready at a time";
    last = std::max(last, decision);
  }
  EXPECT_EQ(last + 1, different.size()) << "each decision has its turn";
}

TEST(Sweep, OfAProgramWithoutChoicesIsOneRun) {
  EXPECT_EQ(sweep([] { return steps(3); }, {.order = sim::Order::any}).executions, 1);
}

TEST(Sweep, CancelsEachAwaitOfEachTaskOnceWaitingAndOnceWoken) {
  // Waits twice for an event: two awaits, each with a window between wake-up and resumption. The
  // one who sets it takes many steps between.
  const auto body = []() -> Coro<> {
    sim::Event first;
    sim::Event second;
    const auto waiter = [](sim::Event& a, sim::Event& b) -> Coro<> {
      co_await a.wait();
      co_await b.wait();
    };
    auto task = sim::create_task(waiter(first, second));
    co_await steps(5);
    first.set();
    co_await steps(5);
    second.set();
    co_await sim::settle(std::move(task));
  };
  RunOptions options;
  options.order = sim::Order::fifo;
  options.cancellations = 1;
  options.canonical = true;
  const Swept swept = sweep(body, options);
  // main has 10 yields and the wait for the task; the waiter 4 places. Not one a step and a task.
  EXPECT_GE(swept.singles.size(), 12u);
  EXPECT_LE(swept.singles.size(), 26u);
}

}  // namespace
