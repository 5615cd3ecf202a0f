#include "primitives/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Lock;
using sim::Task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Coro<> hold(Lock& lock, sim::Duration d) {
  auto guard = co_await lock.guard();
  co_await sim::sleep(d);
}

Coro<> enter(Lock& lock, const char* name, Log& log) {
  auto guard = co_await lock.guard();
  log.push_back(name);
}

TEST(Lock, OneTaskAtATimeHoldsIt) {
  int inside = 0;
  int most = 0;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    const auto work = [&]() -> Coro<> {
      auto guard = co_await lock.guard();
      most = std::max(most, ++inside);
      co_await sim::sleep(1s);
      --inside;
    };
    co_await sim::gather(work(), work(), work(), work());
    EXPECT_EQ(sim::uptime(), 4s);
    EXPECT_FALSE(lock.locked());
  };
  sim::run(body());
  EXPECT_EQ(most, 1);
}

TEST(Lock, TheGuardReleasesAtTheEndOfItsScope) {
  const auto body = []() -> Coro<> {
    Lock lock;
    {
      auto guard = co_await lock.guard();
      EXPECT_TRUE(lock.locked());
    }
    EXPECT_FALSE(lock.locked());
  };
  sim::run(body());
}

TEST(Lock, AMovedGuardReleasesOnce) {
  const auto body = []() -> Coro<> {
    Lock lock;
    auto first = co_await lock.guard();
    sim::Guard<Lock> second = std::move(first);
    EXPECT_TRUE(lock.locked());
    first.release();
    EXPECT_TRUE(lock.locked());
    second.release();
    EXPECT_FALSE(lock.locked());
    second.release();
  };
  sim::run(body());
}

TEST(Lock, AnAssignedGuardReleasesWhatItHeld) {
  const auto body = []() -> Coro<> {
    Lock a;
    Lock b;
    auto guard = co_await a.guard();
    guard = co_await b.guard();
    EXPECT_FALSE(a.locked());
    EXPECT_TRUE(b.locked());
    auto& same = guard;
    guard = std::move(same);
    EXPECT_TRUE(b.locked());
  };
  sim::run(body());
}

TEST(Lock, TheGuardReleasesWhereAnExceptionLeaves) {
  const auto body = []() -> Coro<> {
    Lock lock;
    const auto fails = [&]() -> Coro<> {
      auto guard = co_await lock.guard();
      throw 1;
    };
    const auto ended = co_await sim::settle(fails());
    EXPECT_FALSE(ended.has_value());
    EXPECT_FALSE(lock.locked());
  };
  sim::run(body());
}

TEST(Lock, ReleasingItTwiceThrowsAlsoFromTheGuard) {
  const auto body = []() -> Coro<> {
    Lock lock;
    EXPECT_THROW(lock.release(), std::runtime_error);
    const auto twice = [&]() -> Coro<> {
      auto guard = co_await lock.guard();
      lock.release();
    };
    const auto ended = co_await sim::settle(twice());
    EXPECT_THROW(ended.value(), std::runtime_error);
  };
  sim::run(body());
}

TEST(Lock, AGuardThatCannotReleaseDuringAnExceptionReportsIt) {
  Findings findings;
  const auto body = []() -> Coro<> {
    Lock lock;
    const auto twice = [&]() -> Coro<> {
      auto guard = co_await lock.guard();
      lock.release();
      throw 1;
    };
    const auto ended = co_await sim::settle(twice());
    EXPECT_THROW(ended.value(), int);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::lock_not_held));
}

TEST(Lock, WaitersGetItInTheOrderTheyAsked) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    auto guard = co_await lock.guard();
    auto a = create_task(enter(lock, "a", log));
    auto b = create_task(enter(lock, "b", log));
    auto c = create_task(enter(lock, "c", log));
    co_await sim::sleep(1s);
    guard.release();
    co_await sim::gather(a, b, c);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b", "c"));
}

