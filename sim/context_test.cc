// Context variables. Each claim was checked against CPython 3.13's contextvars.
#include "sim/context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::ContextVar;
using sim::Coro;
using sim::test::Log;
using testing::ElementsAre;

TEST(ContextVar, HasItsDefaultUntilItIsSet) {
  ContextVar<int> with_default("a", 1);
  ContextVar<int> without("b");
  const auto body = [&]() -> Coro<> {
    EXPECT_EQ(with_default.get(), 1);
    EXPECT_EQ(with_default.get(5), 5);
    EXPECT_THROW(without.get(), std::out_of_range);
    EXPECT_EQ(without.get(5), 5);
    without.set(7);
    EXPECT_EQ(without.get(), 7);
    EXPECT_EQ(without.get(5), 7);
    EXPECT_EQ(without.name(), "b");
    co_return;
  };
  sim::run(body());
}

TEST(ContextVar, ResetGivesBackTheValueBefore) {
  ContextVar<int> variable("v", 0);
  ContextVar<int> unset("u");
  const auto body = [&]() -> Coro<> {
    auto token = variable.set(1);
    variable.set(2);
    variable.reset(token);
    EXPECT_EQ(variable.get(), 0);
    auto first = unset.set(1);
    unset.reset(first);
    EXPECT_THROW(unset.get(), std::out_of_range);
    co_return;
  };
  sim::run(body());
}

TEST(ContextVar, ATokenIsGoodOnceAndForItsVariable) {
  ContextVar<int> variable("v", 0);
  ContextVar<int> other("w", 0);
  const auto body = [&]() -> Coro<> {
    auto token = variable.set(1);
    EXPECT_THROW(other.reset(token), std::invalid_argument);
    variable.reset(token);
    EXPECT_THROW(variable.reset(token), std::runtime_error);
    co_return;
  };
  sim::run(body());
}

TEST(ContextVar, ATaskHasACopyOfTheContextItWasCreatedIn) {
  ContextVar<int> variable("v", 0);
  std::vector<int> seen;
  const auto child = [&]() -> Coro<> {
    seen.push_back(variable.get());
    variable.set(5);
    co_await sim::yield();
    seen.push_back(variable.get());
  };
  const auto body = [&]() -> Coro<> {
    variable.set(1);
    auto task = sim::create_task(child());
    variable.set(2);
    co_await task;
    seen.push_back(variable.get());
  };
  sim::run(body());
  EXPECT_THAT(seen, ElementsAre(1, 5, 2));
}

TEST(ContextVar, ACoroutineSharesTheContextOfItsAwaiter) {
  ContextVar<int> variable("v", 0);
  const auto child = [&]() -> Coro<> {
    EXPECT_EQ(variable.get(), 1);
    variable.set(7);
    co_return;
  };
  const auto body = [&]() -> Coro<> {
    variable.set(1);
    co_await child();
    EXPECT_EQ(variable.get(), 7);
  };
  sim::run(body());
}

TEST(ContextVar, ACallbackHasACopyOfTheContextItWasScheduledIn) {
  ContextVar<int> variable("v", 0);
  Log log;
  const auto note = [&](const char* where) {
    log.push_back(std::string(where) + std::to_string(variable.get()));
  };
  const auto body = [&]() -> Coro<> {
    variable.set(1);
    const auto future = sim::running_loop().create_future<>();
    future.add_done_callback([&] { note("done "); });
    variable.set(2);
    sim::running_loop().call_soon([&] {
      note("soon ");
      variable.set(9);
      sim::running_loop().call_soon([&] { note("from soon "); });
    });
    sim::running_loop().call_later(1s, [&] { note("later "); });
    variable.set(3);
    future.set_result();
    co_await sim::sleep(2s);
    note("main ");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("soon 2", "done 1", "from soon 9", "later 2", "main 3"));
}

TEST(ContextVar, AnEagerTaskHasItsOwnContextFromItsFirstStepOn) {
  ContextVar<int> variable("v", 0);
  std::vector<int> seen;
  const auto child = [&]() -> Coro<> {
    seen.push_back(variable.get());
    variable.set(2);
    co_await sim::yield();
    seen.push_back(variable.get());
  };
  const auto body = [&]() -> Coro<> {
    variable.set(1);
    auto task = sim::create_eager_task(child());
    seen.push_back(variable.get());
    co_await task;
    seen.push_back(variable.get());
  };
  sim::run(body());
  EXPECT_THAT(seen, ElementsAre(1, 1, 2, 1));
}

TEST(ContextVar, VariablesDoNotDisturbOneAnother) {
  ContextVar<int> numbers("n", 0);
  ContextVar<std::string> words("w", "none");
  ContextVar<double> reals("r", 0.5);
  const auto body = [&]() -> Coro<> {
    numbers.set(1);
    words.set("one");
    reals.set(1.5);
    auto token = words.set("two");
    numbers.set(2);
    reals.set(2.5);
    words.reset(token);
    EXPECT_EQ(numbers.get(), 2);
    EXPECT_EQ(words.get(), "one");
    EXPECT_EQ(reals.get(), 2.5);
    co_return;
  };
  sim::run(body());
}

TEST(ContextVar, SettingOneAgainAndAgainKeepsNoOldValue) {
  ContextVar<std::shared_ptr<int>> variable("v", nullptr);
  ContextVar<int> other("w", 0);
  const auto token = std::make_shared<int>(0);
  const auto body = [&]() -> Coro<> {
    variable.set(token);
    for (int i = 0; i < 1000; ++i) {
      other.set(i);
      variable.set(token);
    }
    EXPECT_EQ(token.use_count(), 2);
    co_return;
  };
  sim::run(body());
  EXPECT_EQ(token.use_count(), 1);
}

TEST(ContextVar, ATaskKeepsItsContextNoLongerThanItLives) {
  ContextVar<std::shared_ptr<int>> variable("v", nullptr);
  const auto token = std::make_shared<int>(0);
  const auto child = []() -> Coro<> { co_await sim::yield(); };
  const auto body = [&]() -> Coro<> {
    auto mark = variable.set(token);
    sim::create_task(child());
    variable.reset(mark);
    co_await sim::sleep(1s);
    EXPECT_EQ(token.use_count(), 1);
  };
  sim::run(body());
}

TEST(ContextVar, OutsideARunTheThreadHasAContext) {
  ContextVar<int> variable("v", 0);
  auto token = variable.set(4);
  EXPECT_EQ(variable.get(), 4);
  variable.reset(token);
  EXPECT_EQ(variable.get(), 0);
}

}  // namespace
