#include "primitives/wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "primitives/internal/test_coroutines.h"
#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::AnyTask;
using sim::Coro;
using sim::Future;
using sim::ReturnWhen;
using sim::Task;
using sim::WaitOptions;
using sim::create_task;
using sim::test::Findings;
using sim::test::number_after;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::IsEmpty;

Coro<int> fail_after(sim::Duration d) {
  co_await sim::sleep(d);
  throw std::runtime_error("failed");
  co_return 0;
}

TEST(Wait, GivesDoneAndPendingInTheOrderOfTheArguments) {
  const auto body = []() -> Coro<> {
    std::vector<Task<int>> tasks;
    for (const int n : {3, 1, 4, 1, 5}) {
      tasks.push_back(create_task(number_after(std::chrono::seconds(n), n)));
    }
    auto [done, pending] = co_await sim::wait(tasks, WaitOptions(3s + 500ms));
    EXPECT_THAT(done, ElementsAre(tasks[0], tasks[1], tasks[3]));
    EXPECT_THAT(pending, ElementsAre(tasks[2], tasks[4]));
    EXPECT_EQ(done[0].result(), 3);
    EXPECT_EQ(sim::uptime(), 3500ms);
    for (auto& task : pending) task.cancel();
    co_await sim::wait(pending);
    EXPECT_EQ(sim::uptime(), 3500ms);
  };
  sim::run(body());
}

TEST(Wait, FirstCompletedReturnsWithTheFirst) {
  const auto body = []() -> Coro<> {
    auto slow = create_task(number_after(9s, 1));
    auto fast = create_task(number_after(1s, 2));
    auto [done, pending] = co_await sim::wait(ReturnWhen::first_completed, slow, fast);
    EXPECT_THAT(done, ElementsAre(fast));
    EXPECT_THAT(pending, ElementsAre(slow));
    EXPECT_EQ(sim::uptime(), 1s);
    EXPECT_FALSE(slow.done());
  };
  sim::run(body());
}

TEST(Wait, FirstExceptionThrowsNothing) {
  const auto body = []() -> Coro<> {
    auto slow = create_task(number_after(9s, 1));
    auto fast = create_task(number_after(1s, 2));
    auto failing = create_task(fail_after(2s));
    auto [done, pending] = co_await sim::wait(ReturnWhen::first_exception, slow, fast, failing);
    EXPECT_THAT(done, ElementsAre(fast, failing));
    EXPECT_THAT(pending, ElementsAre(slow));
    EXPECT_THROW(failing.result(), std::runtime_error);
  };
  sim::run(body());
}

TEST(Wait, AnExceptionThatItSawButNobodyAskedForIsFound) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto failing = create_task(fail_after(1s));
    co_await sim::wait(ReturnWhen::all_completed, failing);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::exception_never_retrieved));
}

TEST(Wait, AnExceptionThatEndedItCountsAsLookedAt) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto failing = create_task(fail_after(1s));
    auto slow = create_task(number_after(2s, 1));
    co_await sim::wait(ReturnWhen::first_exception, failing, slow);
    co_await slow;
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(Wait, TakesTasksOfSeveralTypesAndFutures) {
  const auto body = []() -> Coro<> {
    const auto nothing = []() -> Coro<> { co_return; };
    auto a = create_task(number_after(1s, 1));
    auto b = create_task(nothing());
    auto [done, pending] = co_await sim::wait(ReturnWhen::first_completed, a, b);
    static_assert(std::is_same_v<decltype(done), std::vector<AnyTask>>);
    EXPECT_THAT(done, ElementsAre(AnyTask(b)));
    EXPECT_THAT(pending, ElementsAre(AnyTask(a)));
    std::vector<Future<int>> futures{sim::running_loop().create_future<int>()};
    futures[0].set_result(1);
    auto ended = co_await sim::wait(futures);
    EXPECT_THAT(ended.done, ElementsAre(futures[0]));
  };
  sim::run(body());
}

TEST(Wait, AHandleGivenTwiceCountsOnce) {
  const auto body = []() -> Coro<> {
    auto a = create_task(number_after(1s, 1));
    std::vector<Task<int>> twice{a, a};
    auto [done, pending] = co_await sim::wait(twice);
    EXPECT_THAT(done, ElementsAre(a));
    EXPECT_THAT(pending, IsEmpty());
  };
  sim::run(body());
}

TEST(Wait, ForNothingThrows) {
  const auto body = []() -> Coro<> {
    const auto ended = co_await sim::settle(sim::wait(std::vector<AnyTask>()));
    EXPECT_THROW(ended.value(), std::invalid_argument);
  };
  sim::run(body());
}

TEST(Wait, CancellingItCancelsNothingElse) {
  const auto body = []() -> Coro<> {
    auto a = create_task(number_after(5s, 1));
    const auto waits = [&]() -> Coro<> { co_await sim::wait(ReturnWhen::all_completed, a); };
    auto waiter = create_task(waits());
    co_await sim::sleep(1s);
    waiter.cancel();
    co_await sim::settle(waiter);
    EXPECT_TRUE(waiter.cancelled());
    EXPECT_EQ(co_await a, 1);
    EXPECT_EQ(sim::uptime(), 5s);
  };
  sim::run(body());
}

TEST(Wait, ItsTimeoutWakesNobodyWhenItWasCancelled) {
  const auto body = []() -> Coro<> {
    auto a = create_task(number_after(2h, 1));
    const auto waits = [&]() -> Coro<> {
      co_await sim::settle(sim::wait(WaitOptions(1s), a));
      co_await sim::sleep(1h);
      EXPECT_EQ(sim::uptime(), 1h);
    };
    auto waiter = create_task(waits());
    co_await sim::yield();
    waiter.cancel();
    co_await waiter;
    co_await a;
  };
  sim::run(body());
}

TEST(Wait, ItsTimeoutIsDisarmedWhenItReturnsEarlier) {
  const auto body = []() -> Coro<> {
    auto a = create_task(number_after(1s, 1));
    co_await sim::wait(WaitOptions(1h), a);
  };
  sim::Runner runner;
  runner.run(body());
  EXPECT_EQ(runner.stats().virtual_time, 1s);
}

TEST(Wait, ManyTimesOnTheSameTasksLeavesNothingBehind) {
  const auto body = []() -> Coro<> {
    auto slow = create_task(number_after(1h, 1));
    for (int i = 0; i < 100; ++i) {
      co_await sim::wait(WaitOptions(1s), slow);
      EXPECT_FALSE(slow.done());
    }
    EXPECT_EQ(sim::uptime(), 100s);
    EXPECT_EQ(co_await slow, 1);
  };
  sim::run(body());
}

}  // namespace
