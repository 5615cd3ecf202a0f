// livelock before the bound of steps: found where all that is ready only yields.
#include "sim/explore/spinning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::Coro;
using sim::FindingKind;
using testing::HasSubstr;
using testing::StartsWith;

sim::Report explore_spinning(const sim::Body& body) {
  return sim::explore(body, {.strategy = sim::Strategy::parse("random"), .max_executions = 1,
                             .shrink = false, .check_determinism = false});
}

Coro<> spins_until(sim::Shared<bool>& flag) {
  while (!flag.get()) co_await sim::yield();
}

TEST(Livelock, IsToldEarlyWithWhoSpinsWhere) {
  const sim::Report report = explore_spinning([]() -> Coro<> {
    sim::Shared<bool> flag(false);
    auto other = sim::create_task(spins_until(flag), "other");
    co_await spins_until(flag);
  });
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::livelock);
  EXPECT_LT(report.steps, 60'000u);
  EXPECT_THAT(report.failures[0].message,
              StartsWith("each task that is ready has yielded 10000 times and changed nothing"));
  EXPECT_THAT(report.failures[0].message, HasSubstr("\nmain yields\n  at spins_until  "));
  EXPECT_THAT(report.failures[0].message, HasSubstr("\nother yields\n  at spins_until  "));
}

TEST(Livelock, IsNoneWhileSomebodyChangesSomething) {
  const sim::Report report = explore_spinning([]() -> Coro<> {
    sim::Shared<bool> flag(false);
    sim::Shared<int> count(0);
    const auto counts = [&]() -> Coro<> {
      for (int i = 0; i < 15'000; ++i) {
        count.fetch_add(1);
        co_await sim::yield();
      }
      flag.set(true);
    };
    auto task = sim::create_task(counts());
    co_await spins_until(flag);
    co_await task;
  });
  EXPECT_TRUE(report.ok()) << report.failures[0].message;
}

TEST(Livelock, IsNoneOfALongLoopThatEnds) {
  const sim::Report report = explore_spinning([]() -> Coro<> {
    for (int i = 0; i < 9'000; ++i) co_await sim::yield();
  });
  EXPECT_TRUE(report.ok()) << report.failures[0].message;
}

}  // namespace