TEST(Lock, AWaiterResumesOneIterationAfterTheRelease) {
  const auto body = []() -> Coro<> {
    Lock lock;
    sim::test::IterationCounter counter;
    int woken = 0;
    const auto wait = [&]() -> Coro<> {
      co_await lock.acquire();
      woken = counter.count();
      lock.release();
    };
    counter.start();
    co_await lock.acquire();
    EXPECT_EQ(counter.count(), 0) << "an uncontended acquire does not suspend";
    auto waiter = create_task(wait());
    co_await sim::yield();
    const int released = counter.count();
    lock.release();
    co_await waiter;
    EXPECT_EQ(woken, released + 1);
  };
  sim::run(body());
}

TEST(Lock, CancelledWaiterNeverOwnsIt) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    auto guard = co_await lock.guard();
    auto cancelled = create_task(enter(lock, "cancelled", log));
    auto next = create_task(enter(lock, "next", log));
    co_await sim::yield();
    guard.release();
    cancelled.cancel();
    co_await next;
    EXPECT_TRUE(cancelled.cancelled());
    EXPECT_FALSE(lock.locked());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("next"));
}

TEST(Lock, ACancelledWaiterLetsNobodyInWhileItIsHeld) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    auto guard = co_await lock.guard();
    auto cancelled = create_task(enter(lock, "cancelled", log));
    auto next = create_task(enter(lock, "next", log));
    co_await sim::yield();
    cancelled.cancel();
    co_await sim::sleep(1s);
    log.push_back("released");
    guard.release();
    co_await next;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("released", "next"));
}

TEST(Lock, AcquireCanBeATaskAndHaveALimit) {
  const auto body = []() -> Coro<> {
    Lock lock;
    co_await create_task(lock.acquire());
    EXPECT_TRUE(lock.locked());
    const auto ended = co_await sim::settle(sim::wait_for(lock.acquire(), 1s));
    EXPECT_THROW(ended.value(), sim::TimeoutError);
    lock.release();
    auto guard = co_await sim::wait_for(lock.guard(), 1s);
    EXPECT_TRUE(lock.locked());
    EXPECT_EQ(sim::uptime(), 1s);
  };
  sim::run(body());
}

TEST(Lock, ADeadlockReportNamesTheLockAndItsHolder) {
  const auto body = []() -> Coro<> {
    Lock lock;
    auto holder = create_task(hold(lock, 1h), "holder");
    co_await sim::yield();
    holder.set_name("the holder");
    co_await lock.acquire();
    co_await lock.acquire();
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("main waits for Lock made at"),
                                    HasSubstr("lock_test.cc"), HasSubstr("held by main")));
  }
}

TEST(Lock, AHolderThatEndedIsNamedInTheReport) {
  const auto body = []() -> Coro<> {
    Lock lock;
    const auto forgets = [&]() -> Coro<> { co_await lock.acquire(); };
    co_await create_task(forgets(), "forgetful");
    co_await lock.acquire();
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("held by forgetful, which ended without releasing it"));
  }
}

TEST(Lock, TwoLocksTakenInTurnAreACycle) {
  const auto body = []() -> Coro<> {
    Lock a;
    Lock b;
    const auto both = [](Lock& first, Lock& second) -> Coro<> {
      auto one = co_await first.guard();
      co_await sim::yield();
      auto two = co_await second.guard();
    };
    auto left = create_task(both(a, b), "left");
    auto right = create_task(both(b, a), "right");
    co_await sim::gather(left, right);
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cycle: left -> right -> left"));
  }
}

TEST(Lock, AManyTimesContendedOneStaysFair) {
  constexpr int kTasks = 50;
  constexpr int kRounds = 20;
  std::vector<int> order;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    const auto work = [&](int i) -> Coro<> {
      for (int round = 0; round < kRounds; ++round) {
        auto guard = co_await lock.guard();
        order.push_back(i);
        co_await sim::yield();
      }
    };
    std::vector<Coro<>> tasks;
    for (int i = 0; i < kTasks; ++i) tasks.push_back(work(i));
    co_await sim::gather(std::move(tasks));
  };
  sim::run(body());
  ASSERT_EQ(order.size(), static_cast<std::size_t>(kTasks * kRounds));
  for (int i = 0; i < kTasks * kRounds; ++i) EXPECT_EQ(order[i], i % kTasks);
}

}  // namespace
