#include "primitives/shield.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "primitives/internal/test_coroutines.h"
#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::fails_after;
using sim::test::number_after;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Shield, GivesTheResultOfATaskACoroutineOrAFuture) {
  const auto body = []() -> Coro<> {
    EXPECT_EQ(co_await sim::shield(number_after(1s, 1)), 1);
    auto task = create_task(number_after(1s, 2));
    EXPECT_EQ(co_await sim::shield(task), 2);
    EXPECT_EQ(co_await sim::shield(task), 2) << "done already";
    auto future = sim::running_loop().create_future<std::string>();
    sim::running_loop().call_later(1s, [future] { future.set_result("three"); });
    EXPECT_EQ(co_await sim::shield(future), "three");
    co_await sim::shield(sim::sleep(1s));
    EXPECT_EQ(sim::uptime(), 4s);
  };
  sim::run(body());
}

TEST(Shield, WhatItProtectsOutlivesItsWaiter) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto commit = [&]() -> Coro<> {
      co_await sim::sleep(5s);
      log.push_back("committed");
    };
    auto committing = create_task(commit());
    const auto wait = [&]() -> Coro<> { co_await sim::shield(committing); };
    auto waiter = create_task(wait());
    co_await sim::sleep(1s);
    waiter.cancel("impatient");
    EXPECT_EQ(co_await sim::test::cancellation_of(waiter), "impatient");
    EXPECT_EQ(sim::uptime(), 1s);
    EXPECT_EQ(committing.cancelling(), 0);
    co_await committing;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("committed"));
}

TEST(Shield, ACancellationInsideComesThroughWithItsMessage) {
  const auto body = []() -> Coro<> {
    auto inner = create_task(number_after(1h, 1));
    auto outer = sim::shield(inner);
    co_await sim::yield();
    inner.cancel("inside");
    EXPECT_EQ(co_await sim::test::cancellation_of(outer), "inside");
  };
  sim::run(body());
}

TEST(Shield, AnExceptionInsideComesThrough) {
  Findings findings;
  const auto body = []() -> Coro<> {
    const auto ended = co_await sim::settle(sim::shield(fails_after(1s)));
    EXPECT_THROW(ended.value(), std::runtime_error);
    auto done = create_task(fails_after(1s));
    co_await sim::sleep(2s);
    const auto again = co_await sim::settle(sim::shield(done));
    EXPECT_THROW(again.value(), std::runtime_error);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(Shield, AnExceptionAfterTheWaiterWasCancelledIsFound) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto outer = sim::shield(fails_after(2s));
    co_await sim::sleep(1s);
    outer.cancel();
    co_await sim::sleep(2s);
  };
  sim::run(body(), observed_by(findings));
  ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::exception_never_retrieved));
  EXPECT_THAT(findings.all()[0].message, HasSubstr("fails_after"));
}

TEST(Shield, AnExceptionInTheIterationOfTheCancellationCountsAsLookedAt) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto inner = sim::running_loop().create_future<int>();
    auto outer = sim::shield(inner);
    inner.set_exception(std::runtime_error("failed"));
    EXPECT_TRUE(outer.cancel());
    co_await sim::yield();
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.all(), IsEmpty());
}

TEST(Shield, MovesAResultThatCannotBeCopied) {
  const auto body = []() -> Coro<> {
    const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    auto result = co_await sim::shield(make());
    EXPECT_EQ(*result, 7);
    auto task = create_task(make());
    auto first = co_await sim::shield(task);
    EXPECT_EQ(*first, 7);
    const auto second = co_await sim::settle(sim::shield(task));
    EXPECT_TRUE(second.exception() != nullptr) << "it was moved out";
  };
  sim::run(body());
}

TEST(Shield, TwoOfOneTaskThatCannotBeCopiedGiveItOnce) {
  const auto body = []() -> Coro<> {
    const auto make = []() -> Coro<std::unique_ptr<int>> {
      co_await sim::sleep(1s);
      co_return std::make_unique<int>(7);
    };
    auto task = create_task(make());
    auto a = sim::shield(task);
    auto b = sim::shield(task);
    const auto first = co_await sim::settle(std::move(a));
    const auto second = co_await sim::settle(std::move(b));
    EXPECT_TRUE(first.has_value());
    EXPECT_FALSE(second.has_value());
  };
  sim::run(body());
}

TEST(Shield, DroppedItLeavesTheInnerTaskAlone) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto work = [&]() -> Coro<> {
      co_await sim::sleep(1s);
      log.push_back("done");
    };
    auto task = create_task(work());
    { auto dropped = sim::shield(task); }
    co_await task;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("done"));
}

TEST(Shield, OfAShieldIsAShield) {
  const auto body = []() -> Coro<> {
    auto task = create_task(number_after(2s, 3));
    auto twice = sim::shield(sim::shield(task));
    auto other = sim::shield(sim::shield(task));
    co_await sim::yield();
    other.cancel();
    EXPECT_EQ(co_await twice, 3);
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(Shield, ADeadlockReportNamesWhatIsBehindIt) {
  const auto body = []() -> Coro<> {
    sim::Event never;
    auto inner = create_task(never.wait(), "inner");
    co_await sim::shield(inner);
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("main waits for shield of task inner"));
  }
}

}  // namespace
