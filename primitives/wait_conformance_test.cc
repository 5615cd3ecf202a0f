// wait() and shield(): what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "primitives/internal/test_coroutines.h"
#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Future;
using sim::ReturnWhen;
using sim::Task;
using sim::WaitOptions;
using sim::create_task;
using sim::shield;
using sim::test::fails_after;
using testing::ElementsAre;
using testing::IsEmpty;

Coro<> sleeps(sim::Duration d) { co_await sim::sleep(d); }
template <class T = void>
Future<T> make_future() {
  return sim::running_loop().create_future<T>();
}

TEST(Wait, ForWhatHasEndedReturnsAtOnce) {
  const auto body = []() -> Coro<> {
    std::vector<Task<>> tasks{create_task(sleeps(150ms)), create_task(sleeps(100ms))};
    for (int i = 0; i < 2; ++i) {
      auto [done, pending] = co_await sim::wait(tasks);
      EXPECT_THAT(done, ElementsAre(tasks[0], tasks[1]));
      EXPECT_THAT(pending, IsEmpty());
      EXPECT_EQ(sim::uptime(), 150ms);
    }
  };
  sim::run(body());
}

TEST(Wait, WhatEndsBeforeTheWaiterResumesIsDoneToo) {
  const auto body = []() -> Coro<> {
    const auto yields = [](int n) -> Coro<> {
      for (int i = 0; i < n; ++i) co_await sim::yield();
    };
    auto a = create_task(yields(1));
    auto b = create_task(yields(2));
    auto [done, pending] = co_await sim::wait(ReturnWhen::first_completed, b, a);
    EXPECT_THAT(done, ElementsAre(b, a));
    EXPECT_THAT(pending, IsEmpty());
  };
  sim::run(body());
}

TEST(Wait, FirstExceptionReturnsForATaskThatFailsAtOnce) {
  const auto body = []() -> Coro<> {
    const auto fails = []() -> Coro<> {
      throw std::runtime_error("failed");
      co_return;
    };
    auto slow = create_task(sleeps(10s));
    auto failing = create_task(fails());
    auto [done, pending] = co_await sim::wait(ReturnWhen::first_exception, failing, slow);
    EXPECT_THAT(done, ElementsAre(failing));
    EXPECT_THAT(pending, ElementsAre(slow));
    EXPECT_EQ(sim::uptime(), 0s);
    EXPECT_NE(failing.exception(), nullptr);
    co_await slow;
  };
  sim::run(body());
}

TEST(Wait, FirstExceptionReturnsForATaskThatFailsMeanwhile) {
  const auto body = []() -> Coro<> {
    auto slow = create_task(sleeps(10s));
    auto failing = create_task(fails_after(10ms));
    auto [done, pending] = co_await sim::wait(ReturnWhen::first_exception, failing, slow);
    EXPECT_THAT(done, ElementsAre(failing));
    EXPECT_THAT(pending, ElementsAre(slow));
    EXPECT_EQ(sim::uptime(), 10ms);
    EXPECT_NE(failing.exception(), nullptr);
  };
  sim::run(body());
}

TEST(Wait, ForAllAnExceptionIsAnEndLikeAnyOther) {
  const auto body = []() -> Coro<> {
    auto fine = create_task(sleeps(100ms));
    auto failing = create_task(fails_after(150ms));
    for (int i = 0; i < 2; ++i) {
      auto [done, pending] = co_await sim::wait({}, failing, fine);
      EXPECT_EQ(done.size(), 2u);
      EXPECT_THAT(pending, IsEmpty());
      EXPECT_NE(failing.exception(), nullptr);
      EXPECT_EQ(fine.exception(), nullptr);
      EXPECT_EQ(sim::uptime(), 150ms);
    }
  };
  sim::run(body());
}

TEST(Wait, ATaskThatEndsAtTheInstantOfTheTimeoutIsDone) {
  const auto body = []() -> Coro<> {
    auto a = create_task(sleeps(100ms));
    auto b = create_task(sleeps(150ms));
    co_await sim::yield();
    auto [done, pending] = co_await sim::wait(WaitOptions(100ms), b, a);
    EXPECT_THAT(done, ElementsAre(a));
    EXPECT_THAT(pending, ElementsAre(b));
    EXPECT_EQ(sim::uptime(), 100ms);
  };
  sim::run(body());
}

TEST(Wait, TakesAsManyAsThereAre) {
  const auto body = []() -> Coro<> {
    const auto number = [](int n) -> Coro<int> { co_return n; };
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(create_task(number(i)));
    auto [done, pending] = co_await sim::wait(tasks);
    EXPECT_EQ(done.size(), 10u);
    EXPECT_THAT(pending, IsEmpty());
  };
  sim::run(body());
}

