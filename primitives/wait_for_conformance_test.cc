// wait_for(): what CPython's own tests show of it and no other test here does
// (docs/conformance.md).
#include "primitives/wait_for.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Task;
using sim::TimeoutError;

// Takes 200 ms whatever is asked of it.
Coro<> stubborn(bool& exited) {
  const sim::TimePoint end = sim::now() + 200ms;
  while (sim::now() < end) co_await sim::settle(sim::sleep_until(end));
  exited = true;
}

TEST(WaitFor, CancelledItWaitsForACoroutineThatIgnoresIt) {
  const auto body = []() -> Coro<> {
    bool exited = false;
    auto waiting = create_task(sim::wait_for(stubborn(exited), 400ms));
    co_await sim::yield();
    waiting.cancel();
    co_await sim::wait({}, waiting);
    EXPECT_TRUE(exited);
    EXPECT_EQ(sim::uptime(), 200ms);
  };
  sim::run(body());
}

TEST(WaitFor, OutOfTimeItWaitsForACoroutineThatIgnoresIt) {
  const auto body = []() -> Coro<> {
    bool exited = false;
    const auto ended = co_await sim::settle(sim::wait_for(stubborn(exited), 100ms));
    EXPECT_TRUE(ended.has_value());
    EXPECT_TRUE(exited);
    EXPECT_EQ(sim::uptime(), 200ms);
  };
  sim::run(body());
}

TEST(WaitFor, WithNoTimeATaskThatRunsIsCancelledAndCleansUp) {
  const auto body = []() -> Coro<> {
    for (const sim::Duration limit : {0s, -1s}) {
      std::optional<bool> running;
      const auto work = [&]() -> Coro<> {
        running = true;
        const auto slept = co_await sim::settle(sim::sleep(10s));
        running = false;
        slept.value();
      };
      auto task = create_task(work());
      co_await sim::yield();
      EXPECT_EQ(running, true);
      const auto ended = co_await sim::settle(sim::wait_for(task, limit));
      EXPECT_THROW(ended.value(), TimeoutError);
      EXPECT_TRUE(task.cancelled());
      EXPECT_EQ(running, false);
    }
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(WaitFor, AFutureThatIsSetInTimeGivesItsResult) {
  const auto body = []() -> Coro<> {
    auto future = sim::running_loop().create_future<std::string>();
    auto waiting = sim::wait_for(future, 200ms);
    sim::running_loop().call_soon([future] { future.set_result("ok"); });
    EXPECT_EQ(co_await std::move(waiting), "ok");
  };
  sim::run(body());
}

TEST(WaitFor, AResultGivenInsteadOfTheCancellationIsReturned) {
  const auto body = []() -> Coro<> {
    const auto swallows = []() -> Coro<int> {
      const auto slept = co_await sim::settle(sim::sleep(1s));
      EXPECT_TRUE(slept.cancelled());
      co_return 42;
    };
    EXPECT_EQ(co_await sim::wait_for(swallows(), 10ms), 42);
    EXPECT_EQ(sim::uptime(), 10ms);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

TEST(WaitFor, WithNoTimeItWaitsForTheCleanupOfATask) {
  const auto body = []() -> Coro<> {
    bool done = false;
    const auto inner = [&]() -> Coro<> {
      const auto slept = co_await sim::settle(sim::sleep(10s));
      co_await sim::sleep(1ms);
      done = true;
      slept.value();
    };
    auto task = create_task(inner());
    co_await sim::sleep(1ms);
    const auto ended = co_await sim::settle(sim::wait_for(task, 0s));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_TRUE(done);
    EXPECT_EQ(sim::uptime(), 2ms);
  };
  sim::run(body());
}

TEST(WaitFor, AnExceptionOfTheCleanupComesThrough) {
  const auto body = []() -> Coro<> {
    const auto inner = []() -> Coro<> {
      co_await sim::settle(sim::sleep(200ms));
      throw 7;
    };
    auto task = create_task(inner());
    const auto ended = co_await sim::settle(sim::wait_for(task, 1ms));
    EXPECT_THROW(ended.value(), int);
    EXPECT_EQ(sim::uptime(), 1ms);
  };
  sim::run(body());
}

TEST(WaitFor, CancelledItCancelsATaskWithAndWithoutALimit) {
  const auto body = []() -> Coro<> {
    const auto blocks = []() -> Coro<> { co_await sim::running_loop().create_future<>(); };
    auto limited_task = create_task(blocks());
    auto limited = create_task(sim::wait_for(limited_task, 60s));
    auto unlimited_task = create_task(blocks());
    auto unlimited = create_task(sim::wait_for(unlimited_task, std::nullopt));
    sim::running_loop().call_soon([=] {
      limited.cancel();
      unlimited.cancel();
    });
    co_await sim::wait({}, limited, unlimited);
    EXPECT_TRUE(limited.cancelled() && limited_task.cancelled());
    EXPECT_TRUE(unlimited.cancelled() && unlimited_task.cancelled());
  };
  sim::run(body());
}

TEST(WaitFor, CancelledAsItsTaskEndsItIsCancelledAndTheResultStays) {
  const auto body = []() -> Coro<> {
    const auto quick = []() -> Coro<std::string> { co_return "done"; };
    auto inner = create_task(quick());
    bool reached_end = false;
    const auto waits = [&]() -> Coro<> {
      co_await sim::wait_for(inner, 100s);
      co_await sim::sleep(1s);
      reached_end = true;
    };
    auto task = create_task(waits());
    EXPECT_FALSE(task.done());
    co_await sim::yield();
    task.cancel();
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_TRUE(inner.done());
    EXPECT_EQ(co_await inner, "done");
    EXPECT_FALSE(reached_end);
  };
  sim::run(body());
}

TEST(WaitFor, WithNoTimeAShieldIsCancelledAndItsTaskGoesOn) {
  const auto body = []() -> Coro<> {
    const auto work = []() -> Coro<> { co_await sim::sleep(10ms); };
    auto task = create_task(work());
    auto shielded = sim::shield(task);
    const auto ended = co_await sim::settle(sim::wait_for(shielded, 0s));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_FALSE(task.done());
    EXPECT_TRUE(shielded.cancelled());
    co_await sim::sleep(100ms);
    EXPECT_TRUE(task.done());
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(WaitFor, AShieldWithoutALimitIsAwaited) {
  const auto body = []() -> Coro<> {
    const auto work = []() -> Coro<std::string> {
      co_await sim::sleep(100ms);
      co_return "done";
    };
    auto task = create_task(work());
    co_await sim::wait_for(sim::shield(task), std::nullopt);
    EXPECT_TRUE(task.done());
    EXPECT_EQ(co_await task, "done");
  };
  sim::run(body());
}

}  // namespace
