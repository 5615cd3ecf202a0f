// Shrinking ends at the fewest deviations there are, found by visiting all smaller schedules.
#include "sim/explore/shrink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "primitives/primitives.h"
#include "sim/explore/dfs.h"
#include "sim/explore/random_walk.h"
#include "sim/explore/replay_source.h"

namespace {

using sim::Coro;
using sim::Execution;
using sim::ExecutionResult;
using sim::Shared;

Coro<> add(Shared<int>& x) {
  co_await sim::yield();
  const int seen = x.get();
  co_await sim::yield();
  x.set(seen + 1);
}
Coro<> counter_race() {
  Shared<int> x{0};
  co_await sim::gather(add(x), add(x));
  SIM_CHECK_EQ(x.get(), 2);
}

Coro<> setter(Shared<int>& a, Shared<int>& b) {
  co_await sim::yield();
  a.set(1);
  co_await sim::yield();
  b.set(-1);
}
Coro<> checker(Shared<int>& a, Shared<int>& b) {
  co_await sim::yield();
  const int first = a.get();
  co_await sim::yield();
  const int second = b.get();
  SIM_CHECK((first == 0 && second == 0) || (first == 1 && second == -1));
}
Coro<> reorder() {
  Shared<int> a{0};
  Shared<int> b{0};
  co_await sim::gather(setter(a, b), checker(a, b));
}

Coro<> player(Shared<int>& x, int first) {
  for (int i = 0; i < 2; ++i) {
    co_await sim::yield();
    const int seen = x.get();
    co_await sim::yield();
    if (seen == 2 * i + first) x.set(seen + 1);
  }
}
Coro<> pingpong_rounds() {
  Shared<int> x{0};
  co_await sim::gather(player(x, 0), player(x, 1));
  SIM_CHECK_NE(x.get(), 4);
}

Coro<> hold_both(sim::Lock& first, sim::Lock& second) {
  co_await sim::yield();
  auto outer = co_await first.guard();
  co_await sim::yield();
  auto inner = co_await second.guard();
}
Coro<> late(sim::Lock& first, sim::Lock& second) {
  for (int i = 0; i < 4; ++i) co_await sim::yield();
  co_await hold_both(first, second);
}
Coro<> deadlock() {
  sim::Lock a;
  sim::Lock b;
  co_await sim::gather(hold_both(a, b), late(b, a));
}

const sim::RunOptions kAny = {.order = sim::Order::any, .canonical = true};

// The fewest deviations of all failing schedules, by visiting every schedule.
std::size_t fewest(const sim::Body& body) {
  Execution execution(body, kAny);
  sim::Dfs dfs;
  std::size_t fewest = SIZE_MAX;
  while (sim::DecisionSource* source = dfs.next()) {
    const ExecutionResult& result = execution.run(*source);
    if (result.failed) fewest = std::min(fewest, result.tape.deviations().size());
  }
  return fewest;
}

TEST(Shrink, ReachesTheFewestDeviationsFromWhereverItBegins) {
  const std::map<const char*, Coro<> (*)()> programs = {{"counter_race", counter_race},
                                                        {"reorder", reorder},
                                                        {"pingpong_rounds", pingpong_rounds},
                                                        {"deadlock", deadlock}};
  for (const auto& [name, body] : programs) {
    const std::size_t least = fewest(body);
    ASSERT_NE(least, SIZE_MAX) << name;
    Execution execution(body, kAny);
    sim::RandomWalk walk(17);
    int shrunk = 0;
    for (int i = 0; i < 3000 && shrunk < 15; ++i) {
      const ExecutionResult& result = execution.run(*walk.next());
      if (!result.failed) continue;
      const sim::Finding failure = result.failure();
      const auto deviations = result.tape.deviations();
      const sim::Shrunk small = sim::shrink(execution, deviations, failure);
      EXPECT_EQ(small.deviations.size(), least) << name;
      EXPECT_TRUE(small.minimality.certain) << name;
      EXPECT_LE(small.minimality.replays, 200u);
      sim::ReplaySource source(small.deviations);
      const ExecutionResult& again = execution.run(source);
      EXPECT_TRUE(again.failed && same_failure(again.failure(), failure)) << name;
      ++shrunk;
    }
    EXPECT_EQ(shrunk, 15) << name;
  }
}

TEST(Shrink, KeepsToTheSameFailure) {
  // Two checks may fail, the first in asyncio's own order: a shrunk failure of the second is of the
  // second.
  const auto body = []() -> Coro<> {
    const int a = sim::choose(2);
    const int b = sim::choose(3);
    if (a == 0) SIM_CHECK_NE(b, 0);
    if (a == 1) SIM_CHECK_NE(b, 2);
    co_return;
  };
  Execution execution(body, kAny);
  sim::ReplaySource source({{0, 2, 1}, {1, 3, 2}});
  const ExecutionResult& result = execution.run(source);
  ASSERT_TRUE(result.failed);
  const sim::Finding failure = result.failure();
  const auto deviations = result.tape.deviations();
  EXPECT_EQ(sim::shrink(execution, deviations, failure).deviations, deviations);
}

TEST(Shrink, LowersWhatCanBeLower) {
  const auto body = []() -> Coro<> {
    SIM_CHECK_LT(sim::choose(1000), 3);
    co_return;
  };
  Execution execution(body, kAny);
  sim::ReplaySource source({{0, 1000, 150}});
  const sim::Finding failure = execution.run(source).failure();
  const sim::Shrunk shrunk = sim::shrink(execution, {{0, 1000, 150}}, failure);
  ASSERT_EQ(shrunk.deviations.size(), 1u);
  EXPECT_EQ(shrunk.deviations[0].index, 3u);
}

// Either of two decisions makes it fail: the one that is about two tasks, not the one that passes
// over all four; and of two tasks the one that fails first.
TEST(Shrink, TellsTheSimplestOfEquallyFew) {
  const auto body = []() -> Coro<> {
    Shared<int> order{0};
    const auto step = [&](int number) -> Coro<> {
      const int seen = order.fetch_add(1);
      SIM_CHECK_LE(number, seen);
      co_return;
    };
    std::vector<sim::Task<>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(sim::create_task(step(i)));
    for (sim::Task<>& task : tasks) co_await task;
  };
  Execution execution(body, kAny);
  sim::ReplaySource source({{0, 5, 4}});
  const sim::Finding failure = execution.run(source).failure();
  const sim::Shrunk shrunk = sim::shrink(execution, {{0, 5, 4}}, failure);
  EXPECT_EQ(shrunk.deviations, (std::vector<sim::Deviation>{{0, 5, 1}}));
  const sim::Shrunk from_later = sim::shrink(execution, {{2, 3, 1}}, failure);
  EXPECT_EQ(from_later.deviations, (std::vector<sim::Deviation>{{0, 5, 1}}));
}

TEST(Shrink, EndsWithItsBudget) {
  Execution execution(pingpong_rounds, kAny);
  sim::RandomWalk walk(17);
  const ExecutionResult* result = &execution.run(*walk.next());
  while (!result->failed) result = &execution.run(*walk.next());
  const sim::Finding failure = result->failure();
  const auto deviations = result->tape.deviations();
  const std::uint64_t before = execution.executions();
  const sim::Shrunk shrunk =
      sim::shrink(execution, deviations, failure, {.replays = 3, .certification = 5, .choice = 2});
  EXPECT_LE(execution.executions() - before, 8u);
  EXPECT_FALSE(shrunk.minimality.certain);
}

}  // namespace
