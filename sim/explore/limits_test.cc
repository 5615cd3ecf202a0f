// The limits of ExploreOptions: what passes one is found in an exploration too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::Coro;
using sim::FindingKind;
using testing::StartsWith;

std::string limit_passed(const sim::Body& body, sim::Limits limits) {
  const sim::Report report =
      sim::explore(body, {.strategy = sim::Strategy::parse("dfs"), .shrink = false,
                          .limits = limits});
  if (report.ok()) return "none";
  EXPECT_EQ(report.failures[0].kind, FindingKind::limit_exceeded);
  return report.failures[0].message;
}

TEST(Limits, OfTasksAreFoundInAnExploration) {
  const auto body = []() -> Coro<> {
    co_await sim::gather(sim::sleep(std::chrono::seconds(1)), sim::yield(), sim::yield());
  };
  EXPECT_THAT(limit_passed(body, {.tasks = 3}), StartsWith("more than 3 tasks alive"));
  EXPECT_EQ(limit_passed(body, {.tasks = 4}), "none");
}

TEST(Limits, OfReadyHandlesAreFoundInAnExploration) {
  const auto body = []() -> Coro<> {
    for (int i = 0; i < 3; ++i) sim::running_loop().call_soon([] {});
    co_await sim::yield();
  };
  EXPECT_THAT(limit_passed(body, {.ready = 3}), StartsWith("more than 3 handles ready"));
  EXPECT_EQ(limit_passed(body, {.ready = 10}), "none");
}

TEST(Limits, OfQueueDepthAreFoundInTheScheduleThatPassesThem) {
  const auto body = []() -> Coro<> {
    sim::Queue<int> queue;
    const auto puts = [&]() -> Coro<> {
      for (int i = 0; i < 2; ++i) {
        co_await queue.put(i);
        co_await sim::yield();
      }
    };
    const auto gets = [&]() -> Coro<> {
      for (int i = 0; i < 2; ++i) co_await queue.get();
    };
    co_await sim::gather(puts(), gets());
  };
  EXPECT_THAT(limit_passed(body, {.queue_depth = 1}), StartsWith("more than 1 items in a Queue"));
  EXPECT_EQ(limit_passed(body, {.queue_depth = 2}), "none");
}

}  // namespace
