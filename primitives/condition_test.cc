#include "primitives/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Condition;
using sim::Coro;
using sim::create_task;
using sim::Lock;
using sim::test::Log;
using testing::ElementsAre;
using testing::HasSubstr;

Coro<> wait(Condition& condition, const char* name, Log& log) {
  auto guard = co_await condition.guard();
  co_await condition.wait();
  EXPECT_TRUE(condition.locked());
  log.push_back(name);
}

Coro<> notify(Condition& condition, std::size_t n) {
  auto guard = co_await condition.guard();
  condition.notify(n);
}

TEST(Condition, NotifyWakesAsManyAsItSaysInTheOrderTheyCame) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Condition condition;
    auto a = create_task(wait(condition, "a", log));
    auto b = create_task(wait(condition, "b", log));
    auto c = create_task(wait(condition, "c", log));
    co_await sim::yield();
    co_await notify(condition, 0);
    co_await sim::sleep(1s);
    EXPECT_THAT(log, ElementsAre());
    co_await notify(condition, 2);
    co_await sim::sleep(1s);
    EXPECT_THAT(log, ElementsAre("a", "b"));
    co_await notify(condition, 7);
    co_await c;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b", "c"));
}

TEST(Condition, NotifyAllWakesAll) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Condition condition;
    auto a = create_task(wait(condition, "a", log));
    auto b = create_task(wait(condition, "b", log));
    co_await sim::yield();
    {
      auto guard = co_await condition.guard();
      condition.notify_all();
    }
    co_await sim::gather(a, b);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b"));
}

TEST(Condition, NotifyingNobodyIsForgotten) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Condition condition;
    co_await notify(condition, 1);
    auto late = create_task(wait(condition, "late", log));
    co_await sim::sleep(1s);
    EXPECT_FALSE(late.done());
    co_await notify(condition, 1);
    co_await late;
  };
  sim::run(body());
}

TEST(Condition, WaitForReturnsWhenItsPredicateHolds) {
  const auto body = []() -> Coro<> {
    Condition condition;
    int items = 0;
    int asked = 0;
    const auto consume = [&]() -> Coro<> {
      auto guard = co_await condition.guard();
      co_await condition.wait_for([&] {
        EXPECT_TRUE(condition.locked());
        ++asked;
        return items >= 2;
      });
      EXPECT_EQ(items, 2);
    };
    auto consumer = create_task(consume());
    for (int i = 0; i < 2; ++i) {
      co_await sim::sleep(1s);
      auto guard = co_await condition.guard();
      ++items;
      condition.notify();
    }
    co_await consumer;
    EXPECT_EQ(asked, 3);
    auto guard = co_await condition.guard();
    co_await condition.wait_for([] { return true; });  // does not suspend
  };
  sim::run(body());
}

TEST(Condition, APredicateMayThrowAndTheLockIsStillHeld) {
  const auto body = []() -> Coro<> {
    Condition condition;
    const auto waits = [&]() -> Coro<> {
      auto guard = co_await condition.guard();
      const auto throws = []() -> bool { throw 1; };
      const auto ended = co_await sim::settle(condition.wait_for(throws));
      EXPECT_THROW(ended.value(), int);
      EXPECT_TRUE(condition.locked());
    };
    co_await waits();
    EXPECT_FALSE(condition.locked());
  };
  sim::run(body());
}

TEST(Condition, TwoOfThemMayShareALock) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    Condition full(lock);
    Condition empty(lock);
    auto a = create_task(wait(full, "full", log));
    auto b = create_task(wait(empty, "empty", log));
    co_await sim::yield();
    {
      auto guard = co_await lock.guard();
      EXPECT_TRUE(full.locked());
      empty.notify();
    }
    co_await b;
    EXPECT_FALSE(a.done());
    co_await notify(full, 1);
    co_await a;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("empty", "full"));
}

TEST(Condition, MisuseThrows) {
  const auto body = []() -> Coro<> {
    Condition condition;
    const auto ended = co_await sim::settle(condition.wait());
    EXPECT_THROW(ended.value(), std::runtime_error);
    EXPECT_THROW(condition.notify(), std::runtime_error);
    EXPECT_THROW(condition.notify_all(), std::runtime_error);
    EXPECT_THROW(condition.release(), std::runtime_error);
  };
  sim::run(body());
}

TEST(Condition, ACancelledWaiterHoldsTheLockWhenItIsThrownOut) {
  const auto body = []() -> Coro<> {
    Condition condition;
    bool held = false;
    const auto waits = [&]() -> Coro<> {
      auto guard = co_await condition.guard();
      const auto ended = co_await sim::settle(condition.wait());
      EXPECT_TRUE(ended.cancelled());
      held = condition.locked();
    };
    auto waiter = create_task(waits());
    co_await sim::yield();
    auto guard = co_await condition.guard();
    waiter.cancel();
    co_await sim::sleep(1s);
    EXPECT_FALSE(held) << "it waits for the lock";
    guard.release();
    co_await waiter;
    EXPECT_TRUE(held);
    EXPECT_FALSE(condition.locked());
  };
  sim::run(body());
}

TEST(Condition, OfSeveralCancellationsTheLastOneIsThrown) {
  const auto body = []() -> Coro<> {
    Condition condition;
    const auto waits = [&]() -> Coro<std::string> {
      auto guard = co_await condition.guard();
      co_return co_await sim::test::cancellation_of(condition.wait());
    };
    auto waiter = create_task(waits());
    co_await sim::yield();
    auto guard = co_await condition.guard();
    waiter.cancel("first");
    co_await sim::sleep(1s);
    waiter.cancel("second");
    co_await sim::sleep(1s);
    guard.release();
    EXPECT_EQ(co_await waiter, "second");
    EXPECT_EQ(waiter.cancelling(), 2);
  };
  sim::run(body());
}

TEST(Condition, AWaiterThatLeavesWithACancellationPassesTheNotificationOn) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Condition condition;
    auto a = create_task(wait(condition, "a", log));
    auto b = create_task(wait(condition, "b", log));
    co_await sim::yield();
    co_await notify(condition, 1);
    a.cancel();
    co_await b;
    EXPECT_TRUE(a.cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("b"));
}

TEST(Condition, AWaiterThatLeavesWithACancellationWakesNoMoreThanOne) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Condition condition;
    auto a = create_task(wait(condition, "a", log));
    auto b = create_task(wait(condition, "b", log));
    auto c = create_task(wait(condition, "c", log));
    co_await sim::yield();
    a.cancel();
    co_await sim::sleep(1s);
    EXPECT_TRUE(a.cancelled());
    EXPECT_THAT(log, ElementsAre("b")) << "it may have been notified";
    co_await notify(condition, 1);
    co_await c;
  };
  sim::run(body());
}

TEST(Condition, ADeadlockReportNamesIt) {
  const auto body = []() -> Coro<> {
    Condition condition;
    auto guard = co_await condition.guard();
    co_await condition.wait();
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("main waits for Condition made at"));
  }
}

}  // namespace
