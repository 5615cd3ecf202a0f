// Cancellation of tasks: what CPython's own tests show of it and no other test here does
// (docs/conformance.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Future;
using sim::Task;
using sim::create_task;
using sim::test::Findings;
using sim::test::make_future;
using testing::IsEmpty;

Coro<> sleeps_for_10s() { co_await sim::sleep(10s); }

TEST(Cancel, IsCountedBeforeTheFirstStepToo) {
  const auto body = []() -> Coro<> {
    auto task = create_task(sleeps_for_10s());
    EXPECT_EQ(task.cancelling(), 0);
    EXPECT_TRUE(task.cancel());
    EXPECT_EQ(task.cancelling(), 1);
    EXPECT_TRUE(task.cancel());
    EXPECT_EQ(task.cancelling(), 2);
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_FALSE(task.cancel()) << "it has ended";
  };
  sim::run(body());
}

TEST(Cancel, TakenBackByTheTaskItGoesOnUntilTheNext) {
  const auto body = []() -> Coro<> {
    const auto child = []() -> Coro<> {
      const auto slept = co_await sim::settle(sim::sleep(10s));
      EXPECT_TRUE(slept.cancelled());
      sim::current_task().uncancel();
      co_await sim::sleep(10s);
    };
    auto task = create_task(child());
    co_await sim::sleep(10ms);
    EXPECT_TRUE(task.cancel());
    EXPECT_EQ(task.cancelling(), 1);
    EXPECT_FALSE(task.cancelled());
    co_await sim::sleep(10ms);
    EXPECT_EQ(task.cancelling(), 0);
    EXPECT_FALSE(task.done());
    EXPECT_TRUE(task.cancel());
    EXPECT_EQ(task.cancelling(), 1);
    EXPECT_FALSE(task.cancelled());
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    task.uncancel();
    EXPECT_TRUE(task.cancelled()) << "an end is an end";
    EXPECT_TRUE(task.done());
  };
  sim::run(body());
}

// A block with a limit made by hand of a timer, cancel() and uncancel(), as libraries did before
// there was timeout(). Whether the limit came.
Coro<bool> limited_by_hand(sim::Duration sleep, sim::Duration limit) {
  const auto self = sim::current_task();
  bool came = false;
  const auto timer = sim::running_loop().call_later(limit, [&] {
    came = true;
    self.cancel();
  });
  const auto slept = co_await sim::settle(sim::sleep(sleep));
  timer.cancel();
  EXPECT_EQ(slept.cancelled(), came);
  if (came) {
    EXPECT_EQ(self.uncancel(), 0) << "nobody else has asked";
  }
  co_await sim::yield();  // the code behind the block runs on
  co_return came;
}

TEST(Cancel, ABlockThatTakesItsOwnBackLeavesItsTaskAlone) {
  const auto body = []() -> Coro<> {
    auto late = create_task(limited_by_hand(10s, 100ms));
    EXPECT_TRUE(co_await late);
    EXPECT_EQ(late.cancelling(), 0);
    auto in_time = create_task(limited_by_hand(0s, 10s));
    EXPECT_FALSE(co_await in_time);
    EXPECT_EQ(in_time.cancelling(), 0);
  };
  sim::run(body());
}

TEST(Cancel, TakenBackInTheWakeUpWindowTheResultArrives) {
  const auto body = []() -> Coro<> {
    auto future = make_future<int>();
    const auto child = [&]() -> Coro<int> { co_return co_await future; };
    auto task = create_task(child());
    co_await sim::yield();
    future.set_result(42);
    task.cancel();
    EXPECT_EQ(task.cancelling(), 1);
    EXPECT_EQ(task.uncancel(), 0);
    EXPECT_EQ(co_await task, 42);
  };
  sim::run(body());
}

TEST(Cancel, BetweenTwoYieldsEndsTheTask) {
  const auto body = []() -> Coro<> {
    const auto child = []() -> Coro<int> {
      co_await sim::yield();
      co_await sim::yield();
      co_return 12;
    };
    auto task = create_task(child());
    co_await sim::yield();
    task.cancel();
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_FALSE(task.cancel());
  };
  sim::run(body());
}

Coro<int> wait_and_return(Future<> future) {
  co_await future;
  co_return 12;
}

