#include "sim/testing/rapidcheck.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"

namespace {

using sim::Coro;
using sim::Schedule;
using testing::AllOf;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Coro<> deposit_amount(sim::Shared<int>& balance, int amount) {
  const int read = balance.get();
  co_await sim::yield();
  balance.set(read + amount);
}

struct Checked {
  bool ok;
  std::string output;
};

template <class F>
Checked check(F property, const sim::ExploreOptions& options = {}) {
  testing::internal::CaptureStderr();
  const bool ok = sim::check_property("property", property, options);
  return {ok, testing::internal::GetCapturedStderr()};
}

TEST(CheckProperty, FindsALostUpdateAndShrinksArgumentsAndScheduleTogether) {
  sim::ExploreOptions options;
  options.ignore = {sim::FindingKind::stale_read};  // with which deposits of 0 fail too
  const Checked checked = check([](std::vector<int> amounts) -> Coro<> {
    sim::Shared<int> balance{0};
    co_await sim::task_group([&](sim::TaskGroup& group) -> Coro<> {
      for (const int each : amounts) group.create_task(deposit_amount(balance, each % 100));
      co_return;
    });
    int sum = 0;
    for (const int each : amounts) sum += each % 100;
    SIM_CHECK_EQ(balance.get(), sum);
  }, options);
  EXPECT_FALSE(checked.ok);
  EXPECT_THAT(checked.output,
              AllOf(HasSubstr("Falsifiable after"), HasSubstr("std::vector<int"),
                    HasSubstr("SIM_CHECK_EQ(balance.get(), sum)"),
                    ContainsRegex("replay: sim::replay.body, \"[-_A-Za-z0-9]+\"")));
  // Two deposits of 1 in asyncio's order; or some of 0 too, with one or two decisions that differ.
  EXPECT_THAT(checked.output, ContainsRegex("\\(\\[-?[01](, -?[01]){1,2}\\]\\)"));
  EXPECT_THAT(checked.output,
              ContainsRegex("sim::Schedule:\n(asyncio's order|decision [0-9]+: 1"
                            "(, decision [0-9]+: 1)?)\n"));
}

TEST(CheckProperty, ShrinksAScheduleToTheDeviationsThatMatter) {
  const Checked checked = check([](std::uint8_t others) -> Coro<> {
    std::string order;
    const auto note = [&order](char letter) -> Coro<> {
      co_await sim::yield();
      order += letter;
    };
    co_await sim::task_group([&](sim::TaskGroup& group) -> Coro<> {
      for (int i = 0; i < others % 8; ++i) group.create_task(note('x'));
      group.create_task(note('a'));
      group.create_task(note('b'));
      co_return;
    });
    SIM_CHECK(order.find('a') < order.find('b'));
  });
  EXPECT_FALSE(checked.ok);
  EXPECT_THAT(checked.output,
              AnyOf(HasSubstr("\n1 decision that asyncio would not have made"),
                    HasSubstr("\n2 decisions that asyncio would not have made")));
}

TEST(CheckProperty, PassesWhereNoScheduleFails) {
  const Checked checked = check([](int a, const std::string& text) -> Coro<> {
    sim::Shared<int> balance{0};
    sim::Lock lock;
    const auto locked = [&](int amount) -> Coro<> {
      auto guard = co_await lock.guard();
      co_await deposit_amount(balance, amount);
    };
    co_await sim::gather(locked(a % 100), locked(static_cast<int>(text.size())));
    SIM_CHECK_EQ(balance.get(), a % 100 + static_cast<int>(text.size()));
  });
  EXPECT_TRUE(checked.ok) << checked.output;
  EXPECT_THAT(checked.output, HasSubstr("OK, passed 100 tests"));
}

TEST(CheckProperty, TakesNoArgumentsToo) {
  EXPECT_TRUE(check([]() -> Coro<> { co_await sim::yield(); }).ok);
}

TEST(CheckProperty, SeesADeadlock) {
  const Checked checked = check([]() -> Coro<> {
    sim::Event event;
    co_await event.wait();
  });
  EXPECT_FALSE(checked.ok);
  EXPECT_THAT(checked.output, HasSubstr("deadlock"));
}

TEST(CheckProperty, HearsRapidchecksOwnAssertions) {
  const Checked checked = check([](int a) -> Coro<> {
    co_await sim::yield();
    RC_ASSERT(a < 5);
  });
  EXPECT_FALSE(checked.ok);
  EXPECT_THAT(checked.output, AllOf(HasSubstr("a < 5"), HasSubstr("std::tuple<int>:\n(5)\n")));
}

TEST(CheckProperty, DiscardsWhatRcPreRefuses) {
  const Checked checked = check([](int a) -> Coro<> {
    co_await sim::yield();
    RC_PRE(a % 2 == 0);
    SIM_CHECK(a % 2 == 0);
  });
  EXPECT_TRUE(checked.ok) << checked.output;
}

TEST(CheckProperty, IgnoresKindsThatTheOptionsIgnore) {
  const auto property = []() -> Coro<> {
    auto task = sim::create_task(sim::sleep(std::chrono::hours(1)));
    co_await sim::yield();
  };
  EXPECT_FALSE(check(property).ok);
  EXPECT_TRUE(check(property, {.ignore = {sim::FindingKind::pending_at_end}}).ok);
}

Schedule schedule_of(std::uint64_t seed, int size) {
  return sim::gen_schedule()(rc::Random(seed), size).value();
}

TEST(GenSchedule, StartsWithAsynciosOrderAndGrowsWithTheSize) {
  std::size_t most = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_THAT(schedule_of(seed, 0).choices, IsEmpty());
    most = std::max(most, schedule_of(seed, 100).choices.size());
  }
  EXPECT_GT(most, 20u);
}

TEST(GenSchedule, ChoicesAreInOrderAndDeviate) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Schedule schedule = schedule_of(seed, 50);
    for (std::size_t i = 0; i < schedule.choices.size(); ++i) {
      EXPECT_GE(schedule.choices[i].index, 1u);
      if (i > 0) {
        EXPECT_LT(schedule.choices[i - 1].decision, schedule.choices[i].decision);
      }
    }
  }
}

TEST(GenSchedule, ShrinksFirstToNoDeviationAtAll) {
  const auto shrinkable = sim::gen_schedule()(rc::Random(3), 100);
  ASSERT_THAT(shrinkable.value().choices, Not(IsEmpty()));
  auto smaller = shrinkable.shrinks();
  EXPECT_THAT(smaller.next()->value().choices, IsEmpty());
}

TEST(ScheduleSource, TakesItsChoicesModuloWhatThereIs) {
  sim::ScheduleSource source({{{1, 5}, {3, 2}}});
  const auto pick = [&](std::uint32_t n) {
    return source.pick(sim::DecisionKind::choose, n, {nullptr, ""});
  };
  EXPECT_EQ(pick(4), 0u);
  EXPECT_EQ(pick(4), 1u);
  EXPECT_EQ(pick(4), 0u);
  EXPECT_EQ(pick(4), 2u);
  EXPECT_EQ(pick(4), 0u);
}

}  // namespace
