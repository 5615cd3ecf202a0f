#include "sim/explore/profile.h"

#include <bit>
#include <vector>

#include "gmock/gmock.h"
#include "sim/explore/test_programs.h"

namespace sim::test {
namespace {

using testing::SizeIs;

// asyncio's order, watched.
struct Watched final : DecisionSource {
  explicit Watched(Profile& to) : profile(to) {}
  std::uint32_t pick(DecisionKind, std::uint32_t, const DecisionContext&) override { return 0; }
  internal::Watcher* watcher() override { return profile.watcher(); }
  Profile& profile;
};

void run_watched(Profile& profile, const Body& body) {
  Watched source(profile);
  Execution execution(body, any_order());
  profile.begin();
  execution.run(source);
  profile.begin();
}

TEST(Profile, CountsTheStepsOfEachTask) {
  Profile profile;
  run_watched(profile, lost_update);
  ASSERT_THAT(profile.tasks(), SizeIs(4));  // callbacks, main, two that add
  EXPECT_EQ(profile.tasks()[2].most_steps, 3u);
  EXPECT_EQ(profile.tasks()[3].most_steps, 3u);
}

TEST(Profile, KnowsWhoMadeATask) {
  Profile profile;
  run_watched(profile, lost_update);
  EXPECT_EQ(profile.tasks()[1].parent, 0u);
  EXPECT_EQ(profile.tasks()[2].parent, 1u);
  EXPECT_EQ(profile.tasks()[3].parent, 1u);
}

TEST(Profile, KnowsWhatEachStepTouches) {
  Profile profile;
  run_watched(profile, lost_update);
  std::vector<Footprint> steps;
  for (const std::uint32_t site : profile.tasks()[2].sites) {
    steps.push_back(profile.site(site).touched);
  }
  ASSERT_THAT(steps, SizeIs(3));
  EXPECT_EQ(steps[0].reads | steps[0].writes, 0u);
  EXPECT_NE(steps[1].reads, 0u);
  EXPECT_EQ(steps[1].writes, 0u);
  EXPECT_EQ(steps[2].writes, steps[1].reads);
}

TEST(Profile, TellsTheStepsAfterABranchApart) {
  Profile profile;
  int branch = 0;
  const Body branches = [&branch]() -> Coro<> {
    Shared<int> x{0};
    Shared<int> y{0};
    if (++branch % 2 == 0) {
      co_await yield();
      x.set(1);
    } else {
      co_await yield();
      y.set(1);
    }
  };
  for (int i = 0; i < 4; ++i) run_watched(profile, branches);
  const Profile::Site& one = profile.site(profile.tasks()[1].sites[1]);
  const Profile::Site& other = profile.site(one.next_variant);
  EXPECT_EQ(one.visits, 2u);
  EXPECT_EQ(other.visits, 2u);
  EXPECT_EQ(other.next_variant, 0u);
  EXPECT_FALSE(one.touched.conflicts_with(other.touched));
}

TEST(Profile, KnowsWhichObjectsAreContended) {
  Profile profile;
  run_watched(profile, [] { return reorder(2); });
  EXPECT_EQ(std::popcount(profile.contended()), 2);
}

TEST(Profile, FindsNothingContendedThatIsOnlyRead) {
  Profile profile;
  const Body readers = []() -> Coro<> {
    Shared<int> x{0};
    const auto read = [&]() -> Coro<> {
      co_await yield();
      x.get();
    };
    co_await gather(read(), read());
  };
  run_watched(profile, readers);
  EXPECT_EQ(profile.contended(), 0u);
}

TEST(Profile, RecognisesTasksInEveryExecution) {
  Profile profile;
  for (int i = 0; i < 3; ++i) run_watched(profile, lost_update);
  EXPECT_THAT(profile.tasks(), SizeIs(4));
}

TEST(Footprint, ConflictsWhereOneWritesWhatTheOtherTouches) {
  const Footprint reads{1, 0};
  const Footprint writes{0, 1};
  const Footprint other{2, 2};
  EXPECT_FALSE(reads.conflicts_with(reads));
  EXPECT_TRUE(reads.conflicts_with(writes));
  EXPECT_TRUE(writes.conflicts_with(reads));
  EXPECT_TRUE(writes.conflicts_with(writes));
  EXPECT_FALSE(writes.conflicts_with(other));
}

}  // namespace
}  // namespace sim::test
