// The sweep tries every single deviation, and nothing twice.
#include "sim/explore/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

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

// Waits for an event; the one who sets it takes many steps before.
Coro<> one_waits() {
  sim::Event done;
  const auto wait = [](sim::Event& event) -> Coro<> { co_await event.wait(); };
  auto task = sim::create_task(wait(done));
  co_await steps(5);
  done.set();
  co_await sim::settle(std::move(task));
}

// Counts what asyncio's run could have been made to do instead.
class Alternatives final : public sim::DecisionSource {
 public:
  std::uint32_t pick(sim::DecisionKind, std::uint32_t n, const sim::DecisionContext&) override {
    count += n - 1;
    return 0;
  }
  std::size_t count = 0;
};

TEST(Sweep, CancelsEachTaskAtEachMomentOnce) {
  RunOptions options;
  options.order = sim::Order::fifo;
  options.cancellations = 1;
  options.canonical = true;
  const Swept swept = sweep(one_waits, options);
  Alternatives alternatives;
  Execution(one_waits, options).run(alternatives);
  EXPECT_EQ(swept.singles.size(), alternatives.count);
  const std::set<std::pair<std::uint32_t, std::uint32_t>> different(swept.singles.begin(),
                                                                    swept.singles.end());
  EXPECT_EQ(different.size(), alternatives.count);
}

// The orders that a sweep from run to block gives, of two tasks with their names.
TEST(Sweep, FromRunToBlockStopsATaskAtEachOfItsSteps) {
  std::string order;
  const auto body = [&order]() -> Coro<> {
    order.clear();
    const auto say = [&order](char who) -> Coro<> {
      for (int i = 0; i < 3; ++i) {
        order += who;
        co_await sim::yield();
      }
    };
    co_await sim::gather(say('a'), say('b'));
  };
  Execution execution(body, {.order = sim::Order::any});
  Sweep search(Sweep::Base::run_to_block);
  std::vector<std::string> orders;
  while (sim::DecisionSource* source = search.next()) {
    execution.run(*source);
    orders.push_back(order);
  }
  ASSERT_FALSE(orders.empty());
  EXPECT_EQ(orders.front(), "aaabbb") << "the base comes first";
  EXPECT_THAT(orders, testing::IsSupersetOf({"bbbaaa", "abbbaa", "aabbba"}));
}

}  // namespace
