// A primitive that goes while somebody holds it or waits for it is a finding, and nothing
// undefined: whoever is left over can still be resumed, cancelled and reported. Most of this is for
// AddressSanitizer to judge.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Condition;
using sim::Coro;
using sim::create_task;
using sim::Event;
using sim::FindingKind;
using sim::Lock;
using sim::Queue;
using sim::Semaphore;
using sim::Task;
using sim::test::Findings;
using sim::test::observed_by;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What becomes of a task that waits for a primitive after that has gone.
enum class After { nothing, cancelled, cancelled_twice, left_at_the_end };
constexpr After kAfter[] = {After::nothing, After::cancelled, After::cancelled_twice,
                            After::left_at_the_end};

// Runs waits(primitive) in two tasks, then wake(primitive), destroys the primitive, and deals with
// the tasks. Gives what was found.
template <class P, class Wait, class Wake>
std::vector<sim::Finding> destroy_under(P& primitive, Wait waits, Wake wake, After after) {
  Findings findings;
  const auto body = [&]() -> Coro<> {
    std::vector<Task<>> tasks;
    for (int i = 0; i < 2; ++i) tasks.push_back(create_task(waits(*primitive)));
    co_await sim::yield();
    wake(*primitive);
    primitive = nullptr;
    if (after == After::left_at_the_end) co_return;
    if (after == After::nothing) co_await sim::sleep(1s);
    std::vector<bool> pending;
    for (Task<>& task : tasks) {
      pending.push_back(task.cancel());
      if (after == After::cancelled_twice) task.cancel();
    }
    co_await sim::gather_settled(tasks);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (after != After::nothing) {
        EXPECT_EQ(tasks[i].cancelled(), pending[i]);
      }
    }
  };
  sim::run(body(), observed_by(findings));
  return findings.all();
}

int count_destroyed(const std::vector<sim::Finding>& findings) {
  int count = 0;
  for (const auto& finding : findings) count += finding.kind == FindingKind::destroyed_in_use;
  return count;
}

constexpr auto kNothing = [](auto&) {};

TEST(DestroyedInUse, ALockThatIsWaitedFor) {
  for (const After after : kAfter) {
    auto lock = std::make_unique<Lock>();
    const auto waits = [](Lock& l) -> Coro<> { co_await l.acquire(); };
    const auto found = destroy_under(lock, waits, kNothing, after);
    ASSERT_EQ(count_destroyed(found), 1);
    EXPECT_THAT(found[0].message, HasSubstr("Lock made at"));
    EXPECT_THAT(found[0].message, HasSubstr("held by lambda-1 and waited for by lambda-2"));
  }
}

TEST(DestroyedInUse, ALockWhoseNextHolderIsOnItsWay) {
  for (const After after : kAfter) {
    auto lock = std::make_unique<Lock>();
    const auto waits = [](Lock& l) -> Coro<> { co_await l.acquire(); };
    const auto release = [](Lock& l) { l.release(); };
    const auto found = destroy_under(lock, waits, release, after);
    ASSERT_EQ(count_destroyed(found), 1);
    EXPECT_THAT(found[0].message,
                AllOf(HasSubstr("waited for by lambda-2"), Not(HasSubstr("held"))));
  }
}

TEST(DestroyedInUse, ALockHeldByAGuardThatOutlivesIt) {
  for (const After after : kAfter) {
    auto lock = std::make_unique<Lock>();
    const auto waits = [](Lock& l) -> Coro<> {
      auto guard = co_await l.guard();
      auto moved = std::move(guard);
      co_await sim::sleep(500ms);
      moved.release();
      guard = std::move(moved);
    };
    EXPECT_EQ(count_destroyed(destroy_under(lock, waits, kNothing, after)), 1);
  }
}

TEST(DestroyedInUse, AFreeLockWhoseWaitersAreCancelledIsNone) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto lock = std::make_unique<Lock>();
    co_await lock->acquire();
    auto waiter = create_task(lock->acquire());
    co_await sim::yield();
    waiter.cancel();
    lock->release();
    lock = nullptr;
    co_await sim::settle(waiter);
    EXPECT_TRUE(waiter.cancelled());
  };
  sim::run(body(), observed_by(findings));
  EXPECT_EQ(count_destroyed(findings.all()), 0);
}

TEST(DestroyedInUse, ASemaphoreThatIsWaitedFor) {
  for (const After after : kAfter) {
    auto semaphore = std::make_unique<Semaphore>(0);
    const auto waits = [](Semaphore& s) -> Coro<> { co_await s.acquire(); };
    const auto found = destroy_under(semaphore, waits, kNothing, after);
    ASSERT_EQ(count_destroyed(found), 1);
    EXPECT_THAT(found[0].message, HasSubstr("waited for by lambda-1, lambda-2"));
  }
}

