// blocking_step of real time: found only where it is asked for.
#include "sim/explore/blocking_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::Coro;
using sim::FindingKind;
using testing::HasSubstr;

sim::Report run_timed(const sim::Body& body, bool detect) {
  return sim::explore(body, {.strategy = sim::Strategy::parse("fifo"), .max_executions = 1,
                             .check_determinism = false, .detect_blocking = detect,
                             .outside = {sim::OutsideCalls::ignored}});
}

Coro<> sleeps_for_real() {
  co_await sim::yield();
  usleep(1'100'000);
  co_await sim::yield();
}

TEST(BlockingStep, OfRealTimeNamesTheTask) {
  const sim::Report report = run_timed(sleeps_for_real, true);
  EXPECT_TRUE(report.ok());
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_EQ(report.warnings[0].kind, FindingKind::blocking_step);
  EXPECT_THAT(report.warnings[0].message,
              HasSubstr("of main, took more than 1 s of real time, most of it waiting"));
}

TEST(BlockingStep, OfRealTimeIsNotLookedForUnlessAsked) {
  EXPECT_TRUE(run_timed(sleeps_for_real, false).warnings.empty());
}

TEST(BlockingStep, IsNoneOfVirtualTime) {
  const auto body = []() -> Coro<> { co_await sim::sleep(std::chrono::hours(1)); };
  EXPECT_TRUE(run_timed(body, true).warnings.empty());
}

}  // namespace
