#include "primitives/as_completed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::AnyTask;
using sim::as_completed;
using sim::Coro;
using sim::create_task;
using sim::Task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Coro<std::string> fetch(std::string page, sim::Duration d) {
  co_await sim::sleep(d);
  co_return page;
}

TEST(AsCompleted, TheExampleOfTheHeaderCompiles) {
  std::vector<std::string> pages;
  const auto body = [&]() -> Coro<> {
    std::vector<Coro<std::string>> fetches;
    fetches.push_back(fetch("slow", 3s));
    fetches.push_back(fetch("fast", 1s));
    fetches.push_back(fetch("so so", 2s));
    auto ended = sim::as_completed(std::move(fetches));  // a vector of Coros, tasks or futures
    while (auto* each = co_await ended.next()) {
      std::string page = co_await *each;  // does not suspend; throws what it threw
      pages.push_back(page);
    }
    EXPECT_EQ(co_await ended.next(), nullptr);
  };
  sim::run(body());
  EXPECT_THAT(pages, ElementsAre("fast", "so so", "slow"));
}

TEST(AsCompleted, OneThatEndedBeforeIsGivenTwoIterationsLaterToo) {
  const auto body = []() -> Coro<> {
    std::vector<Task<std::string>> tasks = {create_task(fetch("page", 1s))};
    co_await tasks[0];
    const auto take_it = [&]() -> Coro<> {
      auto ended = as_completed(tasks);
      EXPECT_NE(co_await ended.next(), nullptr);
    };
    EXPECT_EQ(co_await sim::test::iterations(take_it), 2);
  };
  sim::run(body());
}

// What follows logs when tasks end, when they are given and, as "tick", each iteration. CPython
// 3.13 gives the same logs.
class AsCompletedLog : public testing::Test {
 protected:
  Task<> job(const char* name, int yields, bool fails = false) {
    return create_task(run_job(name, yields, fails), name);
  }
  Task<> sleeper(const char* name, sim::Duration d) { return create_task(sim::sleep(d), name); }
  Coro<> run_job(std::string name, int yields, bool fails) {
    for (; yields > 0; --yields) co_await sim::yield();
    log_.push_back(name);
    if (fails) throw std::invalid_argument(name);
  }
  Coro<> ticks(int n) {
    for (; n > 0; --n) {
      co_await sim::yield();
      log_.push_back("tick");
    }
  }
  // Takes what comes until the end, or `most` times.
  template <class H>
  Coro<> take(sim::AsCompleted<H>& ended, std::string who = "", int most = 100) {
    for (; most > 0; --most) {
      auto next = co_await sim::settle(ended.next());
      if (!next.has_value()) {
        EXPECT_THROW(next.value(), sim::TimeoutError);
        log_.push_back(who + "timeout");
      } else if (next.value() == nullptr) {
        log_.push_back(who + "end");
        co_return;
      } else {
        log_.push_back(who + "got " + next.value()->name());
      }
    }
  }

  Log log_;
};

TEST_F(AsCompletedLog, GivesThemTwoIterationsAfterTheirEndAndThrowsNothing) {
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {job("a", 3), job("b", 1, true), job("c", 0)};
    auto tick = create_task(ticks(6));
    auto ended = as_completed(tasks);
    co_await take(ended);
    co_await tick;
    EXPECT_NE(tasks[1].exception(), nullptr);
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("c", "b", "tick", "got c", "got b", "tick", "a", "tick", "tick",
                                "got a", "end", "tick", "tick"));
}

TEST_F(AsCompletedLog, GivesTasksOfSeveralTypesAsAnyTask) {
  const auto body = [&]() -> Coro<> {
    std::vector<AnyTask> tasks = {create_task(fetch("x", 2s), "a"), sleeper("b", 1s)};
    auto ended = as_completed(std::move(tasks));
    co_await take(ended);
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("got b", "got a", "end"));
}

TEST_F(AsCompletedLog, ThoseThatHaveEndedComeFirstInTheOrderOfTheVector) {
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {job("a", 1), job("b", 0)};
    co_await sim::wait(tasks);
    auto ended = as_completed(tasks);
    auto tick = create_task(ticks(4));
    co_await take(ended);
    tick.cancel();
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("b", "a", "got a", "got b", "end"));
}

TEST_F(AsCompletedLog, ATimeoutIsThrownForEachThatHasNotEnded) {
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {job("a", 0), sleeper("b", 9s), sleeper("c", 9s)};
    auto ended = as_completed(tasks, 10ms);
    co_await take(ended);
    EXPECT_EQ(sim::uptime(), 10ms);
    EXPECT_FALSE(tasks[1].done());
    co_await sim::wait(tasks);
    EXPECT_FALSE(tasks[1].cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("a", "got a", "timeout", "timeout", "end"));
}

TEST_F(AsCompletedLog, WhatEndsInTheIterationOfTheTimeoutComesTooLate) {
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {job("a", 0), job("b", 0)};
    auto tick = create_task(ticks(6));
    auto ended = as_completed(tasks, 0s);
    co_await take(ended);
    co_await tick;
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("a", "b", "tick", "timeout", "timeout", "end", "tick", "tick",
                                "tick", "tick", "tick"));
}