TEST(Cancel, OfTheFutureATaskAwaitsEndsTheTask) {
  const auto body = []() -> Coro<> {
    auto future = make_future();
    auto task = create_task(wait_and_return(future));
    co_await sim::yield();
    future.cancel("gone");
    EXPECT_EQ(co_await sim::test::cancellation_of(task), "gone");
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 0) << "nobody asked it of the task";
  };
  sim::run(body());
}

TEST(Cancel, OfBothATaskAndItsFutureIsOne) {
  const auto body = []() -> Coro<> {
    auto future = make_future();
    auto task = create_task(wait_and_return(future));
    co_await sim::yield();
    future.cancel();
    EXPECT_TRUE(task.cancel());
    co_await sim::settle(task);
    EXPECT_TRUE(task.done());
    EXPECT_TRUE(future.cancelled());
    EXPECT_TRUE(task.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, ReachesTheFutureTheTaskAwaitsNow) {
  const auto body = []() -> Coro<> {
    auto first = make_future();
    auto second = make_future();
    const auto child = [&]() -> Coro<int> {
      co_await first;
      const auto ended = co_await sim::settle(second);
      EXPECT_TRUE(ended.cancelled());
      co_return 42;
    };
    auto task = create_task(child());
    co_await sim::yield();
    first.set_result();
    co_await sim::yield();
    task.cancel();
    EXPECT_TRUE(second.cancelled()) << "at once";
    EXPECT_EQ(co_await task, 42);
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, SwallowedItLeavesTheNextAwaitAlone) {
  const auto body = []() -> Coro<> {
    auto first = make_future();
    auto second = make_future();
    auto third = make_future<int>();
    const auto child = [&]() -> Coro<int> {
      co_await first;
      co_await sim::settle(second);
      co_return co_await third;
    };
    auto task = create_task(child());
    co_await sim::yield();
    first.set_result();
    co_await sim::yield();
    task.cancel();
    EXPECT_TRUE(second.cancelled());
    co_await sim::yield();
    EXPECT_FALSE(third.done());
    third.set_result(42);
    EXPECT_EQ(co_await task, 42);
    EXPECT_FALSE(third.cancelled());
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, OfATaskThatThenAwaitsAnotherCancelsThatAndItsFuture) {
  const auto body = []() -> Coro<> {
    auto future = make_future();
    Task<int> nested;
    const auto child = [&]() -> Coro<> {
      nested = create_task(wait_and_return(future));
      co_await sim::yield();
      sim::current_task().cancel();
      co_await nested;
    };
    auto task = create_task(child());
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_TRUE(nested.cancelled());
    EXPECT_TRUE(future.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, AnExceptionInAnswerToItIsTheTasks) {
  const auto body = []() -> Coro<> {
    const auto child = []() -> Coro<> {
      const auto slept = co_await sim::settle(sleeps_for_10s());
      if (slept.cancelled()) throw 7;
    };
    auto task = create_task(child());
    co_await sim::yield();
    task.cancel();
    EXPECT_FALSE(task.done());
    co_await sim::yield();
    EXPECT_TRUE(task.done());
    EXPECT_FALSE(task.cancelled());
    EXPECT_THROW(task.result(), int);
  };
  sim::run(body());
}

TEST(Cancel, PassesThroughTheCoroutinesFromTheInside) {
  const auto body = []() -> Coro<> {
    int proof = 0;
    auto waiter = make_future();
    const auto inner = [&]() -> Coro<> {
      const auto ended = co_await sim::settle(waiter);
      if (ended.cancelled()) proof += 1;
      ended.value();
    };
    const auto outer = [&]() -> Coro<> {
      const auto ended = co_await sim::settle(inner());
      proof += ended.cancelled() ? 100 : 10;
    };
    auto task = create_task(outer());
    co_await sim::yield();
    task.cancel();
    co_await task;
    EXPECT_EQ(proof, 101);
    EXPECT_TRUE(waiter.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, OfOneThatHasFailedCountsAsALookAtItsException) {
  Findings findings;
  const auto body = []() -> Coro<> {
    const auto fails = []() -> Coro<> {
      throw std::runtime_error("unseen");
      co_return;
    };
    {
      auto task = create_task(fails());
      co_await sim::sleep(50ms);
      EXPECT_FALSE(task.cancel());
    }
    auto future = make_future();
    future.set_exception(std::runtime_error("unseen"));
    EXPECT_FALSE(future.cancel());
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

}  // namespace
