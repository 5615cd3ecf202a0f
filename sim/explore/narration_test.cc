// What is told of a failing run: everything up to the step that fails it, in order, however late.
#include "sim/explore/narration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::Coro;
using sim::Narration;
using sim::Shared;
using testing::HasSubstr;

constexpr std::size_t kMost = 10;

Coro<> lose_an_update(Shared<int>& x) {
  const int read = x.get();
  co_await sim::yield();
  x.set(read + 1);
}
// The stale read fails the run first; what comes of it does in the end.
Coro<> stale_read_then_failure(int steps_between) {
  Shared<int> x(0);
  Shared<int> y(0);
  co_await sim::gather(lose_an_update(x), lose_an_update(x));
  for (int i = 0; i < steps_between; ++i) co_await sim::yield();
  y.set(7);
  SIM_CHECK_EQ(x.get(), 2);
}

Narration tell(const sim::Body& body, const std::vector<sim::Deviation>& deviations = {}) {
  return sim::narrate(body, sim::run_options({}), deviations, {}, kMost);
}

TEST(Narration, GoesOnToWhatFailsTheRunHoweverLongAfterAStaleRead) {
  for (const int steps : {0, 1, 9, 10, 11, 35, 500}) {
    const Narration narration = tell([=] { return stale_read_then_failure(steps); });
    EXPECT_EQ(narration.failure().kind, sim::FindingKind::assertion);
    ASSERT_FALSE(narration.steps.empty());
    const sim::NarratedStep& last = narration.steps.back();
    EXPECT_EQ(last.number, narration.failure_step) << steps;
    ASSERT_FALSE(last.accesses.empty()) << steps;
    EXPECT_THAT(last.accesses.front().object_name, HasSubstr("Shared made at ")) << steps;
    EXPECT_LE(narration.steps.size(), kMost);
    EXPECT_EQ(narration.whole, narration.steps.front().number == 1);
  }
}

TEST(Narration, EndsAtAStaleReadThatNothingCameOf) {
  const Narration narration = tell([]() -> Coro<> {
    Shared<int> x(0);
    co_await sim::gather(lose_an_update(x), lose_an_update(x));
    for (int i = 0; i < 50; ++i) co_await sim::yield();
  });
  EXPECT_EQ(narration.failure().kind, sim::FindingKind::stale_read);
  EXPECT_EQ(narration.steps.back().number, narration.failure_step);
  EXPECT_LT(narration.steps.back().number, narration.run_steps);
}

// choose() is a decision of the step that fails; the one before is of the order.
TEST(Narration, PutsADecisionToTheStepThatItLedToOrWasMadeIn) {
  const auto body = []() -> Coro<> {
    const auto quiet = []() -> Coro<> { co_await sim::yield(); };
    const auto chooses = []() -> Coro<> {
      co_await sim::yield();
      SIM_CHECK_EQ(sim::choose(3), 0);
    };
    co_await sim::gather(quiet(), chooses());
  };
  const sim::Report report =
      sim::explore(body, {.strategy = sim::Strategy::parse("dfs"), .shrink = false});
  ASSERT_EQ(report.failures.size(), 1u);
  const Narration narration = tell(body, report.failures[0].deviations);
  const auto chose = std::ranges::find(narration.deviations, sim::DecisionKind::choose,
                                       &sim::NarratedDeviation::kind);
  ASSERT_NE(chose, narration.deviations.end());
  EXPECT_EQ(chose->step, narration.steps.back().number);
}

TEST(Narration, SaysThatEarlierStepsAreLeftOut) {
  const auto body = []() -> Coro<> {
    Shared<int> x(0);
    const auto busy = [&]() -> Coro<> {
      for (int i = 0; i < 3000; ++i) {
        x.fetch_add(1);
        co_await sim::yield();
      }
    };
    co_await sim::gather(busy(), busy());
    SIM_CHECK(false);
  };
  const sim::Report report = sim::explore(body, {.strategy = sim::Strategy::parse("fifo")});
  EXPECT_THAT(report.failures[0].explanation(),
              HasSubstr("  ... at least 1956 earlier steps left out\n"));
}

}  // namespace
