// starvation: found where a queue serves newcomers for ever, and not where a waiter is only late.
#include "sim/explore/overtaking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::Coro;
using sim::FindingKind;
using testing::HasSubstr;
using testing::StartsWith;

sim::Report explore_queues(const sim::Body& body, const char* strategy = "fifo") {
  sim::ExploreOptions options;
  options.strategy = sim::Strategy::parse(strategy);
  options.max_executions = 5;
  options.limits.overtaken = 50;
  return sim::explore(body, options);
}

TEST(Starvation, OfAGetterThatIsRobbedAgainAndAgain) {
  const sim::Report report = explore_queues([]() -> Coro<> {
    sim::Queue<int> queue;
    const auto waits = [&]() -> Coro<> { co_await queue.get(); };
    auto task = sim::create_task(waits(), "polite");
    for (int i = 0; i < 100; ++i) {
      co_await sim::yield();
      queue.put_nowait(i);
      queue.get_nowait();
    }
    queue.put_nowait(0);
    co_await task;
  });
  EXPECT_TRUE(report.ok());
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_EQ(report.warnings[0].kind, FindingKind::starvation);
  EXPECT_THAT(report.warnings[0].message, StartsWith("polite waits for Queue made at "));
  EXPECT_THAT(report.warnings[0].message,
              HasSubstr("more than 50 times others that came later have been served before it"));
}

TEST(Starvation, IsNoneOfALongLineThatIsServedInOrder) {
  for (const char* strategy : {"fifo", "random"}) {
    const sim::Report report = explore_queues([]() -> Coro<> {
      sim::Lock lock;
      sim::Semaphore semaphore(2);
      sim::Queue<int> queue(1);
      const auto worker = [&]() -> Coro<> {
        for (int i = 0; i < 3; ++i) {
          const auto guard = co_await lock.guard();
          const auto permit = co_await semaphore.guard();
          co_await queue.put(i);
          co_await queue.get();
        }
      };
      std::vector<Coro<>> workers;
      for (int i = 0; i < 100; ++i) workers.push_back(worker());
      co_await sim::gather(std::move(workers));
    }, strategy);
    EXPECT_TRUE(report.ok());
    EXPECT_TRUE(report.warnings.empty()) << strategy << ": " << report.warnings[0].message;
  }
}

}  // namespace
