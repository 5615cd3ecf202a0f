// What a sweep tries first.
#include "sim/explore/sweep_plan.h"

#include <algorithm>

#include "gmock/gmock.h"

namespace sim {
namespace {

using testing::ElementsAre;
using What = Single::What;

constexpr std::uint64_t kContended = 1;

Single fault(std::uint32_t decision, What what, bool same_place = false) {
  Single single{{decision, 2, 1}, what};
  single.same_place = same_place;
  return single;
}
Single order(std::uint32_t decision, std::uint64_t places) {
  Single single{{decision, 2, 1}, What::order};
  single.places = places;
  single.first_of_kind = true;
  single.touched = kContended;
  return single;
}

std::vector<std::uint32_t> planned(const std::vector<Single>& singles) {
  std::vector<std::uint32_t> decisions;
  for (const Deviation& each : plan_sweep(singles, kContended)) decisions.push_back(each.decision);
  return decisions;
}

TEST(SweepPlan, CancelsTheWokenFirstAndEachAwaitBeforeOtherMoments) {
  EXPECT_THAT(planned({fault(0, What::fault, true), fault(1, What::cancels_woken, true),
                       fault(2, What::fault), fault(3, What::cancels_woken)}),
              ElementsAre(3, 2, 1, 0));
}

TEST(SweepPlan, TriesTwoFaultsForAnOrder) {
  EXPECT_THAT(planned({order(0, 7), order(1, 8), fault(2, What::fault), fault(3, What::fault),
                       fault(4, What::fault)}),
              ElementsAre(3, 4, 1, 2, 0));
}

TEST(SweepPlan, BeginsInTheMiddleOfALoopAndWithOneTimeOfEachPlace) {
  EXPECT_THAT(planned({order(0, 7), order(1, 7), order(2, 7), order(3, 8)}),
              ElementsAre(1, 3, 2, 0));
}

TEST(SweepPlan, TakesOneTaskOfAKindFirst) {
  Single another = order(0, 7);
  another.first_of_kind = false;
  EXPECT_THAT(planned({another, order(1, 7)}), ElementsAre(1, 0));
}

TEST(SweepPlan, PutsOffWhatIsLikeAnotherAndWhatTouchesNothingThatSeveralDo) {
  Single same = order(0, 7);
  same.same_place = true;
  Single own = order(1, 8);
  own.touched = 2;
  const std::vector<std::uint32_t> decisions = planned({same, own, order(2, 9)});
  ASSERT_EQ(decisions.size(), 3u);
  EXPECT_EQ(decisions.front(), 2u);
}

TEST(SweepPlan, StopsATaskBeforeItEntersALockInTurnWithElsewhere) {
  Single enters = order(4, 11);
  enters.enters = true;
  EXPECT_THAT(planned({order(0, 7), order(1, 8), enters}), ElementsAre(4, 1, 0));
}

TEST(SweepPlan, TriesEachOnce) {
  std::vector<Single> singles;
  for (std::uint32_t i = 0; i < 60; ++i) {
    singles.push_back(i % 3 == 0 ? fault(i, What::fault, i % 2 == 0) : order(i, i % 7));
    singles.back().enters = i % 5 == 0;
    singles.back().touched = i % 4;
  }
  std::vector<std::uint32_t> decisions = planned(singles);
  EXPECT_EQ(decisions.size(), 60u);
  std::ranges::sort(decisions);
  EXPECT_EQ(std::ranges::adjacent_find(decisions), decisions.end());
}

}  // namespace
}  // namespace sim
