#include "primitives/sleep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Sleep, TakesItsTimeOnTheVirtualClock) {
  const auto body = []() -> Coro<> {
    const auto began = sim::now();
    co_await sim::sleep(1h);
    EXPECT_EQ(sim::now() - began, 1h);
    co_await sim::sleep(1500us);
    EXPECT_EQ(sim::uptime(), 1h + 1500us);
    co_await sim::sleep(std::chrono::duration<double>(0.25));
    EXPECT_EQ(sim::uptime(), 1h + 1500us + 250ms);
  };
  sim::run(body());
}

TEST(Sleep, OfNoTimeOrLessIsAYield) {
  const auto body = []() -> Coro<> {
    for (const auto d : {0s, -1s, std::chrono::seconds::min()}) {
      const auto nap = [&]() -> Coro<> { co_await sim::sleep(d); };
      EXPECT_EQ(co_await sim::test::iterations(nap), 1);
    }
    const auto yield = []() -> Coro<> { co_await sim::yield(); };
    EXPECT_EQ(co_await sim::test::iterations(yield), 1);
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(Sleep, BeyondTheEndOfTimeEndsThere) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1s);
    co_await sim::sleep(std::chrono::hours::max());
    EXPECT_EQ(sim::now(), sim::TimePoint::max());
  };
  sim::run(body());
}

TEST(Sleep, SleepersResumeByDeadlineAndThenInTheOrderTheySlept) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto sleeper = [&](const char* name, sim::Duration d) -> Coro<> {
      co_await sim::sleep(d);
      log.push_back(name);
    };
    co_await sim::gather(sleeper("c", 3s), sleeper("a", 1s), sleeper("b1", 2s),
                         sleeper("b2", 2s), sleeper("b3", 2s));
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b1", "b2", "b3", "c"));
}

TEST(Sleep, CancelledItThrowsAtOnceAndDisarmsItsTimer) {
  const auto body = []() -> Coro<> {
    auto sleeper = create_task(sim::sleep(1h));
    co_await sim::sleep(1s);
    sleeper.cancel("wake up");
    EXPECT_EQ(co_await sim::test::cancellation_of(sleeper), "wake up");
    EXPECT_EQ(sim::uptime(), 1s);
  };
  sim::Runner runner;
  runner.run(body());
  EXPECT_EQ(runner.stats().virtual_time, 1s);
}

TEST(Sleep, CancelledItDoesNotEndTheNextOneEarly) {
  const auto sleeper = []() -> Coro<> {
    co_await sim::settle(sim::sleep(1s));
    co_await sim::sleep(1h);
    EXPECT_EQ(sim::uptime(), 1h);
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(sleeper());
    co_await sim::yield();
    task.cancel();
    co_await task;
  };
  sim::run(body());
}

TEST(Sleep, CancelledAsItsTimerRunsItLeavesLaterTimersAlone) {
  int fired = 0;
  const auto sleeper = []() -> Coro<> { co_await sim::sleep(1s); };
  const auto body = [&]() -> Coro<> {
    sim::EventLoop& loop = sim::running_loop();
    sim::Task<> task;
    loop.call_later(1s, [&] { task.cancel(); });
    task = sim::create_task(sleeper());
    co_await sim::yield();
    loop.call_later(1s, [&] {  // behind the sleeper's timer, whose place is free now
      for (int i = 0; i < 3; ++i) loop.call_later(1s, [&] { ++fired; });
    });
    co_await sim::sleep(3s);
    EXPECT_TRUE(task.cancelled());
  };
  sim::run(body());
  EXPECT_EQ(fired, 3);
}

TEST(Sleep, ATaskThatCancelsItselfIsThrownOutWhereItSuspendsNext) {
  const auto body = []() -> Coro<> {
    sim::Event never;
    sim::Lock held;
    co_await held.acquire();
    const auto suspends = [&](int how) -> Coro<> {
      sim::current_task().cancel("me");
      if (how == 0) co_await sim::sleep(1h);
      if (how == 1) co_await sim::yield();
      if (how == 2) co_await never.wait();
      if (how == 3) co_await held.acquire();
      if (how == 4) co_await sim::running_loop().create_future<>();
      if (how == 5) co_await sim::gather(sim::sleep(1h));
      if (how == 6) co_await create_task(sim::sleep(1h));
    };
    for (int how = 0; how <= 6; ++how) {
      auto task = create_task(suspends(how));
      EXPECT_EQ(co_await sim::test::cancellation_of(task), "me") << how;
      EXPECT_TRUE(task.cancelled()) << how;
    }
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(Sleep, UntilAnInstantCountsWhenItIsAwaited) {
  const auto body = []() -> Coro<> {
    auto until = sim::sleep_until(sim::now() + 5s);
    co_await sim::sleep(2s);
    co_await std::move(until);
    EXPECT_EQ(sim::uptime(), 5s);
  };
  sim::run(body());
}

TEST(Sleep, UntilAnInstantThatHasPassedIsAYield) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(2s);
    co_await sim::sleep_until(sim::now());
    co_await sim::sleep_until(sim::now() - 1s);
    co_await sim::sleep_until(sim::TimePoint::min());
    EXPECT_EQ(sim::uptime(), 2s);
    co_await sim::sleep_until(sim::TimePoint::max());
    EXPECT_EQ(sim::now(), sim::TimePoint::max());
  };
  sim::run(body());
}

TEST(Sleep, AYieldLetsEverythingThatIsReadyRunOnce) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto steps = [&](std::string name) -> Coro<> {
      for (int i = 0; i < 3; ++i) {
        log.push_back(name + std::to_string(i));
        co_await sim::yield();
      }
    };
    co_await sim::gather(steps("a"), steps("b"));
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a0", "b0", "a1", "b1", "a2", "b2"));
}

TEST(Busy, TakesTimeInsideTheStepAndMakesTimersLate) {
  std::vector<sim::Duration> woken;
  Findings findings;
  const auto body = [&]() -> Coro<> {
    const auto sleeper = [&](sim::Duration d) -> Coro<> {
      co_await sim::sleep(d);
      woken.push_back(sim::uptime());
    };
    auto a = create_task(sleeper(10ms));
    auto b = create_task(sleeper(70ms));
    co_await sim::yield();
    sim::busy(50ms);
    EXPECT_EQ(sim::uptime(), 50ms);
    sim::busy(-1s);
    co_await sim::gather(a, b);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(woken, ElementsAre(50ms, 70ms));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(Busy, ForLongIsABlockingStep) {
  Findings findings;
  const auto body = []() -> Coro<> {
    sim::busy(100ms);
    co_return;
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::blocking_step));
}

}  // namespace
