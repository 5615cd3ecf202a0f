#include "primitives/semaphore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::BoundedSemaphore;
using sim::Coro;
using sim::create_task;
using sim::Semaphore;
using sim::test::Log;
using testing::ElementsAre;
using testing::HasSubstr;

Coro<> enter(Semaphore& semaphore, const char* name, Log& log) {
  co_await semaphore.acquire();
  log.push_back(name);
}

TEST(Semaphore, FourWorkersOnTwoPermitsTakeTwoRounds) {
  int inside = 0;
  int most = 0;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(2);
    const auto work = [&]() -> Coro<> {
      auto permit = co_await semaphore.guard();
      most = std::max(most, ++inside);
      co_await sim::sleep(1s);
      --inside;
    };
    co_await sim::gather(work(), work(), work(), work());
    EXPECT_EQ(sim::uptime(), 2s);
    EXPECT_EQ(semaphore.value(), 2);
  };
  sim::run(body());
  EXPECT_EQ(most, 2);
}

TEST(Semaphore, RefusesANegativeNumberOfPermits) {
  EXPECT_THROW(Semaphore(-1), std::invalid_argument);
  EXPECT_THROW(BoundedSemaphore(-1), std::invalid_argument);
  EXPECT_EQ(Semaphore(0).value(), 0);
  EXPECT_EQ(Semaphore().value(), 1);
}

TEST(Semaphore, MayBeReleasedMoreOftenThanItWasAcquired) {
  Semaphore semaphore(0);
  EXPECT_TRUE(semaphore.locked());
  semaphore.release();
  semaphore.release();
  EXPECT_EQ(semaphore.value(), 2);
  EXPECT_FALSE(semaphore.locked());
}

TEST(Semaphore, PermitsGoToWaitersInTheOrderTheyAsked) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(0);
    auto a = create_task(enter(semaphore, "a", log));
    auto b = create_task(enter(semaphore, "b", log));
    auto c = create_task(enter(semaphore, "c", log));
    co_await sim::yield();
    semaphore.release();
    semaphore.release();
    co_await sim::sleep(1s);
    EXPECT_THAT(log, ElementsAre("a", "b"));
    semaphore.release();
    co_await c;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b", "c"));
}

TEST(Semaphore, AWaiterThatWasGivenAPermitKeepsNewcomersOut) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(1);
    co_await semaphore.acquire();
    auto waiter = create_task(enter(semaphore, "waiter", log));
    co_await sim::yield();
    semaphore.release();
    EXPECT_EQ(semaphore.value(), 0);
    EXPECT_TRUE(semaphore.locked());
    auto newcomer = create_task(enter(semaphore, "newcomer", log));
    co_await waiter;
    semaphore.release();
    co_await newcomer;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("waiter", "newcomer"));
}

TEST(Semaphore, PermitsThatNewcomersWereKeptFromReachAllOfThemInOneIteration) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(0);
    const auto release_three = [&] {
      for (int i = 0; i < 3; ++i) semaphore.release();
    };
    auto first = create_task(enter(semaphore, "first", log));
    co_await sim::yield();
    sim::running_loop().call_soon(release_three);
    auto a = create_task(enter(semaphore, "a", log));
    auto b = create_task(enter(semaphore, "b", log));
    for (int i = 0; i < 4; ++i) {
      co_await sim::yield();
      log.push_back("tick");
    }
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("tick", "first", "tick", "a", "b", "tick", "tick"));
}

TEST(Semaphore, CancelledWithAPermitOnItsWayGivesItBack) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore(0);
    Log log;
    auto waiter = create_task(enter(semaphore, "waiter", log));
    co_await sim::yield();
    semaphore.release();
    EXPECT_TRUE(waiter.cancel());
    co_await sim::settle(waiter);
    EXPECT_TRUE(waiter.cancelled());
    EXPECT_EQ(semaphore.value(), 1);
    EXPECT_THAT(log, ElementsAre());
  };
  sim::run(body());
}

TEST(Semaphore, CancelledWithAPermitOnItsWayPassesItToTheNext) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Semaphore semaphore(0);
    auto first = create_task(enter(semaphore, "first", log));
    auto second = create_task(enter(semaphore, "second", log));
    co_await sim::yield();
    semaphore.release();
    first.cancel();
    co_await second;
    EXPECT_EQ(semaphore.value(), 0);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("second"));
}

TEST(Semaphore, TheGuardGivesThePermitBack) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore(2);
    {
      auto a = co_await semaphore.guard();
      auto b = co_await semaphore.guard();
      EXPECT_TRUE(semaphore.locked());
      a.release();
      EXPECT_EQ(semaphore.value(), 1);
    }
    EXPECT_EQ(semaphore.value(), 2);
  };
  sim::run(body());
}

TEST(Semaphore, GuardsMayBeKeptInAContainer) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore(3);
    std::vector<sim::Guard<Semaphore>> permits;
    for (int i = 0; i < 3; ++i) permits.push_back(co_await semaphore.guard());
    EXPECT_EQ(semaphore.value(), 0);
    permits.erase(permits.begin());
    EXPECT_EQ(semaphore.value(), 1);
    permits.clear();
    EXPECT_EQ(semaphore.value(), 3);
  };
  sim::run(body());
}

TEST(Semaphore, ADeadlockReportNamesIt) {
  const auto body = []() -> Coro<> {
    Semaphore semaphore(0);
    co_await semaphore.acquire();
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("main waits for a permit of Semaphore made at"));
  }
}

TEST(BoundedSemaphore, ThrowsWhereItIsReleasedTooOften) {
  const auto body = []() -> Coro<> {
    BoundedSemaphore semaphore(1);
    EXPECT_THROW(semaphore.release(), std::invalid_argument);
    co_await semaphore.acquire();
    semaphore.release();
    EXPECT_THROW(semaphore.release(), std::invalid_argument);
    EXPECT_EQ(semaphore.value(), 1);
  };
  sim::run(body());
}

TEST(BoundedSemaphore, ItsGuardGivesThePermitBack) {
  const auto body = []() -> Coro<> {
    BoundedSemaphore semaphore(1);
    {
      auto permit = co_await semaphore.guard();
      EXPECT_TRUE(semaphore.locked());
    }
    EXPECT_EQ(semaphore.value(), 1);
  };
  sim::run(body());
}

}  // namespace