TEST(DestroyedInUse, ASemaphoreWithAPermitOnItsWay) {
  for (const After after : kAfter) {
    auto semaphore = std::make_unique<Semaphore>(0);
    const auto waits = [](Semaphore& s) -> Coro<> { co_await s.acquire(); };
    const auto release = [](Semaphore& s) { s.release(); };
    EXPECT_EQ(count_destroyed(destroy_under(semaphore, waits, release, after)), 1);
  }
}

TEST(DestroyedInUse, ASemaphoreHeldByGuardsThatOutliveIt) {
  for (const After after : kAfter) {
    auto semaphore = std::make_unique<Semaphore>(2);
    const auto waits = [](Semaphore& s) -> Coro<> {
      auto guard = co_await s.guard();
      co_await sim::sleep(500ms);
    };
    const auto found = destroy_under(semaphore, waits, kNothing, after);
    ASSERT_EQ(count_destroyed(found), 1);
    EXPECT_THAT(found[0].message, HasSubstr("held by a guard that outlives it"));
  }
}

TEST(DestroyedInUse, AnEventThatIsWaitedFor) {
  for (const After after : {After::cancelled, After::cancelled_twice, After::left_at_the_end}) {
    auto event = std::make_unique<Event>();
    const auto waits = [](Event& e) -> Coro<> { co_await e.wait(); };
    const auto found = destroy_under(event, waits, kNothing, after);
    ASSERT_EQ(count_destroyed(found), 1);
    EXPECT_THAT(found[0].message, HasSubstr("Event made at"));
  }
}

TEST(DestroyedInUse, AnEventWhoseWaitersAreWokenIsDone) {
  for (const After after : kAfter) {
    auto event = std::make_unique<Event>();
    const auto waits = [](Event& e) -> Coro<> { co_await e.wait(); };
    const auto set = [](Event& e) { e.set(); };
    EXPECT_EQ(count_destroyed(destroy_under(event, waits, set, after)), 0);
  }
}

TEST(DestroyedInUse, AConditionThatIsWaitedForUnderAGuard) {
  for (const After after : {After::cancelled, After::cancelled_twice, After::left_at_the_end}) {
    auto condition = std::make_unique<Condition>();
    const auto waits = [](Condition& c) -> Coro<> {
      auto guard = co_await c.guard();
      co_await c.wait();
    };
    const auto found = destroy_under(condition, waits, kNothing, after);
    ASSERT_GE(count_destroyed(found), 1);
    EXPECT_THAT(found[0].message, HasSubstr("Condition made at"));
  }
}

TEST(DestroyedInUse, AConditionWhoseWaitersAreNotified) {
  for (const int cancels : {0, 1, 2}) {
    Findings findings;
    const auto body = [&]() -> Coro<> {
      auto condition = std::make_unique<Condition>();
      const auto waits = [&]() -> Coro<> {
        auto guard = co_await condition->guard();
        co_await condition->wait();
      };
      auto waiter = create_task(waits());
      co_await sim::yield();
      auto guard = co_await condition->guard();
      condition->notify_all();
      for (int i = 0; i < cancels; ++i) waiter.cancel();
      condition = nullptr;
      const auto ended = co_await sim::settle(waiter);
      EXPECT_EQ(ended.cancelled(), cancels > 0);
      EXPECT_FALSE(ended.has_value());
    };
    sim::run(body(), observed_by(findings));
    EXPECT_EQ(count_destroyed(findings.all()), 2) << "the condition, and its lock that is held";
  }
}

// A waiter that was notified, or cancelled, stands in line for the lock again when all goes.
TEST(DestroyedInUse, AConditionWhoseWaitersAcquireTheLockAgain) {
  for (const bool own_lock : {true, false}) {
    for (const int cancels : {0, 1, 2}) {
      Findings findings;
      const auto body = [&]() -> Coro<> {
        auto lock = std::make_unique<Lock>();
        auto condition =
            own_lock ? std::make_unique<Condition>() : std::make_unique<Condition>(*lock);
        const auto waits = [&]() -> Coro<> {
          auto guard = co_await condition->guard();
          co_await condition->wait();
        };
        auto a = create_task(waits());
        auto b = create_task(waits());
        co_await sim::yield();
        co_await condition->acquire();
        condition->notify_all();
        co_await sim::sleep(1s);
        for (int i = 0; i < cancels; ++i) a.cancel();
        if (cancels == 2) co_await sim::yield();
        condition = nullptr;
        lock = nullptr;
        a.cancel();
        b.cancel();
        co_await sim::gather_settled(a, b);
        EXPECT_TRUE(a.done());
        EXPECT_TRUE(b.cancelled());
      };
      sim::run(body(), observed_by(findings));
      EXPECT_GE(count_destroyed(findings.all()), 1);
    }
  }
}

