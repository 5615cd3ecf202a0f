// Conditions: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Condition;
using sim::Coro;
using sim::create_task;
using sim::Lock;
using sim::Task;
using sim::test::Log;
using testing::ElementsAre;
using testing::IsEmpty;

// Waits, and keeps the lock.
Coro<> wait_and_keep(Condition& condition, const char* name, Log& log) {
  co_await condition.acquire();
  co_await condition.wait();
  log.push_back(name);
}
Coro<> wait_and_log(Condition& condition, const char* name, Log& log) {
  auto guard = co_await condition.guard();
  co_await condition.wait();
  log.push_back(name);
}

TEST(Condition, ANotifiedWaiterWaitsForTheLockAndKeepsIt) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Condition condition;
    auto a = create_task(wait_and_keep(condition, "a", log));
    auto b = create_task(wait_and_keep(condition, "b", log));
    auto c = create_task(wait_and_keep(condition, "c", log));
    co_await sim::yield();
    EXPECT_FALSE(condition.locked()) << "wait() has released it";
    co_await condition.acquire();
    condition.notify();
    co_await sim::yield();
    EXPECT_THAT(log, IsEmpty()) << "the lock is held";
    condition.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a"));
    EXPECT_TRUE(condition.locked());
    condition.notify(2);
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a"));
    condition.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a", "b"));
    condition.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a", "b", "c"));
    EXPECT_TRUE(condition.locked());
    EXPECT_TRUE(a.done() && b.done() && c.done());
    condition.release();
  };
  sim::run(body());
}

TEST(Condition, ACancelledWaitLeavesNoWaiterBehindAndHoldsTheLock) {
  const auto body = []() -> Coro<> {
    Condition condition;
    co_await condition.acquire();
    auto waiter = create_task(condition.wait());
    sim::running_loop().call_soon([waiter] { waiter.cancel("enough"); });
    EXPECT_EQ(co_await sim::test::cancellation_of(waiter), "enough");
    EXPECT_TRUE(condition.locked());
    condition.notify_all();  // of nobody
    condition.release();
  };
  sim::run(body());
}

TEST(Condition, CancelledAsTheLockIsReleasedItStillEndsWithTheLock) {
  const auto body = []() -> Coro<> {
    Condition condition;
    co_await condition.acquire();
    auto waiter = create_task(condition.wait());
    co_await sim::yield();
    EXPECT_FALSE(condition.locked());
    co_await condition.acquire();
    condition.notify();
    sim::running_loop().call_soon([waiter] { waiter.cancel(); });
    sim::running_loop().call_soon([&condition] { condition.release(); });
    co_await sim::settle(waiter);
    EXPECT_TRUE(condition.locked());
    condition.release();
  };
  sim::run(body());
}

TEST(Condition, CancelledWhileItAcquiresAfterANotifyItIsThrownOut) {
  const auto body = []() -> Coro<> {
    Condition condition;
    bool waited = false;
    const auto waits = [&]() -> Coro<> {
      auto guard = co_await condition.guard();
      waited = true;
      co_await condition.wait();
    };
    auto waiter = create_task(waits());
    co_await sim::yield();
    co_await condition.acquire();
    condition.notify();
    co_await sim::yield();
    waiter.cancel();
    co_await sim::yield();
    EXPECT_FALSE(waiter.done()) << "the lock comes first";
    condition.release();
    co_await sim::yield();
    EXPECT_TRUE(waiter.cancelled());
    EXPECT_TRUE(waited);
    EXPECT_FALSE(condition.locked());
  };
  sim::run(body());
}

TEST(Condition, WaitForGoesOnWaitingWhereTheNotificationCameTooEarly) {
  const auto body = []() -> Coro<> {
    Condition condition;
    bool ready = false;
    bool done = false;
    const auto waits = [&]() -> Coro<> {
      auto guard = co_await condition.guard();
      co_await condition.wait_for([&] { return ready; });
      done = true;
    };
    const auto notify = [&]() -> Coro<> {
      auto guard = co_await condition.guard();
      condition.notify();
    };
    auto waiter = create_task(waits());
    co_await sim::yield();
    co_await notify();
    co_await sim::yield();
    EXPECT_FALSE(done);
    ready = true;
    co_await notify();
    co_await sim::yield();
    EXPECT_TRUE(done);
    EXPECT_TRUE(waiter.done());
  };
  sim::run(body());
}

TEST(Condition, WaitForNeedsTheLockOnlyWhereItHasToWait) {
  const auto body = []() -> Coro<> {
    Condition condition;
    co_await condition.wait_for([] { return true; });
    const auto never = [] { return false; };
    const auto ended = co_await sim::settle(condition.wait_for(never));
    EXPECT_THROW(ended.value(), std::runtime_error);
  };
  sim::run(body());
}

