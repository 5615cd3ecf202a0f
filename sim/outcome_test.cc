#include "sim/outcome.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::CancelledError;
using sim::Coro;
using sim::Outcome;
using sim::settle;
using sim::test::cancel_message_of;

Coro<int> five() { co_return 5; }
Coro<int> failing() {
  co_await sim::yield();
  throw std::out_of_range("far");
}
Coro<int> cancelled_by_itself() {
  co_await sim::yield();
  throw CancelledError("own");
}

TEST(Outcome, OfAValue) {
  const Outcome<int> outcome(5);
  EXPECT_TRUE(outcome.has_value());
  EXPECT_TRUE(outcome);
  EXPECT_FALSE(outcome.cancelled());
  EXPECT_EQ(outcome.exception(), nullptr);
  EXPECT_EQ(outcome.value(), 5);
}

TEST(Outcome, OfAnException) {
  const Outcome<int> outcome(std::make_exception_ptr(std::out_of_range("far")), false);
  EXPECT_FALSE(outcome.has_value());
  EXPECT_FALSE(outcome.cancelled());
  EXPECT_THROW(outcome.value(), std::out_of_range);
  EXPECT_NE(outcome.exception(), nullptr);
}

TEST(Outcome, OfACancellationWithoutAMessageStillHasAnException) {
  const Outcome<void> outcome(nullptr, true);
  EXPECT_TRUE(outcome.cancelled());
  EXPECT_TRUE(sim::internal::is_cancelled_error(outcome.exception()));
  EXPECT_EQ(cancel_message_of([&] { outcome.value(); }), "");
}

TEST(Outcome, GivesItsValueAway) {
  Outcome<std::unique_ptr<int>> outcome(std::make_unique<int>(5));
  EXPECT_EQ(*outcome.value(), 5);
  EXPECT_EQ(*std::move(outcome).value(), 5);
}

TEST(Settle, GivesTheValue) {
  const auto body = []() -> Coro<> {
    const Outcome<int> outcome = co_await settle(five());
    EXPECT_EQ(outcome.value(), 5);
    const Outcome<void> yielded = co_await settle(sim::yield());
    EXPECT_TRUE(yielded.has_value());
  };
  sim::run(body());
}

TEST(Settle, GivesTheExceptionInsteadOfThrowingIt) {
  const auto body = []() -> Coro<> {
    const Outcome<int> outcome = co_await settle(failing());
    EXPECT_FALSE(outcome.cancelled());
    EXPECT_THROW(outcome.value(), std::out_of_range);
  };
  sim::run(body());
}

TEST(Settle, OfATaskMarksItsExceptionAsLookedAt) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    const auto outcome = co_await settle(sim::create_task(failing()));
    EXPECT_THROW(outcome.value(), std::out_of_range);
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_TRUE(findings.all().empty());
}

TEST(Settle, TellsACancellationApart) {
  const auto body = []() -> Coro<> {
    const auto of_coro = co_await settle(cancelled_by_itself());
    EXPECT_TRUE(of_coro.cancelled());
    EXPECT_EQ(cancel_message_of([&] { of_coro.value(); }), "own");
    const auto of_task = co_await settle(sim::create_task(cancelled_by_itself()));
    EXPECT_TRUE(of_task.cancelled());
    EXPECT_EQ(cancel_message_of([&] { of_task.value(); }), "own");
  };
  sim::run(body());
}

TEST(Settle, GivesTheCancellationOfTheAwaitingTaskToo) {
  const auto child = []() -> Coro<std::string> {
    const auto outcome = co_await settle(sim::sleep(1h));
    EXPECT_TRUE(outcome.cancelled());
    co_await sim::sleep(1s);  // cleanup
    co_return cancel_message_of([&] { outcome.value(); });
  };
  const auto body = [&]() -> Coro<std::string> {
    auto task = sim::create_task(child());
    co_await sim::yield();
    task.cancel("enough");
    co_return co_await task;
  };
  EXPECT_EQ(sim::run(body()), "enough");
}

TEST(Settle, TakesNoIteration) {
  EXPECT_EQ(sim::run(sim::test::iterations([] { return settle(five()); })), 0);
  EXPECT_EQ(sim::run(sim::test::iterations([] { return settle(sim::yield()); })), 1);
}

TEST(Settle, MovesAValueThatCannotBeCopied) {
  const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  const auto body = [&]() -> Coro<int> {
    auto outcome = co_await settle(make());
    auto of_task = co_await settle(sim::create_task(make()));
    co_return *std::move(outcome).value() + *std::move(of_task).value();
  };
  EXPECT_EQ(sim::run(body()), 14);
}

TEST(Settle, OfAFutureGivesACopyThatOthersDoNotMiss) {
  const auto body = []() -> Coro<> {
    auto future = sim::running_loop().create_future<std::string>();
    future.set_result("a string that is too long to stand in the object itself");
    const auto outcome = co_await settle(future);
    EXPECT_EQ(outcome.value(), future.result());
  };
  sim::run(body());
}

}  // namespace