// The condition goes but its lock stays: the waiters get the lock and only then leave.
TEST(DestroyedInUse, AConditionWithoutItsLock) {
  Findings findings;
  const auto body = [&]() -> Coro<> {
    Lock lock;
    auto condition = std::make_unique<Condition>(lock);
    const auto waits = [&]() -> Coro<> {
      auto guard = co_await condition->guard();
      co_await condition->wait();
    };
    auto notified = create_task(waits());
    auto cancelled = create_task(waits());
    co_await sim::yield();
    {
      auto guard = co_await lock.guard();
      condition->notify_all();
      co_await sim::sleep(1s);
      cancelled.cancel();
      co_await sim::yield();
      condition = nullptr;
    }
    co_await sim::gather_settled(notified, cancelled);
    EXPECT_TRUE(cancelled.cancelled());
    EXPECT_FALSE(lock.locked());
  };
  sim::run(body(), observed_by(findings));
}

TEST(DestroyedInUse, AQueueThatIsWaitedFor) {
  for (const After after : {After::cancelled, After::cancelled_twice, After::left_at_the_end}) {
    auto empty = std::make_unique<Queue<int>>();
    const auto gets = [](Queue<int>& q) -> Coro<> { co_await q.get(); };
    EXPECT_EQ(count_destroyed(destroy_under(empty, gets, kNothing, after)), 1);
    auto full = std::make_unique<Queue<std::string>>(1);
    full->put_nowait("x");
    const auto puts = [](Queue<std::string>& q) -> Coro<> {
      co_await q.put("a text too long to live in place");
    };
    EXPECT_EQ(count_destroyed(destroy_under(full, puts, kNothing, after)), 1);
    auto joined = std::make_unique<Queue<int>>();
    joined->put_nowait(1);
    const auto joins = [](Queue<int>& q) -> Coro<> { co_await q.join(); };
    EXPECT_EQ(count_destroyed(destroy_under(joined, joins, kNothing, after)), 1);
  }
}

TEST(DestroyedInUse, AQueueWithAnItemOnItsWay) {
  for (const After after : {After::cancelled, After::cancelled_twice, After::left_at_the_end}) {
    auto queue = std::make_unique<Queue<int>>();
    const auto gets = [](Queue<int>& q) -> Coro<> { co_await q.get(); };
    const auto put = [](Queue<int>& q) { q.put_nowait(1); };
    const auto found = destroy_under(queue, gets, put, after);
    EXPECT_EQ(count_destroyed(found), 1);
    EXPECT_THAT(found[0].message, HasSubstr("lambda-1"));
  }
}

TEST(DestroyedInUse, AQueueThatWasShutDownAMomentAgo) {
  for (const After after : kAfter) {
    auto queue = std::make_unique<Queue<int>>();
    const auto gets = [](Queue<int>& q) -> Coro<> { co_await q.get(); };
    const auto shut_down = [](Queue<int>& q) { q.shutdown(); };
    EXPECT_EQ(count_destroyed(destroy_under(queue, gets, shut_down, after)), 1);
  }
}

TEST(DestroyedInUse, ADeadlockReportSaysThatItIsGone) {
  const auto body = []() -> Coro<> {
    auto event = std::make_unique<Event>();
    const auto waits = [&]() -> Coro<> { co_await event->wait(); };
    auto waiter = create_task(waits());
    co_await sim::yield();
    event = nullptr;
    co_await waiter;
  };
  Findings findings;
  try {
    sim::run(body(), observed_by(findings));
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("waits for an Event that was destroyed"));
  }
}

TEST(DestroyedInUse, ATearingDownOfTheLoopIsNone) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto shared = std::make_shared<std::tuple<Lock, Semaphore, Event, Condition, Queue<int>>>();
    const auto lock = [](auto all) -> Coro<> {
      auto guard = co_await std::get<Lock>(*all).guard();
      co_await std::get<Event>(*all).wait();
    };
    const auto semaphore = [](auto all) -> Coro<> {
      auto guard = co_await std::get<Semaphore>(*all).guard();
      co_await std::get<Event>(*all).wait();
    };
    const auto condition = [](auto all) -> Coro<> {
      auto guard = co_await std::get<Condition>(*all).guard();
      co_await std::get<Condition>(*all).wait();
    };
    const auto queue = [](auto all) -> Coro<> { co_await std::get<Queue<int>>(*all).get(); };
    for (int i = 0; i < 2; ++i) {
      create_task(lock(shared));
      create_task(semaphore(shared));
      create_task(condition(shared));
      create_task(queue(shared));
    }
    shared = nullptr;
    co_await sim::running_loop().create_future<>();
  };
  EXPECT_THROW(sim::run(body(), observed_by(findings)), sim::DeadlockError);
  EXPECT_THAT(findings.kinds(), ElementsAre(FindingKind::deadlock));
}

TEST(DestroyedInUse, OneThatNobodyUsesIsNone) {
  Findings findings;
  const auto body = []() -> Coro<> {
    Lock lock;
    Semaphore semaphore(0);
    Event event;
    Condition condition;
    Queue<int> queue(1);
    queue.put_nowait(1);
    { auto guard = co_await lock.guard(); }
    auto waiter = create_task(event.wait());
    co_await sim::yield();
    waiter.cancel();
  };
  sim::run(body(), observed_by(findings));
  EXPECT_EQ(count_destroyed(findings.all()), 0);
}

}  // namespace