TEST_F(AsCompletedLog, TheTimeoutEndsWithTheLastOne) {
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {sleeper("a", 1s)};
    auto ended = as_completed(tasks, 1h);
    co_await sim::sleep(2s);
    co_await take(ended);
    co_await sim::Event().wait();
  };
  sim::Runner runner;
  EXPECT_THROW(runner.run(body()), sim::DeadlockError);
  EXPECT_EQ(runner.stats().virtual_time, 2s);
  EXPECT_THAT(log_, ElementsAre("got a", "end"));
}

TEST_F(AsCompletedLog, ANextThatIsCancelledCountsAsOne) {
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {sleeper("a", 10ms), sleeper("b", 20ms)};
    auto ended = as_completed(tasks);
    auto first = co_await sim::settle(sim::wait_for(ended.next(), 1ms));
    EXPECT_FALSE(first.has_value());
    co_await take(ended);
    EXPECT_FALSE(tasks[1].done());
    co_await tasks[1];
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("got a", "end"));
}

TEST_F(AsCompletedLog, TwoMayTakeByTurns) {
  const auto body = [&]() -> Coro<> {
    auto ended =
        as_completed(std::vector<Task<>>{sleeper("a", 1s), sleeper("b", 2s), sleeper("c", 3s)});
    co_await sim::gather(take(ended, "x "), take(ended, "y "));
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("x got a", "y got b", "y end", "x got c", "x end"));
}

TEST_F(AsCompletedLog, OneThatStandsThereTwiceIsGivenOnce) {
  const auto body = [&]() -> Coro<> {
    auto a = sleeper("a", 1s);
    auto ended = as_completed(std::vector<Task<>>{a, a});
    co_await take(ended);
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("got a", "end"));
}

TEST_F(AsCompletedLog, OfNothingEndsAtOnce) {
  const auto body = [&]() -> Coro<> {
    auto ended = as_completed(std::vector<Task<>>(), 1s);
    co_await take(ended);
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("end"));
}

TEST(AsCompleted, TakesFutures) {
  const auto body = []() -> Coro<> {
    auto a = sim::running_loop().create_future<int>();
    auto b = sim::running_loop().create_future<int>();
    auto ended = as_completed(std::vector<sim::Future<int>>{a, b});
    b.set_result(2);
    a.cancel();
    EXPECT_TRUE(*co_await ended.next() == b);
    EXPECT_TRUE((co_await ended.next())->cancelled());
  };
  sim::run(body());
}

TEST(AsCompleted, ADeadlockNamesItAndTheTasksItWaitsFor) {
  const auto body = []() -> Coro<> {
    sim::Event never;
    std::vector<Task<>> tasks = {create_task(never.wait(), "stuck")};
    auto ended = as_completed(tasks);
    co_await ended.next();
  };
  try {
    sim::run(body());
    FAIL();
  } catch (const sim::DeadlockError& e) {
    EXPECT_THAT(e.what(), HasSubstr("main waits for the next of as_completed made at "
                                    "primitives/as_completed_test.cc:"));
  }
}

TEST(AsCompleted, ANextThatNobodyAwaitsIsAFinding) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto ended = as_completed(std::vector<Task<>>());
    { const auto forgotten = ended.next(); }
    co_return;
  };
  sim::run(body(), observed_by(findings));
  ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::never_awaited));
  EXPECT_THAT(findings.all()[0].message, HasSubstr("'as_completed.next' was never awaited"));
}

TEST(AsCompleted, GoesBeforeItsTasksAndItsTimerWithoutATrace) {
  Findings findings;
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {create_task(sim::sleep(1s)), create_task(sim::yield())};
    { auto ended = as_completed(tasks, 5s); }
    {
      auto ended = as_completed(tasks, 5s);
      co_await sim::yield();
      co_await sim::yield();  // the callback of the second is scheduled
    }
    co_await sim::wait(tasks);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.all(), IsEmpty());
}

TEST(AsCompleted, DestroyedWhileATaskTakesFromItIsAFinding) {
  Findings findings;
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks = {create_task(sim::sleep(1s))};
    auto ended = std::make_unique<sim::AsCompleted<Task<>>>(tasks, std::nullopt,
                                                            std::source_location::current());
    const auto take = [&]() -> Coro<> { co_await ended->next(); };
    auto taker = create_task(take());
    co_await sim::yield();
    ended = nullptr;
    taker.cancel();
    EXPECT_TRUE((co_await sim::settle(taker)).cancelled());
  };
  sim::run(body(), observed_by(findings));
  ASSERT_FALSE(findings.all().empty());
  EXPECT_EQ(findings.all()[0].kind, sim::FindingKind::destroyed_in_use);
  EXPECT_THAT(findings.all()[0].message, HasSubstr("as_completed made at"));
}

}  // namespace
