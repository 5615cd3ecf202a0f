#include "sim/finally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::finally_do;
using sim::test::cancellation_of;
using sim::test::Log;
using testing::ElementsAre;

// A cleanup that takes a second and logs that it was done.
struct Cleanup {
  Log& log;
  Coro<> operator()() const {
    co_await sim::sleep(1s);
    log.push_back("cleaned up at " + std::to_string(sim::uptime() / 1s));
  }
};

TEST(FinallyDo, CleansUpAfterAValueAndGivesIt) {
  Log log;
  const Cleanup cleanup{log};
  const auto body = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
  const auto main = [&]() -> Coro<int> {
    const auto value = co_await finally_do(body, cleanup);
    co_return *value;
  };
  EXPECT_EQ(sim::run(main()), 5);
  EXPECT_THAT(log, ElementsAre("cleaned up at 1"));
}

TEST(FinallyDo, CleansUpAfterAnExceptionAndThrowsIt) {
  Log log;
  const Cleanup cleanup{log};
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1s);
    throw std::out_of_range("far");
  };
  const auto main = [&]() -> Coro<> { co_await finally_do(body, cleanup); };
  EXPECT_THROW(sim::run(main()), std::out_of_range);
  EXPECT_THAT(log, ElementsAre("cleaned up at 2"));
}

TEST(FinallyDo, CleansUpAfterACancellationAndThrowsIt) {
  Log log;
  const Cleanup cleanup{log};
  const auto body = []() -> Coro<> { co_await sim::sleep(1h); };
  const auto protected_sleep = [&]() -> Coro<> { co_await finally_do(body, cleanup); };
  const auto main = [&]() -> Coro<> {
    auto task = create_task(protected_sleep());
    co_await sim::sleep(1s);
    task.cancel("enough");
    EXPECT_EQ(co_await cancellation_of(task), "enough");
  };
  sim::run(main());
  EXPECT_THAT(log, ElementsAre("cleaned up at 2"));
}

TEST(FinallyDo, ACancellationDuringTheCleanupEndsTheCleanup) {
  Log log;
  const Cleanup cleanup{log};
  const auto body = []() -> Coro<int> { co_return 1; };
  const auto protected_body = [&]() -> Coro<> { co_await finally_do(body, cleanup); };
  const auto main = [&]() -> Coro<> {
    auto task = create_task(protected_body());
    co_await sim::yield();
    task.cancel("during the cleanup");
    EXPECT_EQ(co_await cancellation_of(task), "during the cleanup");
  };
  sim::run(main());
  EXPECT_TRUE(log.empty());
}

TEST(FinallyDo, AnExceptionOfTheCleanupIsTheOneThrown) {
  const auto body = []() -> Coro<> {
    throw std::out_of_range("body");
    co_return;
  };
  const auto cleanup = []() -> Coro<> {
    throw std::invalid_argument("cleanup");
    co_return;
  };
  const auto main = [&]() -> Coro<> { co_await finally_do(body, cleanup); };
  EXPECT_THROW(sim::run(main()), std::invalid_argument);
}

TEST(FinallyDo, NestsAndCleansUpFromTheInsideOut) {
  Log log;
  const auto cleanup = [&](const char* name) {
    return [&log, name]() -> Coro<> {
      co_await sim::yield();
      log.push_back(name);
    };
  };
  const auto outer_cleanup = cleanup("outer");
  const auto inner_cleanup = cleanup("inner");
  const auto body = []() -> Coro<> { co_await sim::sleep(1h); };
  const auto inner = [&]() -> Coro<> { co_await finally_do(body, inner_cleanup); };
  const auto outer = [&]() -> Coro<> { co_await finally_do(inner, outer_cleanup); };
  const auto main = [&]() -> Coro<> {
    auto task = create_task(outer());
    co_await sim::yield();
    task.cancel();
    co_await sim::settle(task);
  };
  sim::run(main());
  EXPECT_THAT(log, ElementsAre("inner", "outer"));
}

}  // namespace
