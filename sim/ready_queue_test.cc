#include "sim/ready_queue.h"

#include <gtest/gtest.h>

#include <deque>

#include "sim/rng.h"

namespace {

using sim::internal::Entry;
using sim::internal::ReadyQueue;

Entry numbered(std::uint32_t n) { return Entry::timer(n); }

TEST(ReadyQueue, IsFirstInFirstOutWhileItGrows) {
  ReadyQueue queue;
  std::uint32_t pushed = 0;
  std::uint32_t popped = 0;
  for (int round = 0; round < 1000; ++round) {  // three in, two out: it grows with a moving head
    for (int i = 0; i < 3; ++i) queue.push(numbered(pushed++));
    for (int i = 0; i < 2; ++i) ASSERT_EQ(queue.pop().as_timer(), popped++);
    ASSERT_EQ(queue.size(), pushed - popped);
  }
  while (!queue.empty()) ASSERT_EQ(queue.pop().as_timer(), popped++);
  EXPECT_EQ(popped, pushed);
}

TEST(ReadyQueue, CountsWhatWasTaken) {
  ReadyQueue queue;
  for (std::uint32_t i = 0; i < 5; ++i) queue.push(numbered(i));
  EXPECT_EQ(queue.taken(), 0u);
  queue.pop();
  queue.take(2);
  EXPECT_EQ(queue.taken(), 2u);
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.taken(), 0u);
}

TEST(ReadyQueue, TakingFromTheMiddleLeavesTheOthersInTheirOrder) {
  ReadyQueue queue;
  for (std::uint32_t i = 0; i < 5; ++i) queue.push(numbered(i));
  EXPECT_EQ(queue.take(3).as_timer(), 3u);
  EXPECT_EQ(queue.take(0).as_timer(), 0u);
  EXPECT_EQ(queue.take(2).as_timer(), 4u);
  EXPECT_EQ(queue.pop().as_timer(), 1u);
  EXPECT_EQ(queue.pop().as_timer(), 2u);
}

TEST(ReadyQueue, MovingForwardShiftsTheOnesBetween) {
  ReadyQueue queue;
  for (std::uint32_t i = 0; i < 5; ++i) queue.push(numbered(i));
  queue.move_forward(4, 1);
  for (const std::uint32_t expected : {0, 4, 1, 2, 3}) EXPECT_EQ(queue.pop().as_timer(), expected);
}

TEST(ReadyQueue, AgreesWithADeque) {
  ReadyQueue queue;
  std::deque<std::uint32_t> model;
  sim::Rng rng(7);
  std::uint32_t next = 0;
  for (int i = 0; i < 100000; ++i) {
    const auto operation = rng.below(8);
    if (operation < 4 || model.empty()) {
      queue.push(numbered(next));
      model.push_back(next++);
    } else if (operation < 6) {
      ASSERT_EQ(queue.pop().as_timer(), model.front());
      model.pop_front();
    } else if (operation == 6) {
      const std::size_t at = rng.below(model.size());
      ASSERT_EQ(queue.take(at).as_timer(), model[at]);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      const std::size_t from = rng.below(model.size());
      const std::size_t to = rng.below(from + 1);
      queue.move_forward(from, to);
      const std::uint32_t moved = model[from];
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(from));
      model.insert(model.begin() + static_cast<std::ptrdiff_t>(to), moved);
    }
    ASSERT_EQ(queue.size(), model.size());
    for (int probe = 0; probe < 2 && !model.empty(); ++probe) {
      const std::size_t at = rng.below(model.size());
      ASSERT_EQ(queue.at(at).as_timer(), model[at]);
    }
  }
}

TEST(Entry, SaysWhatItHolds) {
  alignas(8) char somewhere[16];
  auto* task = reinterpret_cast<sim::internal::TaskState*>(somewhere);
  auto* runnable = reinterpret_cast<sim::internal::Runnable*>(somewhere + 8);
  EXPECT_EQ(Entry::task(task).kind(), Entry::Kind::task);
  EXPECT_EQ(Entry::task(task).as_task(), task);
  EXPECT_EQ(Entry::checked_task(task).kind(), Entry::Kind::checked_task);
  EXPECT_EQ(Entry::checked_task(task).as_task(), task);
  EXPECT_EQ(Entry::runnable(runnable).kind(), Entry::Kind::runnable);
  EXPECT_EQ(Entry::runnable(runnable).as_runnable(), runnable);
  EXPECT_EQ(Entry::timer(0xffffffff).kind(), Entry::Kind::timer);
  EXPECT_EQ(Entry::timer(0xffffffff).as_timer(), 0xffffffff);
  EXPECT_FALSE(Entry());
  EXPECT_TRUE(Entry::timer(0));
}

}  // namespace
