#include "sim/testing/fuzz/mutator.h"

#include <rapidcheck/gtest.h>

#include <set>

#include "gmock/gmock.h"
#include "sim/testing/bytes_source.h"

namespace {

using sim::fuzz::Bytes;

std::vector<std::uint32_t> decisions_of(const Bytes& bytes) {
  std::vector<std::uint32_t> decisions;
  for (const auto& choice : sim::schedule_of_bytes(bytes).choices) {
    decisions.push_back(choice.decision);
  }
  return decisions;
}

RC_GTEST_PROP(FuzzMutator, MakesWholeSchedulesThatFit, (const Bytes& input, std::uint64_t seed)) {
  sim::Rng rng(seed);
  const auto most = *rc::gen::inRange<std::size_t>(0, 40);
  const Bytes mutated = sim::fuzz::mutate(input, most, 10, rng);
  RC_ASSERT(mutated.size() <= most);
  RC_ASSERT(sim::bytes_of_schedule(sim::schedule_of_bytes(mutated)) == mutated);
}

RC_GTEST_PROP(FuzzMutator, SplicesTheBeginningOfOneToTheEndOfTheOther,
              (const Bytes& first, const Bytes& second, std::uint64_t seed)) {
  sim::Rng rng(seed);
  const Bytes joined = sim::fuzz::splice(first, second, 1000, rng);
  const std::vector<std::uint32_t> of_first = decisions_of(first);
  const std::vector<std::uint32_t> of_second = decisions_of(second);
  const std::vector<std::uint32_t> all = decisions_of(joined);
  std::size_t taken = 0;
  while (taken < std::min(all.size(), of_first.size()) && all[taken] == of_first[taken]) ++taken;
  const std::vector<std::uint32_t> rest(all.begin() + static_cast<std::ptrdiff_t>(taken),
                                        all.end());
  RC_ASSERT(rest.size() <= of_second.size());
  RC_ASSERT(std::equal(rest.rbegin(), rest.rend(), of_second.rbegin()));
}

TEST(FuzzMutator, ReachesEverySmallScheduleFromNothing) {
  sim::Rng rng(1);
  std::set<Bytes> seen;
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes;
    for (int step = 0; step < 4; ++step) bytes = sim::fuzz::mutate(bytes, 64, 4, rng);
    seen.insert(bytes);
  }
  for (std::uint8_t first = 0; first < 4; ++first) {
    for (std::uint8_t index = 0; index < 3; ++index) {
      EXPECT_TRUE(seen.contains({first, index})) << int{first} << " " << int{index};
    }
    EXPECT_TRUE(seen.contains({first, 0, 1, 0})) << int{first};
  }
}

TEST(FuzzMutator, PutsDeviationsAnywhereWithinTheRun) {
  sim::Rng rng(2);
  std::uint32_t farthest = 0;
  for (int i = 0; i < 1'000; ++i) {
    for (const std::uint32_t at : decisions_of(sim::fuzz::mutate({}, 64, 5'000, rng))) {
      farthest = std::max(farthest, at);
    }
  }
  EXPECT_GT(farthest, 4'000u);
}

}  // namespace