TEST(Wait, ThatIsCancelledLeavesWhatItWaitedForRunning) {
  const auto body = []() -> Coro<> {
    int proof = 0;
    auto waiter = make_future();
    const auto inner = [&]() -> Coro<> {
      co_await waiter;
      proof += 1;
    };
    const auto outer = [&]() -> Coro<> {
      co_await sim::wait({}, create_task(inner()));
      proof += 100;
    };
    auto task = create_task(outer());
    co_await sim::yield();
    task.cancel();
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    waiter.set_result();
    co_await sim::yield();
    EXPECT_EQ(proof, 1);
  };
  sim::run(body());
}

TEST(Shield, OfAFutureEndsAsItDoes) {
  const auto body = []() -> Coro<> {
    auto value = make_future<int>();
    auto of_value = shield(value);
    value.set_result(42);
    EXPECT_EQ(co_await of_value, 42);

    auto failing = make_future<int>();
    auto of_failing = shield(failing);
    co_await sim::yield();
    failing.set_exception(std::runtime_error("expected"));
    EXPECT_FALSE(of_failing.done()) << "never inline";
    co_await sim::yield();
    EXPECT_TRUE(of_failing.exception() == failing.exception()) << "the same exception";

    auto cancelled = make_future<int>();
    auto of_cancelled = shield(cancelled);
    co_await sim::yield();
    cancelled.cancel();
    co_await sim::yield();
    EXPECT_TRUE(of_cancelled.cancelled());
  };
  sim::run(body());
}

TEST(Shield, CancelledItLeavesAFuturePending) {
  const auto body = []() -> Coro<> {
    auto inner = make_future<int>();
    auto outer = shield(inner);
    co_await sim::yield();
    EXPECT_TRUE(outer.cancel());
    co_await sim::yield();
    EXPECT_TRUE(outer.cancelled());
    EXPECT_FALSE(inner.done());
    inner.set_result(1);
    co_await sim::yield();
    EXPECT_TRUE(outer.cancelled());
  };
  sim::run(body());
}

TEST(Shield, OfWhatIsDoneIsDone) {
  const auto body = []() -> Coro<> {
    auto future = make_future<int>();
    future.set_result(42);
    auto outer = shield(future);
    EXPECT_TRUE(outer.done());
    EXPECT_EQ(co_await outer, 42);
  };
  sim::run(body());
}

TEST(Shield, TheCoroutineBehindItGoesOnWhenItsWaiterIsCancelled) {
  const auto body = []() -> Coro<> {
    int proof = 0;
    auto waiter = make_future();
    const auto inner = [&]() -> Coro<> {
      co_await waiter;
      proof += 1;
    };
    const auto outer = [&]() -> Coro<> {
      co_await shield(inner());
      proof += 100;
    };
    auto task = create_task(outer());
    co_await sim::yield();
    co_await sim::yield();
    task.cancel();
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    waiter.set_result();
    co_await sim::yield();
    EXPECT_EQ(proof, 1);
  };
  sim::run(body());
}

TEST(Shield, OfAGatherLeavesItsChildren) {
  const auto body = []() -> Coro<> {
    std::vector<Future<int>> children{make_future<int>(), make_future<int>()};
    auto parent = sim::gather(children);
    auto outer = shield(parent);
    co_await sim::yield();
    outer.cancel();
    co_await sim::yield();
    EXPECT_TRUE(outer.cancelled());
    children[0].set_result(1);
    children[1].set_result(2);
    co_await sim::yield();
    EXPECT_THAT(parent.result(), ElementsAre(1, 2));
  };
  sim::run(body());
}

TEST(Shield, InAGatherIsWhatIsCancelled) {
  const auto body = []() -> Coro<> {
    std::vector<Future<int>> children{make_future<int>(), make_future<int>()};
    std::vector<Future<int>> shields{shield(children[0]), shield(children[1])};
    auto parent = sim::gather(shields);
    co_await sim::yield();
    EXPECT_TRUE(parent.cancel());
    co_await sim::yield();
    EXPECT_TRUE(parent.done());
    EXPECT_TRUE(sim::internal::is_cancelled_error(parent.exception()));
    EXPECT_TRUE(shields[0].cancelled() && shields[1].cancelled());
    EXPECT_FALSE(children[0].done() || children[1].done());
    children[0].set_result(1);
    children[1].set_result(2);
    co_await sim::yield();
  };
  sim::run(body());
}

TEST(Shield, OfACoroutineNeedsARun) {
  EXPECT_THROW(static_cast<void>(shield(sleeps(1s))), std::runtime_error);
}

}  // namespace
