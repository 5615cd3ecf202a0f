#include "sim/callback_list.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

using sim::internal::CallbackList;
using sim::internal::Entry;

// Entries that stand for tasks; nobody looks behind them.
Entry entry(std::uintptr_t n) { return Entry::from_bits(n * 16); }

std::vector<std::uintptr_t> numbers(const CallbackList& list) {
  std::vector<std::uintptr_t> found;
  list.for_each([&](Entry each) { found.push_back(each.bits() / 16); });
  return found;
}

CallbackList list_of(std::uintptr_t count) {
  CallbackList list;
  for (std::uintptr_t n = 1; n <= count; ++n) list.add(entry(n));
  return list;
}

using Numbers = std::vector<std::uintptr_t>;

TEST(CallbackList, KeepsTheOrderOfRegistration) {
  EXPECT_EQ(numbers(list_of(0)), Numbers{});
  EXPECT_EQ(numbers(list_of(1)), Numbers{1});
  EXPECT_EQ(numbers(list_of(4)), (Numbers{1, 2, 3, 4}));
}

TEST(CallbackList, GivesItsEntryOnlyWhereItIsTheOnlyOne) {
  EXPECT_FALSE(list_of(0).front());
  EXPECT_EQ(list_of(1).front(), entry(1));
  EXPECT_FALSE(list_of(2).front());
}

TEST(CallbackList, RemovesAnEntryFromAnywhereAndKeepsTheOthersInOrder) {
  for (std::uintptr_t removed = 1; removed <= 3; ++removed) {
    CallbackList list = list_of(3);
    EXPECT_TRUE(list.remove(entry(removed)));
    EXPECT_FALSE(list.remove(entry(removed)));
    Numbers left{1, 2, 3};
    std::erase(left, removed);
    EXPECT_EQ(numbers(list), left);
  }
}

TEST(CallbackList, CanBeEmptiedAndFilledAgain) {
  CallbackList list = list_of(3);
  for (std::uintptr_t n : {2, 1, 3}) EXPECT_TRUE(list.remove(entry(n)));
  EXPECT_TRUE(list.empty());
  list.add(entry(7));
  EXPECT_EQ(list.front(), entry(7));
  list.add(entry(8));
  list.clear();
  EXPECT_TRUE(list.empty());
}

TEST(CallbackList, TakesTheLatestOffFirst) {
  CallbackList list = list_of(3);
  for (std::uintptr_t n : {3, 2, 1}) EXPECT_EQ(list.pop_back(), entry(n));
  EXPECT_TRUE(list.empty());
}

TEST(CallbackList, MovesAsAWhole) {
  CallbackList from = list_of(3);
  const CallbackList to = std::move(from);
  EXPECT_EQ(numbers(to), (Numbers{1, 2, 3}));
  EXPECT_TRUE(from.empty());
}

}  // namespace
