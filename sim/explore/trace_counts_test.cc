// Traces are counted exactly as long as that fits, then well enough; coverage is estimated from
// what was seen once.
#include "sim/explore/trace_counts.h"

#include <gtest/gtest.h>

#include "sim/explore/coverage.h"
#include "sim/rng.h"

namespace {

using sim::estimate_coverage;
using sim::TraceCounts;

TEST(TraceCounts, KnowsWhatIsNew) {
  TraceCounts counts;
  EXPECT_TRUE(counts.add(1));
  EXPECT_TRUE(counts.add(2));
  EXPECT_FALSE(counts.add(1));
  EXPECT_FALSE(counts.add(1));
  EXPECT_EQ(counts.distinct(), 2u);
  EXPECT_EQ(counts.singletons(), 1u);
  EXPECT_EQ(counts.executions(), 4u);
  EXPECT_TRUE(counts.is_exact());
}

TEST(TraceCounts, IsExactToAMillionAndThenNearlyRight) {
  TraceCounts counts;
  sim::Rng rng(3);
  constexpr std::uint64_t kExact = 1 << 20;
  for (std::uint64_t i = 0; i < kExact; ++i) counts.add(rng());
  EXPECT_TRUE(counts.is_exact());
  EXPECT_EQ(counts.distinct(), kExact);
  for (std::uint64_t i = 0; i < kExact; ++i) counts.add(rng());
  EXPECT_FALSE(counts.is_exact());
  EXPECT_NEAR(static_cast<double>(counts.distinct()), 2.0 * kExact, 0.03 * 2 * kExact);
  EXPECT_EQ(counts.executions(), 2 * kExact);
}

TraceCounts seen(std::uint64_t once, std::uint64_t often) {
  TraceCounts counts;
  for (std::uint64_t i = 0; i < once; ++i) counts.add(i);
  for (std::uint64_t i = 0; i < often; ++i) counts.add(1'000'000);
  return counts;
}

TEST(Coverage, WithNothingSeenOnceIsTheRuleOfThreePointSeven) {
  const sim::Coverage coverage = estimate_coverage("random", seen(0, 1000));
  EXPECT_EQ(coverage.unseen, 0);
  EXPECT_NEAR(coverage.bound, 3.689 / 1000, 0.05e-3) << "-ln 0.025";
}

TEST(Coverage, IsWhatWasSeenOnceOverAll) {
  const sim::Coverage coverage = estimate_coverage("random", seen(10, 990));
  EXPECT_EQ(coverage.unseen, 0.01);
  EXPECT_NEAR(coverage.bound, 18.39 / 1000, 0.03e-3) << "half the quantile of chi-square";
}

TEST(Coverage, OfNothingIsNothingKnown) {
  EXPECT_EQ(estimate_coverage("random", TraceCounts()).bound, 1);
  EXPECT_EQ(estimate_coverage("random", seen(5, 0)).bound, 1);
}

TEST(Coverage, HoldsForAKnownDistribution) {
  // 1,000 traces, equally likely: after n draws a share of (1 - 1/1000)^n is unseen. The bound
  // holds in at least 95 of 100 trials; 88 leaves room for chance.
  int holds = 0;
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    sim::Rng rng(trial);
    TraceCounts counts;
    for (int i = 0; i < 2000; ++i) counts.add(rng.below(1000));
    const auto unseen = static_cast<double>(1000 - counts.distinct()) / 1000;
    holds += unseen <= estimate_coverage("random", counts).bound;
  }
  EXPECT_GE(holds, 88);
}

}  // namespace
