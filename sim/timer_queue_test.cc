#include "sim/timer_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "sim/internal/test_support.h"
#include "sim/rng.h"

namespace {

using sim::internal::Entry;
using sim::internal::ReadyQueue;
using sim::internal::TimerQueue;

constexpr std::int64_t kFarEnd = std::numeric_limits<std::int64_t>::max();

// A TimerQueue whose timers are numbers, with a clock that only goes forward.
class Timers {
 public:
  std::uint32_t add(std::int64_t when) {
    const auto id = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back(queue_.add(when, Entry::timer(id)));
    return id;
  }
  void cancel(std::uint32_t id) { queue_.cancel(slots_[id]); }
  std::optional<std::int64_t> next() {
    std::int64_t when = 0;
    return queue_.next_deadline(&when) ? std::optional(when) : std::nullopt;
  }
  // What fires up to `now`, in order.
  std::vector<std::uint32_t> fire(std::int64_t now) {
    queue_.move_due(now, ready_);
    std::vector<std::uint32_t> fired;
    while (!ready_.empty()) {
      if (const Entry target = queue_.take(ready_.pop().as_timer())) {
        fired.push_back(target.as_timer());
      }
    }
    return fired;
  }
  TimerQueue& queue() { return queue_; }

 private:
  TimerQueue queue_;
  ReadyQueue ready_;
  std::vector<TimerQueue::Slot> slots_;
};

using Ids = std::vector<std::uint32_t>;

TEST(TimerQueue, FiresByDeadline) {
  Timers timers;
  for (const std::int64_t when : {30, 10, 20}) timers.add(when);
  EXPECT_EQ(timers.next(), 10);
  EXPECT_EQ(timers.fire(9), Ids{});
  EXPECT_EQ(timers.fire(20), (Ids{1, 2}));
  EXPECT_EQ(timers.next(), 30);
  EXPECT_EQ(timers.fire(100), Ids{0});
  EXPECT_EQ(timers.next(), std::nullopt);
}

TEST(TimerQueue, EqualDeadlinesFireInTheOrderOfAdding) {
  for (const int n : {2, 10, 63, 64, 65, 1000, 5000}) {
    Timers timers;
    Ids expected;
    for (int i = 0; i < n; ++i) expected.push_back(timers.add(1000));
    ASSERT_EQ(timers.fire(1000), expected) << n;
  }
}

TEST(TimerQueue, EqualDeadlinesKeepTheirOrderAmongManyOthers) {
  Timers timers;
  sim::Rng rng(3);
  std::map<std::int64_t, Ids> expected;
  for (int i = 0; i < 5000; ++i) {
    const std::int64_t when = std::int64_t{1} << rng.below(40);
    expected[when].push_back(timers.add(when));
  }
  for (const auto& [when, ids] : expected) {
    ASSERT_EQ(timers.next(), when);
    ASSERT_EQ(timers.fire(when), ids);
  }
}

TEST(TimerQueue, ATimerInThePastIsDueAtOnceAndFirst) {
  Timers timers;
  timers.add(1000);
  timers.fire(500);
  timers.add(400);
  timers.add(0);
  timers.add(-7);
  timers.add(std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(timers.next(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(timers.fire(500), (Ids{4, 3, 2, 1}));
  EXPECT_EQ(timers.next(), 1000);
}

TEST(TimerQueue, ManyTimersInThePastKeepTheirOrder) {
  Timers timers;
  for (std::int64_t i = 0; i < 1000; ++i) timers.add(1'000'000 + i);
  EXPECT_EQ(timers.fire(1'000'000), Ids{0});
  std::vector<std::pair<std::int64_t, std::uint32_t>> expected;
  sim::Rng rng(5);
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t when = rng.uniform(-100, 100);
    expected.emplace_back(when, timers.add(when));
  }
  std::ranges::sort(expected);
  Ids order;
  for (const auto& timer : expected) order.push_back(timer.second);
  EXPECT_EQ(timers.fire(1'000'000), order);
}

TEST(TimerQueue, TheFarEndOfTimeIsADeadlineLikeAnyOther) {
  Timers timers;
  timers.add(kFarEnd);
  for (int i = 0; i < 200; ++i) timers.add(kFarEnd - 1);
  timers.add(kFarEnd);
  timers.add(1);
  EXPECT_EQ(timers.fire(1), Ids{202});
  EXPECT_EQ(timers.next(), kFarEnd - 1);
  EXPECT_EQ(timers.fire(kFarEnd - 1).size(), 200u);
  EXPECT_EQ(timers.next(), kFarEnd);
  EXPECT_EQ(timers.fire(kFarEnd), (Ids{0, 201}));
  timers.add(kFarEnd);
  EXPECT_EQ(timers.fire(kFarEnd), Ids{203});
  EXPECT_EQ(timers.next(), std::nullopt);
}

TEST(TimerQueue, ACancelledTimerNeverFires) {
  Timers timers;
  for (int i = 0; i < 5; ++i) timers.add(10 * i);
  timers.cancel(0);
  timers.cancel(3);
  EXPECT_EQ(timers.next(), 10);
  EXPECT_EQ(timers.fire(100), (Ids{1, 2, 4}));
}

TEST(TimerQueue, ATimerCancelledWhileItIsDueNeverFires) {
  TimerQueue queue;
  ReadyQueue ready;
  const auto slot = queue.add(10, Entry::timer(1));
  const auto other = queue.add(10, Entry::timer(2));
  queue.move_due(10, ready);
  ASSERT_EQ(ready.size(), 2u);
  queue.cancel(slot);
  EXPECT_FALSE(queue.take(ready.pop().as_timer()));
  EXPECT_EQ(queue.peek(other), Entry::timer(2));
  EXPECT_EQ(queue.take(ready.pop().as_timer()), Entry::timer(2));
}

TEST(TimerQueue, ASlotServesAgain) {
  TimerQueue queue;
  ReadyQueue ready;
  for (int i = 0; i < 10000; ++i) {
    queue.add(i, Entry::timer(7));
    queue.cancel(queue.add(i + 5, Entry::timer(8)));
    queue.move_due(i, ready);
    ASSERT_EQ(queue.take(ready.pop().as_timer()), Entry::timer(7));
  }
  EXPECT_LE(queue.slots(), 10u);
}

TEST(TimerQueue, CancelledTimersAreSweptSoThatSlotsDoNotPileUp) {
  Timers timers;
  timers.add(kFarEnd);
  for (std::uint32_t i = 0; i < 100000; ++i) timers.cancel(timers.add(1'000'000 + i % 977));
  EXPECT_LT(timers.queue().slots(), 2000u);
  EXPECT_EQ(timers.next(), kFarEnd);
  EXPECT_EQ(timers.fire(kFarEnd), Ids{0});
}

TEST(TimerQueue, ATimeoutReArmedAgainAndAgainFiresOnceAtItsLastDeadline) {
  Timers timers;
  std::uint32_t armed = timers.add(1000);
  for (std::int64_t now = 1; now < 50000; ++now) {
    ASSERT_EQ(timers.fire(now), Ids{});
    timers.cancel(armed);
    armed = timers.add(now + 1000);
  }
  EXPECT_EQ(timers.next(), 50999);
  EXPECT_EQ(timers.fire(kFarEnd), Ids{armed});
}

TEST(TimerQueue, ClearForgetsEverythingAndStartsAtTimeZero) {
  Timers timers;
  for (std::int64_t i = 0; i < 1000; ++i) timers.add(i * 1'000'000);
  timers.fire(500'000'000);
  timers.queue().clear();
  EXPECT_EQ(timers.next(), std::nullopt);
  EXPECT_EQ(timers.queue().slots(), 0u);
  const auto id = timers.add(3);
  const auto earlier = timers.add(2);
  EXPECT_EQ(timers.fire(3), (Ids{earlier, id}));
}

// The same timers in a list sorted by deadline, ties in the order of adding.
class Model {
 public:
  void add(std::int64_t when, std::uint32_t id) {
    pending_.emplace(when, id);
    deadlines_.emplace(id, when);
  }
  void cancel(std::uint32_t id) {
    auto timer = pending_.lower_bound(deadlines_.at(id));
    while (timer->second != id) ++timer;
    pending_.erase(timer);
    deadlines_.erase(id);
  }
  std::optional<std::int64_t> next() const {
    return pending_.empty() ? std::nullopt : std::optional(pending_.begin()->first);
  }
  Ids fire(std::int64_t now) {
    const auto end = pending_.upper_bound(now);
    Ids fired;
    for (auto timer = pending_.begin(); timer != end; ++timer) {
      fired.push_back(timer->second);
      deadlines_.erase(timer->second);
    }
    pending_.erase(pending_.begin(), end);
    return fired;
  }
  std::size_t size() const { return pending_.size(); }
  std::uint32_t any(sim::Rng& rng) const {
    const auto at = deadlines_.lower_bound(rng.uniform(0u, deadlines_.rbegin()->first));
    return at->first;
  }

 private:
  std::multimap<std::int64_t, std::uint32_t> pending_;  // equal keys stand in insertion order
  std::map<std::uint32_t, std::int64_t> deadlines_;
};

// Deadlines of several shapes: near, clustered, equal, spread over all magnitudes, overdue, far.
std::int64_t random_deadline(sim::Rng& rng, std::int64_t now) {
  const std::int64_t room = kFarEnd - now;
  switch (rng.below(8)) {
    case 0: return now + std::min<std::int64_t>(room, rng.uniform(0, 64));
    case 1: return now + std::min<std::int64_t>(room, rng.uniform(0, 100) * 1'000'000);
    case 2: return now - std::min<std::int64_t>(now, rng.uniform(0, 1000));
    case 3: return now;
    case 4: return rng.bernoulli(0.01) ? kFarEnd - rng.uniform(0, 2) : now;
    default: {
      const auto magnitude = std::int64_t{1} << rng.uniform(0, 44);
      return now + std::min(room, rng.uniform(std::int64_t{0}, magnitude));
    }
  }
}

std::int64_t random_jump(sim::Rng& rng, std::int64_t now, const Model& model) {
  const std::int64_t next = std::max(now, model.next().value_or(now));
  switch (rng.below(6)) {
    case 0: return now;
    case 1: return now + std::min<std::int64_t>(kFarEnd - now, rng.uniform(0, 1'000'000));
    case 2: return now + (next - now) / 2;
    default: return next;
  }
}

// `timers` timers with `crowd` of them pending at a time.
void compare_with_the_sorted_list(std::uint64_t seed, std::uint32_t timers, std::size_t crowd) {
  Timers queue;
  Model model;
  sim::Rng rng(seed);
  std::int64_t now = 0;
  for (std::uint32_t added = 0; added < timers || model.size() > 0;) {
    const bool may_add = added < timers;
    if (may_add && (model.size() < crowd || rng.bernoulli(0.4))) {
      const std::int64_t when = random_deadline(rng, now);
      ASSERT_EQ(queue.add(when), added);
      model.add(when, added++);
    } else if (model.size() > 0 && model.size() <= crowd && rng.bernoulli(0.3)) {
      const std::uint32_t id = model.any(rng);
      queue.cancel(id);
      model.cancel(id);
    } else {
      now = random_jump(rng, now, model);
      ASSERT_EQ(queue.fire(now), model.fire(now)) << "seed " << seed << " at " << now;
    }
    if (rng.bernoulli(0.1)) {
      ASSERT_EQ(queue.next(), model.next()) << "seed " << seed << " at " << now;
    }
  }
  EXPECT_EQ(queue.next(), std::nullopt);
}

TEST(TimerQueue, AgreesWithASortedListOnAHundredThousandTimers) {
  compare_with_the_sorted_list(1, 100000, 50);
  compare_with_the_sorted_list(2, 100000, 500);
  compare_with_the_sorted_list(3, 100000, 20000);
}

TEST(TimerQueue, AgreesWithASortedListOnFewTimers) {
  const std::uint64_t seeds = sim::test::long_run() ? 20000 : 1000;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    compare_with_the_sorted_list(seed, 100, seed % 90 + 2);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(TimerQueue, AgreesWithAStableSortWhenAllAreAddedFirst) {
  Timers timers;
  sim::Rng rng(11);
  std::vector<std::pair<std::int64_t, std::uint32_t>> all;
  for (int i = 0; i < 100000; ++i) {
    const std::int64_t when = rng.uniform(0, 5000) * std::int64_t{1'000'003};
    all.emplace_back(when, timers.add(when));
  }
  std::ranges::sort(all);  // stable, as ids go up in the order of adding
  Ids expected;
  for (const auto& timer : all) expected.push_back(timer.second);
  Ids fired;
  while (const auto next = timers.next()) {
    for (const std::uint32_t id : timers.fire(*next)) fired.push_back(id);
  }
  EXPECT_EQ(fired, expected);
}

}  // namespace
