#include "primitives/wait_for.h"

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
using sim::TimeoutError;
using sim::create_task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::number_after;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(WaitFor, GivesTheResultInTime) {
  const auto body = []() -> Coro<> {
    EXPECT_EQ(co_await sim::wait_for(number_after(1s, 7), 2s), 7);
    EXPECT_EQ(sim::uptime(), 1s);
    EXPECT_EQ(co_await sim::wait_for(number_after(9s, 8), std::nullopt), 8);
    co_await sim::wait_for(sim::sleep(1s), 2s);
  };
  sim::run(body());
}

TEST(WaitFor, ThrowsWhenTheTimeIsUp) {
  const auto body = []() -> Coro<> {
    const auto ended = co_await sim::settle(sim::wait_for(number_after(9s, 7), 3s));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_EQ(sim::uptime(), 3s);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

TEST(WaitFor, RunsACoroutineInsideTheAwaitingTask) {
  const auto body = []() -> Coro<> {
    const auto outer = sim::current_task();
    const auto same = [&]() -> Coro<bool> { co_return sim::current_task() == outer; };
    EXPECT_TRUE(co_await sim::wait_for(same(), 1s));
    const auto wait = [&]() -> Coro<> { co_await sim::wait_for(same(), 1s); };
    EXPECT_EQ(co_await sim::test::iterations(wait), 0);
  };
  sim::run(body());
}

TEST(WaitFor, ItsTimeCountsFromTheAwait) {
  const auto body = []() -> Coro<> {
    auto later = sim::wait_for(number_after(2s, 7), 3s);
    co_await sim::sleep(2s);
    EXPECT_EQ(co_await std::move(later), 7);
    EXPECT_EQ(sim::uptime(), 4s);
  };
  sim::run(body());
}

TEST(WaitFor, WithNoTimeACoroutineNeverStarts) {
  Log log;
  Findings findings;
  const auto body = [&]() -> Coro<> {
    const auto work = [&]() -> Coro<> {
      log.push_back("started");
      co_return;
    };
    for (const auto d : {0s, -5s}) {
      const auto ended = co_await sim::settle(sim::wait_for(work(), d));
      EXPECT_THROW(ended.value(), TimeoutError);
    }
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(log, IsEmpty());
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(WaitFor, WithNoTimeWhatIsDoneGivesItsResult) {
  const auto body = []() -> Coro<> {
    auto task = create_task(number_after(0s, 7));
    co_await task;
    EXPECT_EQ(co_await sim::wait_for(task, 0s), 7);
    auto future = sim::running_loop().create_future<std::string>();
    future.set_result("x");
    EXPECT_EQ(co_await sim::wait_for(future, 0s), "x");
    auto none = sim::running_loop().create_future<>();
    const auto ended = co_await sim::settle(sim::wait_for(none, 0s));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_TRUE(none.cancelled());
  };
  sim::run(body());
}

TEST(WaitFor, ATaskIsCancelledAndAwaited) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto work = [&]() -> Coro<> {
      const auto ended = co_await sim::settle(sim::sleep(1h));
      co_await sim::sleep(5s);
      log.push_back("cleaned up");
      ended.value();
    };
    auto task = create_task(work());
    const auto ended = co_await sim::settle(sim::wait_for(task, 1s));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_EQ(sim::uptime(), 6s);
    EXPECT_TRUE(task.cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("cleaned up"));
}

TEST(WaitFor, AShieldedTaskOutlivesItsTime) {
  const auto body = []() -> Coro<> {
    auto task = create_task(number_after(5s, 7));
    const auto ended = co_await sim::settle(sim::wait_for(sim::shield(task), 1s));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_EQ(co_await task, 7);
  };
  sim::run(body());
}

TEST(WaitFor, CancellingWhoWaitsCancelsWhatItWaitsFor) {
  const auto body = []() -> Coro<> {
    auto task = create_task(number_after(1h, 7));
    const auto waits = [&]() -> Coro<> { co_await sim::wait_for(task, 1min); };
    auto waiter = create_task(waits());
    co_await sim::sleep(1s);
    waiter.cancel("enough");
    EXPECT_EQ(co_await sim::test::cancellation_of(waiter), "enough");
    EXPECT_TRUE(task.cancelled());
  };
  sim::run(body());
}

TEST(WaitFor, AnExceptionComesThrough) {
  const auto body = []() -> Coro<> {
    const auto fails = []() -> Coro<int> {
      co_await sim::sleep(1s);
      throw std::out_of_range("far");
    };
    const auto inside = co_await sim::settle(sim::wait_for(fails(), 2s));
    EXPECT_THROW(inside.value(), std::out_of_range);
    auto task = create_task(fails());
    const auto outside = co_await sim::settle(sim::wait_for(task, 2s));
    EXPECT_THROW(outside.value(), std::out_of_range);
    auto again = create_task(fails());
    const auto at_once = co_await sim::settle(sim::wait_for(again, 0s));
    EXPECT_THROW(at_once.value(), TimeoutError);
  };
  sim::run(body());
}

TEST(WaitFor, WithNoTimeAnExceptionThatComesThroughCountsAsLookedAt) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto future = sim::running_loop().create_future<int>();
    future.set_exception(std::out_of_range("far"));
    const auto ended = co_await sim::settle(sim::wait_for(std::move(future), 0s));
    EXPECT_THROW(ended.value(), std::out_of_range);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.all(), IsEmpty());
}

TEST(WaitFor, CarriesResultsThatCannotBeCopied) {
  const auto body = []() -> Coro<> {
    const auto make = []() -> Coro<std::unique_ptr<int>> {
      co_await sim::yield();
      co_return std::make_unique<int>(7);
    };
    auto inside = co_await sim::wait_for(make(), 1s);
    EXPECT_EQ(*inside, 7);
    auto task = co_await sim::wait_for(create_task(make()), 1s);
    EXPECT_EQ(*task, 7);
    auto done = create_task(make());
    co_await sim::sleep(1s);
    auto at_once = co_await sim::wait_for(std::move(done), 0s);
    EXPECT_EQ(*at_once, 7);
  };
  sim::run(body());
}

TEST(WaitFor, AResultThatOthersHoldIsCopied) {
  const auto body = []() -> Coro<> {
    const auto make = []() -> Coro<std::string> { co_return "a text too long to live in place"; };
    auto task = create_task(make());
    const std::string first = co_await sim::wait_for(task, 1s);
    const std::string second = co_await sim::wait_for(task, 0s);
    EXPECT_EQ(first, second);
    EXPECT_EQ(task.result(), first);
  };
  sim::run(body());
}

TEST(WaitFor, LimitsTheOperationsOfPrimitives) {
  Findings findings;
  const auto body = []() -> Coro<> {
    sim::Queue<int> queue(1);
    sim::Event event;
    sim::Semaphore semaphore(0);
    sim::Condition condition;
    const auto get = co_await sim::settle(sim::wait_for(queue.get(), 1s));
    EXPECT_THROW(get.value(), TimeoutError);
    const auto never = co_await sim::settle(sim::wait_for(queue.get(), 0s));
    EXPECT_THROW(never.value(), TimeoutError);
    const auto wait = co_await sim::settle(sim::wait_for(event.wait(), 1s));
    EXPECT_THROW(wait.value(), TimeoutError);
    const auto permit = co_await sim::settle(sim::wait_for(semaphore.guard(), 1s));
    EXPECT_TRUE(permit.exception() != nullptr);
    auto guard = co_await condition.guard();
    const auto notified = co_await sim::settle(sim::wait_for(condition.wait(), 1s));
    EXPECT_THROW(notified.value(), TimeoutError);
    EXPECT_TRUE(condition.locked());
    EXPECT_EQ(sim::uptime(), 4s);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(WaitFor, ItsTimerIsDisarmedWhenItReturnsEarlier) {
  const auto body = []() -> Coro<> { co_await sim::wait_for(number_after(1s, 1), 1h); };
  sim::Runner runner;
  runner.run(body());
  EXPECT_EQ(runner.stats().virtual_time, 1s);
}

TEST(WaitFor, ALimitBeyondTheEndOfTimeNeverComes) {
  const auto body = []() -> Coro<> {
    EXPECT_EQ(co_await sim::wait_for(number_after(24h, 1), sim::Duration::max()), 1);
    EXPECT_EQ(co_await sim::wait_for(number_after(24h, 2), std::chrono::hours::max()), 2);
  };
  sim::run(body());
}

}  // namespace
