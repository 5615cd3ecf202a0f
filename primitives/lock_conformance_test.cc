// Locks and events: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Event;
using sim::Future;
using sim::Lock;
using sim::test::Log;
using testing::ElementsAre;
using testing::IsEmpty;

// Takes the lock and keeps it.
Coro<> take(Lock& lock, const char* name, Log& log) {
  co_await lock.acquire();
  log.push_back(name);
}
Coro<> hold_until(Lock& lock, Future<> end) {
  auto guard = co_await lock.guard();
  co_await end;
}
Coro<> pass(Lock& lock) { auto guard = co_await lock.guard(); }

template <class P>
constexpr bool kAwaited = sim::internal::Awaitable<P&>;

TEST(Lock, NoPrimitiveIsAwaitedItself) {
  EXPECT_FALSE(kAwaited<Lock>);
  EXPECT_FALSE(kAwaited<sim::Condition>);
  EXPECT_FALSE(kAwaited<Event>);
  EXPECT_FALSE(kAwaited<sim::Semaphore>);
  EXPECT_FALSE(kAwaited<sim::BoundedSemaphore>);
  EXPECT_FALSE(kAwaited<sim::Queue<int>>);
}

TEST(Lock, EachReleaseLetsOneWaiterInAndANewcomerIsLast) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    co_await lock.acquire();
    auto a = create_task(take(lock, "a", log));
    auto b = create_task(take(lock, "b", log));
    co_await sim::yield();
    EXPECT_THAT(log, IsEmpty());
    lock.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a"));
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a")) << "it has not been released";
    auto c = create_task(take(lock, "c", log));
    lock.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a", "b"));
    lock.release();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a", "b", "c"));
    EXPECT_TRUE(a.done() && b.done() && c.done());
    lock.release();
  };
  sim::run(body());
}

TEST(Lock, ACancelledAcquireLeavesNoWaiterBehind) {
  const auto body = []() -> Coro<> {
    Lock lock;
    co_await lock.acquire();
    auto waiter = create_task(lock.acquire());
    sim::running_loop().call_soon([waiter] { waiter.cancel("enough"); });
    EXPECT_EQ(co_await sim::test::cancellation_of(waiter), "enough");
    EXPECT_TRUE(lock.locked());
    lock.release();
    EXPECT_FALSE(lock.locked());
    const auto acquire = [&]() -> Coro<> { co_await pass(lock); };
    EXPECT_EQ(co_await sim::test::iterations(acquire), 0);
  };
  sim::run(body());
}

TEST(Lock, AReleaseThatMeetsACancelledHeadReachesTheNextThroughIt) {
  const auto body = []() -> Coro<> {
    Lock lock;
    auto end = sim::running_loop().create_future<>();
    auto a = create_task(hold_until(lock, end));
    co_await sim::yield();
    EXPECT_TRUE(lock.locked());
    auto b = create_task(pass(lock));
    co_await sim::yield();
    auto c = create_task(pass(lock));
    co_await sim::yield();
    end.set_result();
    b.cancel();
    co_await sim::yield();  // a releases while b, cancelled, still stands at the head
    EXPECT_FALSE(lock.locked());
    EXPECT_TRUE(a.done());
    EXPECT_TRUE(b.cancelled());
    EXPECT_FALSE(c.done());
    co_await c;
  };
  sim::run(body());
}

TEST(Lock, ACancellationInTheStepOfTheReleaseLetsTheNextIn) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    co_await lock.acquire();
    auto a = create_task(take(lock, "a", log));
    auto b = create_task(take(lock, "b", log));
    auto c = create_task(take(lock, "c", log));
    co_await sim::yield();
    sim::running_loop().call_soon([&] {
      a.cancel();
      lock.release();
    });
    co_await sim::settle(a);
    EXPECT_TRUE(a.cancelled());
    EXPECT_TRUE(b.done());
    EXPECT_THAT(log, ElementsAre("b"));
    c.cancel();
    co_await sim::yield();
    EXPECT_TRUE(c.cancelled());
    lock.release();
  };
  sim::run(body());
}

TEST(Lock, ANewcomerTakesItWhereEveryWaiterIsCancelled) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    co_await lock.acquire();
    auto cancelled = create_task(take(lock, "cancelled", log));
    co_await sim::yield();
    auto newcomer = create_task(take(lock, "newcomer", log));
    cancelled.cancel();
    lock.release();
    co_await sim::yield();
    EXPECT_TRUE(lock.locked());
    EXPECT_TRUE(cancelled.cancelled());
    EXPECT_THAT(log, ElementsAre("newcomer"));
    co_await newcomer;
    lock.release();
  };
  sim::run(body());
}

TEST(Lock, ReleasedWithoutWaitersItIsFree) {
  const auto body = []() -> Coro<> {
    Lock lock;
    EXPECT_FALSE(lock.locked());
    co_await lock.acquire();
    EXPECT_TRUE(lock.locked());
    lock.release();
    EXPECT_FALSE(lock.locked());
  };
  sim::run(body());
}

// Whether what a guard holds is held in its scope, also across a suspension, and not after it.
template <class P>
Coro<> hold_and_let_go(P& primitive) {
  EXPECT_FALSE(primitive.locked());
  {
    auto guard = co_await primitive.guard();
    EXPECT_TRUE(primitive.locked());
    co_await sim::sleep(10ms);
    EXPECT_TRUE(primitive.locked());
  }
  EXPECT_FALSE(primitive.locked());
}

TEST(Lock, AGuardOfAnyPrimitiveHoldsItAcrossASuspension) {
  const auto body = []() -> Coro<> {
    Lock lock;
    co_await hold_and_let_go(lock);
    sim::Condition condition;
    co_await hold_and_let_go(condition);
    sim::Semaphore semaphore;
    co_await hold_and_let_go(semaphore);
    sim::BoundedSemaphore bounded;
    co_await hold_and_let_go<sim::Semaphore>(bounded);
  };
  sim::run(body());
}

Coro<> wait_and_log(Event& event, const char* name, Log& log) {
  co_await event.wait();
  log.push_back(name);
}

TEST(Event, WhoComesAfterTheSetPassesAheadOfThoseItWakes) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Event event;
    EXPECT_FALSE(event.is_set());
    auto a = create_task(wait_and_log(event, "a", log));
    auto b = create_task(wait_and_log(event, "b", log));
    co_await sim::yield();
    EXPECT_THAT(log, IsEmpty());
    auto c = create_task(wait_and_log(event, "c", log));
    event.set();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("c", "a", "b"));
    EXPECT_TRUE(a.done() && b.done() && c.done());
  };
  sim::run(body());
}

TEST(Event, ACancelledWaiterLeavesNothingBehind) {
  const auto body = []() -> Coro<> {
    Event event;
    auto waiter = create_task(event.wait());
    sim::running_loop().call_soon([waiter] { waiter.cancel("enough"); });
    EXPECT_EQ(co_await sim::test::cancellation_of(waiter), "enough");
    event.set();
    EXPECT_TRUE(event.is_set());
  };
  sim::Runner runner;
  runner.run(body());
}

TEST(Event, SetClearedAndSetTwiceItWakesAWaiterOnce) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Event event;
    auto waiter = create_task(wait_and_log(event, "woken", log));
    co_await sim::yield();
    event.set();
    event.clear();
    EXPECT_FALSE(event.is_set());
    event.set();
    event.set();
    EXPECT_THAT(log, IsEmpty()) << "nobody resumes inside set()";
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("woken"));
    EXPECT_TRUE(waiter.done());
  };
  sim::run(body());
}

}  // namespace
