// Semaphores: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/semaphore.h"

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
using sim::Semaphore;
using sim::Task;
using sim::test::Log;
using testing::ElementsAre;

Coro<> take(Semaphore& semaphore, const char* name, Log& log) {
  co_await semaphore.acquire();
  log.push_back(name);
}

TEST(Semaphore, PermitsAreGivenOutUntilThereAreNoneAndThenOneARelease) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(3);
    co_await semaphore.acquire();
    co_await semaphore.acquire();
    EXPECT_FALSE(semaphore.locked());
    auto a = create_task(take(semaphore, "a", log));
    auto b = create_task(take(semaphore, "b", log));
    auto c = create_task(take(semaphore, "c", log));
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("a"));
    EXPECT_TRUE(semaphore.locked());
    EXPECT_EQ(semaphore.value(), 0);
    auto d = create_task(take(semaphore, "d", log));
    semaphore.release();
    semaphore.release();
    EXPECT_EQ(semaphore.value(), 0) << "both permits have gone to waiters";
    co_await sim::yield();
    EXPECT_EQ(semaphore.value(), 0);
    EXPECT_TRUE(semaphore.locked());
    EXPECT_THAT(log, ElementsAre("a", "b", "c"));
    EXPECT_FALSE(d.done());
    semaphore.release();
    co_await sim::gather(a, b, c, d);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b", "c", "d"));
}

TEST(Semaphore, ACancelledAcquireLeavesNoWaiterBehind) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore;
    co_await semaphore.acquire();
    auto waiter = create_task(semaphore.acquire());
    sim::running_loop().call_soon([waiter] { waiter.cancel("enough"); });
    EXPECT_EQ(co_await sim::test::cancellation_of(waiter), "enough");
    semaphore.release();
    EXPECT_EQ(semaphore.value(), 1) << "the permit goes to nobody";
    EXPECT_FALSE(semaphore.locked());
  };
  sim::run(body());
}

TEST(Semaphore, TheReleaseSkipsThoseCancelledBeforeItAndWakesOne) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(0);
    auto a = create_task(take(semaphore, "a", log));
    auto b = create_task(take(semaphore, "b", log));
    auto c = create_task(take(semaphore, "c", log));
    auto d = create_task(take(semaphore, "d", log));
    co_await sim::yield();
    a.cancel();
    b.cancel();
    semaphore.release();
    co_await sim::yield();
    co_await sim::yield();
    EXPECT_THAT(log, ElementsAre("c"));
    EXPECT_FALSE(d.done());
    d.cancel();
    co_await sim::yield();
    EXPECT_TRUE(d.cancelled());
  };
  sim::run(body());
}

TEST(Semaphore, CancelledBeforeTheReleaseTheOtherGetsThePermitAndItIsLocked) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore(0);
    auto cancelled = create_task(semaphore.acquire());
    auto other = create_task(semaphore.acquire());
    co_await sim::yield();
    cancelled.cancel();
    semaphore.release();
    co_await sim::yield();
    co_await sim::yield();
    EXPECT_TRUE(semaphore.locked());
    EXPECT_TRUE(other.done());
    EXPECT_TRUE(cancelled.cancelled());
  };
  sim::run(body());
}

TEST(Semaphore, APermitGivenToOneThatIsCancelledInTheSameStepIsNotLost) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore(1);
    std::optional<Task<>> second;
    const auto hold = [&]() -> Coro<> {
      {
        auto permit = co_await semaphore.guard();
        co_await sim::yield();
      }
      second->cancel();
    };
    const auto never = [&]() -> Coro<> {
      auto permit = co_await semaphore.guard();
      ADD_FAILURE() << "it was cancelled";
    };
    auto first = create_task(hold());
    second = create_task(never());
    auto [a, b] = co_await sim::gather_settled(first, *second);
    EXPECT_TRUE(a.has_value());
    EXPECT_TRUE(b.cancelled());
    co_await sim::wait_for(semaphore.acquire(), 1s);
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(Semaphore, ReleasedWithoutWaitersItIsFree) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore;
    co_await semaphore.acquire();
    EXPECT_TRUE(semaphore.locked());
    semaphore.release();
    EXPECT_FALSE(semaphore.locked());
  };
  sim::run(body());
}

TEST(Semaphore, WhoReleasesAndAsksAgainGoesToTheEndOfTheLine) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(1);
    const auto twice = [&](std::string name) -> Coro<> {
      for (const char* round : {"1", "2"}) {
        co_await semaphore.acquire();
        log.push_back(name + round);
        co_await sim::sleep(10ms);
        semaphore.release();
      }
    };
    co_await sim::gather(twice("a"), twice("b"), twice("c"));
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a1", "b1", "c1", "a2", "b2", "c2"));
}

TEST(Semaphore, WhoReleasesAndAsksInOneStepIsBehindThoseWhoWait) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(1);
    const auto again = [&]() -> Coro<> {
      co_await take(semaphore, "b", log);
      semaphore.release();
      co_await take(semaphore, "b again", log);
    };
    auto a = create_task(take(semaphore, "a", log));
    auto b = create_task(again());
    auto c = create_task(take(semaphore, "c", log));
    co_await sim::yield();
    semaphore.release();
    semaphore.release();
    co_await sim::gather(a, b, c);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b", "c", "b again"));
}

TEST(Semaphore, ACancelledHeadOfTheLineLeavesTheOrderOfTheOthers) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(0);
    auto a = create_task(take(semaphore, "a", log));
    auto b = create_task(take(semaphore, "b", log));
    auto c = create_task(take(semaphore, "c", log));
    co_await sim::yield();
    a.cancel();
    co_await sim::yield();
    semaphore.release();
    semaphore.release();
    co_await sim::gather_settled(a, b, c);
    EXPECT_TRUE(a.cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("b", "c"));
}

TEST(Semaphore, WithPermitsLeftAndAWaiterOnItsWayItIsLocked) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(0);
    Task<> late;
    const auto note = [&]() -> Coro<> {
      log.push_back("late");
      co_return;
    };
    const auto first = [&]() -> Coro<> {
      co_await semaphore.acquire();
      EXPECT_EQ(semaphore.value(), 0) << "the waiter behind it has been given one too";
      late = create_task(note());
      log.push_back("first");
    };
    const auto releases = [&]() -> Coro<> {
      for (int i = 0; i < 3; ++i) semaphore.release();
      EXPECT_EQ(semaphore.value(), 2) << "one has gone to the waiter";
      EXPECT_TRUE(semaphore.locked()) << "the waiter is before any newcomer";
      co_await take(semaphore, "releases", log);
    };
    const auto third = [&]() -> Coro<> {
      co_await semaphore.acquire();
      EXPECT_TRUE(semaphore.locked());
      log.push_back("third");
    };
    auto a = create_task(first());
    auto b = create_task(releases());
    auto c = create_task(third());
    co_await sim::yield();
    EXPECT_EQ(semaphore.value(), 2);
    co_await sim::yield();
    co_await sim::gather(a, b, c, late);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("first", "releases", "third", "late"));
}

}  // namespace
