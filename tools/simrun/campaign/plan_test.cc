#include "tools/simrun/campaign/plan.h"

#include <vector>

#include "gmock/gmock.h"
#include "tools/simrun/campaign/in_test.h"

namespace simrun::campaign {
namespace {

using testing::ElementsAre;

Slice with_share(double share) {
  Slice slice{"any", ""};
  slice.executions = 100;
  slice.new_traces = static_cast<std::uint64_t>(100 * share);
  return slice;
}

// How many of so many slices each scenario has, where their shares of new traces are as given.
std::vector<int> turns(const std::vector<double>& shares, int slices) {
  Plan plan(shares.size());
  std::vector<int> count(shares.size());
  for (int i = 0; i < slices; ++i) {
    const std::size_t next = *plan.next();
    ++count[next];
    plan.ran(next, with_share(shares[next]), 100);
  }
  return count;
}

TEST(Plan, EachScenarioHasAFirstSlice) {
  EXPECT_THAT(turns({0, 1, 0, 0.5}, 4), ElementsAre(1, 1, 1, 1));
}

TEST(Plan, SharesByNewTracesWithAFloor) {
  EXPECT_THAT(turns({1, 0.475, 0}, 160),
              ElementsAre(testing::Ge(100), testing::Ge(45), testing::Ge(5)));
  EXPECT_THAT(turns({0, 0}, 10), ElementsAre(5, 5));
}

TEST(Plan, WhatWasFoundLongAgoCountsForLittle) {
  Plan plan(2);
  plan.ran(0, with_share(1), 100);
  plan.ran(1, with_share(0.2), 100);
  for (int i = 0; i < 6; ++i) plan.ran(0, with_share(0), 100);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(plan.next(), 1u);
    plan.ran(1, with_share(0.2), 100);
  }
}

TEST(Plan, AFavouredScenarioComesFirstSoManyTimes) {
  Plan plan(3);
  plan.favour(2, 2);
  std::vector<std::size_t> order;
  for (int i = 0; i < 6; ++i) {
    order.push_back(*plan.next());
    plan.ran(order.back(), with_share(0), 100);
  }
  EXPECT_THAT(order, ElementsAre(2, 0, 1, 2, 0, 1)) << "but each has its first slice before";
}

TEST(Plan, WhatIsExhaustedHasNoMoreSlices) {
  Plan plan(2);
  Slice all = with_share(0.1);
  all.exhausted = true;
  plan.ran(0, all, 100);
  plan.ran(1, with_share(0), 100);
  EXPECT_EQ(plan.next(), 1u);
  plan.ran(1, all, 100);
  EXPECT_EQ(plan.next(), std::nullopt);
}

}  // namespace
}  // namespace simrun::campaign
