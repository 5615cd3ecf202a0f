// What a WakeupTree keeps of the sequences that are planned from a state.
#include "sim/explore/wakeup_tree.h"

#include <vector>

#include "gmock/gmock.h"

namespace sim::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class WakeupTreeTest : public testing::Test {
 protected:
  // A step of a process that writes to these objects.
  SegmentId step(std::uint32_t process, const std::vector<std::uint32_t>& objects = {}) {
    Segment segment;
    segment.process = process;
    for (const std::uint32_t each : objects) segment.add(each, Use::writes);
    return segments_.find_or_add(segment);
  }
  Sequence sequence(const std::vector<SegmentId>& steps) {
    Sequence all(segments_);
    for (const SegmentId each : steps) all.add(each);
    return all;
  }
  static std::vector<SegmentId> steps_of(const Sequence& sequence) {
    std::vector<SegmentId> steps;
    sequence.append_to(steps);
    return steps;
  }
  void insert(const std::vector<SegmentId>& steps, bool may_fail = false) {
    Sequence all = sequence(steps);
    tree_.insert(all, may_fail, others_);
  }

  SegmentTable segments_;
  WakeupTree tree_;
  std::vector<Sequence> others_;
};

TEST_F(WakeupTreeTest, KeepsOneOfSequencesThatDifferInTheOrderOfIndependentSteps) {
  const SegmentId a = step(1, {7});
  const SegmentId b = step(2, {8});
  insert({a, b});
  insert({b, a});
  ASSERT_THAT(tree_.branches, SizeIs(1));
  EXPECT_THAT(tree_.branches[0].steps, ElementsAre(a, b));
  EXPECT_THAT(others_, IsEmpty());
}

TEST_F(WakeupTreeTest, PartsWhereTheOrderMatters) {
  const SegmentId a = step(1, {7});
  const SegmentId b = step(2, {7});
  insert({a, b});
  insert({b, a});
  EXPECT_THAT(tree_.branches, SizeIs(2));
}

TEST_F(WakeupTreeTest, WhatMayFailDoesNotBecomePartOfWhatMayNot) {
  const SegmentId a = step(1, {7});
  const SegmentId b = step(2, {7});
  insert({a});
  insert({a, b}, true);
  ASSERT_THAT(tree_.branches, SizeIs(1));
  EXPECT_FALSE(tree_.branches[0].may_fail);
  EXPECT_THAT(tree_.branches[0].steps, ElementsAre(a));
  ASSERT_THAT(tree_.branches[0].rest.branches, SizeIs(1));
  EXPECT_TRUE(tree_.branches[0].rest.branches[0].may_fail);
  EXPECT_THAT(tree_.branches[0].rest.branches[0].steps, ElementsAre(b));
}

// The step of the tree is taken for that of the sequence: it is one of the same process.
TEST_F(WakeupTreeTest, AStepThatDoesMoreThanWasThoughtIsPlannedBehindWhatItHasToDoWith) {
  const SegmentId more = step(1, {7, 8});
  const SegmentId less = step(1, {7});
  const SegmentId first = step(3);
  const SegmentId other = step(2, {8});
  insert({first, more});
  insert({less, first, other});
  ASSERT_THAT(others_, SizeIs(1));
  EXPECT_THAT(steps_of(others_[0]), ElementsAre(first, other, less));
  EXPECT_FALSE(others_[0].thinks_less_of(more, 2)) << "not once more";
}

TEST_F(WakeupTreeTest, WhatAStepHasToDoWithLaterOnesOfItsProcessDoesNotMatter) {
  const SegmentId more = step(1, {7, 8});
  const SegmentId less = step(1, {7});
  const SegmentId later = step(1, {8});
  insert({more});
  insert({less, later});
  EXPECT_THAT(others_, IsEmpty());
}

TEST_F(WakeupTreeTest, LaterStepsOfTheProcessAreNotPlannedBeforeTheOneThatIsPostponed) {
  const SegmentId more = step(1, {7, 8});
  const SegmentId less = step(1, {7});
  const SegmentId later = step(1, {9});
  const SegmentId other = step(2, {8});
  insert({more});
  insert({less, later, other});
  ASSERT_THAT(others_, SizeIs(1));
  EXPECT_THAT(steps_of(others_[0]), ElementsAre(other, less));
}

}  // namespace
}  // namespace sim::internal
