#include "sim/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <set>
#include <vector>

#include "sim/internal/test_support.h"

namespace {

using sim::internal::Arena;
using sim::internal::kArenaRecycles;

struct Block {
  unsigned char* at;
  std::size_t bytes;
  unsigned char filled_with;
};

Block allocate(Arena& arena, std::size_t bytes, unsigned char fill) {
  auto* at = static_cast<unsigned char*>(arena.allocate(bytes));
  std::memset(at, fill, bytes);
  return {at, bytes, fill};
}

bool intact(const Block& block) {
  for (std::size_t i = 0; i < block.bytes; ++i) {
    if (block.at[i] != block.filled_with) return false;
  }
  return true;
}

// An arena that goes at the end of the scope.
struct Owned {
  Arena* arena = new Arena;
  ~Owned() { arena->abandon(); }
};

TEST(Arena, BlocksAreAlignedTo16AndKnowTheirArena) {
  Owned a;
  Owned b;
  for (const std::size_t bytes : {1, 15, 16, 17, 100, 4000, 4096, 5000, 1 << 20, 3 << 20}) {
    for (Arena* arena : {a.arena, b.arena}) {
      void* block = arena->allocate(bytes);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0u) << bytes;
      EXPECT_EQ(Arena::owner_of(block), arena) << bytes;
      std::memset(block, 1, bytes);
      Arena::deallocate(block, bytes);
    }
  }
}

TEST(Arena, BlocksDoNotOverlap) {
  Owned owned;
  sim::Rng rng(1);
  std::vector<Block> live;
  for (int i = 0; i < 20000; ++i) {
    if (!live.empty() && rng.bernoulli(0.45)) {
      std::swap(live[rng.below(live.size())], live.back());
      EXPECT_TRUE(intact(live.back()));
      Arena::deallocate(live.back().at, live.back().bytes);
      live.pop_back();
    } else {
      const std::size_t bytes = rng.bernoulli(0.01) ? rng.uniform(4000, 9000) : rng.uniform(1, 600);
      live.push_back(allocate(*owned.arena, bytes, static_cast<unsigned char>(i)));
    }
    ASSERT_EQ(owned.arena->live_blocks(), live.size());
  }
  for (const Block& block : live) {
    EXPECT_TRUE(intact(block));
    Arena::deallocate(block.at, block.bytes);
  }
}

TEST(Arena, ABlockIsUsedAgainForTheSameSize) {
  if (!kArenaRecycles) GTEST_SKIP() << "not under AddressSanitizer";
  Owned owned;
  void* first = owned.arena->allocate(100);
  void* other = owned.arena->allocate(200);
  Arena::deallocate(first, 100);
  EXPECT_EQ(owned.arena->allocate(97), first);
  Arena::deallocate(first, 97);
  Arena::deallocate(other, 200);
}

TEST(Arena, ResetGivesTheSameAddressesAgain) {
  if (!kArenaRecycles) GTEST_SKIP() << "not under AddressSanitizer";
  Owned owned;
  sim::Rng rng(2);
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 20000; ++i) sizes.push_back(rng.uniform(1, 500));
  const auto allocate_all = [&] {
    std::vector<void*> blocks;
    for (const std::size_t bytes : sizes) blocks.push_back(owned.arena->allocate(bytes));
    return blocks;
  };
  std::vector<std::size_t> order(sizes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const std::vector<void*> first = allocate_all();
  for (int round = 0; round < 3; ++round) {
    rng.shuffle(order);  // the free lists are in disorder
    for (const std::size_t i : order) Arena::deallocate(first[i], sizes[i]);
    owned.arena->reset();
    ASSERT_EQ(allocate_all(), first);
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) Arena::deallocate(first[i], sizes[i]);
}

TEST(Arena, AnAbandonedArenaStaysForItsLastBlock) {  // and goes with it, or the sanitizer tells
  auto* arena = new Arena;
  const Block small = allocate(*arena, 64, 1);
  const Block large = allocate(*arena, 10000, 2);
  arena->abandon();
  EXPECT_TRUE(intact(small));
  Arena::deallocate(small.at, small.bytes);
  EXPECT_TRUE(intact(large));
  Arena::deallocate(large.at, large.bytes);
}

sim::Coro<int> forty_two() { co_return 42; }

TEST(Arena, ACoroutineMadeOutsideARunMayRunInOneLater) {
  sim::Coro<int> made_outside = forty_two();
  EXPECT_EQ(sim::run(std::move(made_outside)), 42);
}

TEST(Arena, ACoroutineMadeOutsideARunMayGoUnstartedWithoutAWord) {
  testing::internal::CaptureStderr();
  { const sim::Coro<int> made_outside = forty_two(); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Arena, ACoroutineMadeInOneRunMayRunInAnother) {
  std::optional<sim::Coro<int>> carried;
  const auto make = [&]() -> sim::Coro<> {
    carried.emplace(forty_two());
    co_return;
  };
  const auto use = [&]() -> sim::Coro<int> { co_return co_await std::move(*carried); };
  sim::run(make());
  EXPECT_EQ(sim::run(use()), 42);
}

TEST(Arena, RunsAfterRunsUseTheSameAddresses) {
  if (!kArenaRecycles) GTEST_SKIP() << "not under AddressSanitizer";
  sim::Runner runner;
  std::set<const void*> seen;
  const auto child = [&]() -> sim::Coro<> {
    const int local = 0;
    seen.insert(&local);
    co_await sim::running_loop().create_future<>();
  };
  const auto body = [&]() -> sim::Coro<> {
    auto task = sim::create_task(child());
    sim::running_loop().call_soon([task] { task.cancel(); });
    co_await sim::settle(task);
  };
  for (int i = 0; i < 100; ++i) runner.run(body());
  EXPECT_LE(seen.size(), 3u);
}

}  // namespace
