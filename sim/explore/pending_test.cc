#include "sim/explore/pending.h"

#include "gmock/gmock.h"
#include "sim/rng.h"

namespace sim::internal {
namespace {

// Entries that carry a number.
std::uint32_t number_of(Entry entry) { return entry.as_timer(); }

TEST(Pending, StandsBesideTheEntriesWhateverIsPushedAndTaken) {
  Rng rng(1);
  ReadyQueue ready;
  Pending<std::uint32_t> pending;
  std::uint32_t made = 0;
  for (int i = 0; i < 10'000; ++i) {
    for (std::uint64_t left = rng.below(3); left > 0; --left) ready.push(Entry::timer(made++));
    if (ready.empty()) continue;
    if (ready.size() == 1) {  // nobody is asked
      ready.pop();
      continue;
    }
    pending.follow(ready, number_of);
    ASSERT_EQ(pending.size(), ready.size());
    for (std::size_t at = 0; at < ready.size(); ++at) {
      ASSERT_EQ(pending[at], number_of(ready.at(at)));
    }
    const std::size_t taken = rng.below(ready.size());
    EXPECT_EQ(pending.take(taken), number_of(ready.take(taken)));
  }
}

TEST(Pending, MakesItsItemOnceForAnEntry) {
  ReadyQueue ready;
  Pending<int> pending;
  int made = 0;
  for (std::uint32_t i = 0; i < 5; ++i) ready.push(Entry::timer(i));
  for (int i = 0; i < 4; ++i) {
    pending.follow(ready, [&](Entry) { return ++made; });
    pending.take(1);
    ready.take(1);
  }
  EXPECT_EQ(made, 5);
}

}  // namespace
}  // namespace sim::internal
