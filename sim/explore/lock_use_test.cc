// lock_not_held, lock_held_at_end and lock_cycle: what they report, and what they let be.
#include "sim/explore/lock_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"
#include "sim/internal/test_support.h"

namespace {

using sim::Coro;
using sim::FindingKind;
using sim::Guard;
using sim::Lock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What one run in asyncio's order shows.
std::vector<sim::Finding> findings_of(const sim::Body& body) {
  sim::internal::Detectors detectors;
  sim::test::Findings findings;
  sim::run(body(), {.observer = &findings, .detectors = &detectors});
  return findings.all();
}

// What explore() shows of all schedules: kinds of failures and of warnings.
std::vector<FindingKind> explored(const sim::Body& body) {
  const sim::Report report = sim::explore(
      body, {.strategy = sim::Strategy::parse("dfs"), .max_failures = 0, .shrink = false});
  EXPECT_TRUE(report.exhausted);
  std::vector<FindingKind> kinds;
  for (const sim::Failure& failure : report.failures) kinds.push_back(failure.kind);
  for (const sim::Finding& warning : report.warnings) kinds.push_back(warning.kind);
  return kinds;
}

Coro<> take_both(Lock& first, Lock& second) {
  const auto outer = co_await first.guard();
  co_await sim::yield();
  const auto inner = co_await second.guard();
}

TEST(LockNotHeld, OfATaskThatReleasesTheLockOfAnother) {
  const auto body = []() -> Coro<> {
    Lock lock;
    co_await lock.acquire();
    const auto releases = [&]() -> Coro<> {
      lock.release();
      co_return;
    };
    co_await sim::create_task(releases(), "thief");
  };
  const auto findings = findings_of(body);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::lock_not_held);
  EXPECT_THAT(findings[0].message, HasSubstr("thief releases Lock made at "));
  EXPECT_THAT(findings[0].message, HasSubstr(", which another task holds since step 1"));
  EXPECT_THAT(explored(body), ElementsAre(FindingKind::lock_not_held));
}

TEST(LockNotHeld, IsNoneOfTheHolderOrOfAGuardThatWasHandedOn) {
  EXPECT_THAT(explored([]() -> Coro<> {
    Lock lock;
    co_await lock.acquire();
    lock.release();
    std::optional<Guard<Lock>> guard(co_await lock.guard());
    const auto takes_over = [&]() -> Coro<> {
      co_await sim::yield();
      guard.reset();
    };
    co_await sim::create_task(takes_over());
  }), IsEmpty());
}

TEST(LockNotHeld, IsNoneOfAConditionThatReleasesForItsWaiter) {
  EXPECT_THAT(explored([]() -> Coro<> {
    sim::Condition condition;
    bool ready = false;
    const auto waits = [&]() -> Coro<> {
      const auto guard = co_await condition.guard();
      while (!ready) co_await condition.wait();
    };
    const auto notifies = [&]() -> Coro<> {
      const auto guard = co_await condition.guard();
      ready = true;
      condition.notify_all();
    };
    co_await sim::gather(waits(), notifies());
  }), IsEmpty());
}

TEST(LockHeldAtEnd, OfALockThatOutlivesTheRun) {
  std::unique_ptr<Lock> lock;
  int line = 0;
  const auto body = [&]() -> Coro<> {
    lock = std::make_unique<Lock>();
    line = __LINE__ + 1;
    co_await lock->acquire();
  };
  const auto findings = findings_of(body);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::lock_held_at_end);
  EXPECT_THAT(findings[0].message,
              HasSubstr(std::string("is still held at the end; it was acquired in step 1 at ") +
                        __FILE__ + ":" + std::to_string(line)));
  lock->release();
}

TEST(LockHeldAtEnd, IsFoundWhereACancellationLeavesItHeld) {
  std::vector<std::unique_ptr<Lock>> locks;  // one an execution
  const auto body = [&]() -> Coro<> {
    Lock& lock = *locks.emplace_back(std::make_unique<Lock>());
    co_await lock.acquire();
    co_await sim::yield();
    lock.release();
  };
  EXPECT_THAT(explored(body), IsEmpty());
  const sim::Report report = sim::explore(
      body, {.strategy = sim::Strategy::parse("dfs"), .cancellations = 1, .shrink = false});
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::lock_held_at_end);
  for (const auto& lock : locks) {
    if (lock->locked()) lock->release();
  }
}

TEST(LockHeldAtEnd, IsNoneOfOneThatWasReleasedOrIsGone) {
  std::unique_ptr<Lock> lock;
  EXPECT_THAT(findings_of([&]() -> Coro<> {
    lock = std::make_unique<Lock>();
    const auto guard = co_await lock->guard();
    co_await sim::yield();
  }), IsEmpty());
  const auto findings = findings_of([]() -> Coro<> {
    Lock local;
    co_await local.acquire();
  });
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::destroyed_in_use);
}

TEST(LockCycle, IsPredictedFromARunThatWentWell) {
  const auto findings = findings_of([]() -> Coro<> {
    Lock a;
    Lock b;
    co_await sim::create_task(take_both(a, b), "forward");
    co_await sim::create_task(take_both(b, a), "backward");
  });
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::lock_cycle);
  EXPECT_THAT(findings[0].message, HasSubstr("tasks take locks in orders that can deadlock\n"
                                             "  forward holds Lock made at "));
  EXPECT_THAT(findings[0].message, HasSubstr("\n  backward holds Lock made at "));
}

TEST(LockCycle, OfThreeTasks) {
  const auto findings = findings_of([]() -> Coro<> {
    Lock a;
    Lock b;
    Lock c;
    co_await sim::create_task(take_both(a, b));
    co_await sim::create_task(take_both(b, c));
    co_await sim::create_task(take_both(c, a));
  });
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::lock_cycle);
}

TEST(LockCycle, IsAWarningBesideTheDeadlockThatExplorationFinds) {
  EXPECT_THAT(explored([]() -> Coro<> {
    Lock a;
    Lock b;
    co_await sim::gather(take_both(a, b), take_both(b, a));
  }), ElementsAre(FindingKind::deadlock, FindingKind::lock_cycle));
}

TEST(LockCycle, IsNoneInOneOrder) {
  EXPECT_THAT(explored([]() -> Coro<> {
    Lock a;
    Lock b;
    co_await sim::gather(take_both(a, b), take_both(a, b));
  }), IsEmpty());
}

TEST(LockCycle, IsNoneOfOneTaskAlone) {
  EXPECT_THAT(explored([]() -> Coro<> {
    Lock a;
    Lock b;
    co_await take_both(a, b);
    co_await take_both(b, a);
  }), IsEmpty());
}

TEST(LockCycle, IsNoneBehindAGate) {
  EXPECT_THAT(explored([]() -> Coro<> {
    Lock gate;
    Lock a;
    Lock b;
    const auto enters = [&](Lock& first, Lock& second) -> Coro<> {
      const auto guard = co_await gate.guard();
      co_await take_both(first, second);
    };
    co_await sim::gather(enters(a, b), enters(b, a));
  }), IsEmpty());
}

TEST(LockCycle, OfManyTasksIsToldOnce) {
  const auto findings = findings_of([]() -> Coro<> {
    Lock a;
    Lock b;
    for (int i = 0; i < 10; ++i) {
      co_await sim::create_task(take_both(a, b));
      co_await sim::create_task(take_both(b, a));
    }
  });
  EXPECT_LE(findings.size(), 2u);
}

}  // namespace