TEST(Condition, TwoNotificationsUnderOneHoldAddUp) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Condition condition;
    auto a = create_task(wait_and_log(condition, "a", log));
    auto b = create_task(wait_and_log(condition, "b", log));
    auto c = create_task(wait_and_log(condition, "c", log));
    co_await sim::yield();
    EXPECT_THAT(log, IsEmpty());
    co_await condition.acquire();
    condition.notify(1);
    condition.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a"));
    co_await condition.acquire();
    condition.notify(1);
    condition.notify(2048);
    condition.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a", "b", "c"));
    EXPECT_TRUE(a.done() && b.done() && c.done());
  };
  sim::run(body());
}

TEST(Condition, ItsGuardHoldsTheLockItWasGiven) {
  const auto body = []() -> Coro<> {
    Lock lock;
    Condition condition(lock);
    EXPECT_FALSE(lock.locked() || condition.locked());
    {
      auto guard = co_await condition.guard();
      EXPECT_TRUE(lock.locked() && condition.locked());
    }
    EXPECT_FALSE(lock.locked() || condition.locked());
    {
      auto guard = co_await lock.guard();
      EXPECT_TRUE(lock.locked() && condition.locked());
    }
    EXPECT_FALSE(lock.locked() || condition.locked());
  };
  sim::run(body());
}

TEST(Condition, AWaitMayHaveALimit) {
  const auto body = []() -> Coro<> {
    Condition condition;
    auto guard = co_await condition.guard();
    const auto ended = co_await sim::settle(sim::wait_for(condition.wait(), 500ms));
    EXPECT_THROW(ended.value(), sim::TimeoutError);
    EXPECT_EQ(sim::uptime(), 500ms);
    EXPECT_TRUE(condition.locked());
  };
  sim::run(body());
}

// Waits for `ready`; what the CancelledError says.
Coro<std::string> wait_for(Condition& condition, const bool& ready) {
  auto guard = co_await condition.guard();
  co_return co_await sim::test::cancellation_of(condition.wait_for([&] { return ready; }));
}

TEST(Condition, TheMessageOfACancellationComesThroughWaitFor) {
  const auto body = []() -> Coro<> {
    Condition condition;
    bool ready = false;
    auto waiter = create_task(wait_for(condition, ready));
    co_await sim::yield();
    waiter.cancel("foo");
    EXPECT_EQ(co_await waiter, "foo");
  };
  sim::run(body());
}

TEST(Condition, TheMessageOfACancellationWhileItAcquiresComesThroughWaitFor) {
  const auto body = []() -> Coro<> {
    Condition condition;
    bool ready = false;
    auto waiter = create_task(wait_for(condition, ready));
    co_await sim::yield();
    co_await condition.acquire();
    ready = true;
    condition.notify();
    co_await sim::yield();
    waiter.cancel("foo");
    condition.release();
    EXPECT_EQ(co_await waiter, "foo");
  };
  sim::run(body());
}

// Two consumers, of which the one that was notified is cancelled, before or after it stands at the
// lock: the notification reaches the other.
Coro<> cancel_the_notified(bool at_the_lock) {
  Condition condition;
  int state = 0;
  const auto consume = [&]() -> Coro<> {
    auto guard = co_await condition.guard();
    for (;;) {
      co_await condition.wait_for([&] { return state != 0; });
      if (state < 0) co_return;
      --state;
    }
  };
  auto first = create_task(consume());
  auto second = create_task(consume());
  co_await sim::yield();
  {
    auto guard = co_await condition.guard();
    ++state;
    condition.notify(1);
    if (at_the_lock) co_await sim::yield();
    first.cancel();
    const auto consumed = [&](sim::Timeout&) -> Coro<> {
      co_await condition.wait_for([&] { return state == 0; });
    };
    const auto ended = co_await sim::settle(sim::timeout(10ms, consumed));
    static_cast<void>(ended);  // nobody notifies when it has been consumed
    EXPECT_EQ(state, 0);
    state = -1;
    condition.notify_all();
  }
  co_await second;
  EXPECT_TRUE(first.cancelled());
}

TEST(Condition, ANotifiedConsumerThatIsCancelledPassesTheNotificationOn) {
  sim::run(cancel_the_notified(false));
}

TEST(Condition, ANotifiedConsumerThatIsCancelledAtTheLockPassesTheNotificationOn) {
  sim::run(cancel_the_notified(true));
}

}  // namespace
