// Timeouts: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/timeout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Timeout;
using sim::TimeoutError;


// Runs a body under a limit as timeout() does, so that a test can look at the limit afterwards.
template <class F>
Coro<> under(Timeout& limit, F& body) {
  limit.enter();
  const auto ended = co_await sim::settle(body());
  limit.leave(ended.cancelled());
  ended.value();
}

// A block whose limit comes at `when` around a body that takes `d`: whether it timed out.
Coro<bool> times_out(Timeout& limit, sim::Duration d) {
  const auto body = [d]() -> Coro<> { co_await sim::sleep(d); };
  const auto ended = co_await sim::settle(under(limit, body));
  if (ended.has_value()) co_return false;
  EXPECT_THROW(ended.value(), TimeoutError);
  co_return true;
}

TEST(Timeout, KnowsAfterwardsThatItCame) {
  const auto body = []() -> Coro<> {
    const sim::TimePoint deadline = sim::now() + 10ms;
    Timeout limit(deadline);
    EXPECT_TRUE(co_await times_out(limit, 10s));
    EXPECT_TRUE(limit.expired());
    EXPECT_EQ(limit.when(), deadline);
  };
  sim::run(body());
}

TEST(Timeout, KnowsAfterwardsThatItDidNotCome) {
  const auto body = []() -> Coro<> {
    Timeout limit(sim::now() + 10s);
    EXPECT_FALSE(co_await times_out(limit, 10ms));
    EXPECT_FALSE(limit.expired());
    EXPECT_GT(*limit.when(), sim::now());
  };
  sim::run(body());
}

TEST(Timeout, WithoutALimitNeverComes) {
  const auto body = []() -> Coro<> {
    Timeout limit(std::nullopt);
    EXPECT_FALSE(co_await times_out(limit, 1000h));
    EXPECT_FALSE(limit.expired());
    EXPECT_EQ(limit.when(), std::nullopt);
  };
  sim::run(body());
}

TEST(Timeout, OfTwoWithOneDeadlineBothExpireAndTheOuterThrows) {
  const auto body = []() -> Coro<> {
    const sim::TimePoint deadline = sim::now() + 10ms;
    Timeout outer(deadline);
    Timeout inner(deadline);
    bool inner_was_cancelled = false;
    const auto sleep = []() -> Coro<> { co_await sim::sleep(10s); };
    const auto nested = [&]() -> Coro<> {
      const auto ended = co_await sim::settle(under(inner, sleep));
      inner_was_cancelled = ended.cancelled();
      ended.value();
    };
    const auto ended = co_await sim::settle(under(outer, nested));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_TRUE(inner_was_cancelled);
    EXPECT_TRUE(outer.expired());
    EXPECT_TRUE(inner.expired());
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

TEST(Timeout, ThrowsACancellationIntoItsBody) {
  const auto body = []() -> Coro<> {
    bool cancelled = false;
    const auto work = [&](Timeout&) -> Coro<> {
      const auto slept = co_await sim::settle(sim::sleep(10s));
      cancelled = slept.cancelled();
      slept.value();
    };
    const auto ended = co_await sim::settle(sim::timeout(10ms, work));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_TRUE(cancelled);
  };
  sim::run(body());
}

TEST(Timeout, OfNoTimeOrLessComesAtTheFirstSuspension) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1min);
    for (const sim::Duration limit_of : {0s, -11s}) {
      for (const sim::Duration takes : {0s, 10s}) {
        Timeout limit(sim::now() + limit_of);
        EXPECT_TRUE(co_await times_out(limit, takes));
        EXPECT_TRUE(limit.expired());
        EXPECT_EQ(*limit.when(), sim::now() + limit_of);
      }
    }
    EXPECT_EQ(sim::uptime(), 1min);
  };
  sim::run(body());
}

TEST(Timeout, AnExceptionOfTheBodyIsNoExpiry) {
  const auto body = []() -> Coro<> {
    Timeout limit(sim::now() + 10ms);
    const auto fails = []() -> Coro<> {
      throw 7;
      co_return;
    };
    const auto ended = co_await sim::settle(under(limit, fails));
    EXPECT_THROW(ended.value(), int);
    EXPECT_FALSE(limit.expired());
  };
  sim::run(body());
}

TEST(Timeout, ThatComesDuringACleanupReplacesTheExceptionThatCausedIt) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout&) -> Coro<> {
      const auto fails = []() -> Coro<> {
        throw 7;
        co_return;
      };
      const auto cleanup = []() -> Coro<> { co_await sim::sleep(1s); };
      co_await sim::finally_do(fails, cleanup);
    };
    const auto ended = co_await sim::settle(sim::timeout(10ms, work));
    EXPECT_THROW(ended.value(), TimeoutError);
  };
  sim::run(body());
}

TEST(Timeout, AnExceptionOfTheCleanupItCausesIsThrown) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout&) -> Coro<> {
      const auto sleep = []() -> Coro<> { co_await sim::sleep(1s); };
      const auto fails = []() -> Coro<> {
        throw 7;
        co_return;
      };
      co_await sim::finally_do(sleep, fails);
    };
    const auto ended = co_await sim::settle(sim::timeout(10ms, work));
    EXPECT_THROW(ended.value(), int);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

TEST(Timeout, OfNestedCleanupsTheLastExceptionIsThrown) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout&) -> Coro<> {
      const auto fails = []() -> Coro<> {
        throw 7;
        co_return;
      };
      const auto sleep = []() -> Coro<> { co_await sim::sleep(1s); };
      const auto first = [&]() -> Coro<> { co_await sim::finally_do(fails, sleep); };
      const auto last = []() -> Coro<> {
        throw 'x';
        co_return;
      };
      co_await sim::finally_do(first, last);
    };
    const auto ended = co_await sim::settle(sim::timeout(10ms, work));
    EXPECT_THROW(ended.value(), char);
  };
  sim::run(body());
}

TEST(Timeout, ATaskThatCancelsItselfInsideIsCancelled) {
  const auto body = []() -> Coro<> {
    const auto child = []() -> Coro<> {
      Timeout limit(sim::now() + 10s);
      const auto work = []() -> Coro<> {
        sim::current_task().cancel();
        co_await sim::sleep(10s);
      };
      const auto ended = co_await sim::settle(under(limit, work));
      EXPECT_FALSE(limit.expired());
      ended.value();
    };
    auto task = create_task(child());
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(Timeout, LeavesItsTaskUncancelled) {
  const auto body = []() -> Coro<> {
    const auto outer = []() -> Coro<> {
      Timeout limit(sim::now() + 1ms);
      EXPECT_TRUE(co_await times_out(limit, 10s));
    };
    auto task = create_task(outer());
    co_await task;
    EXPECT_FALSE(task.cancelled());
    EXPECT_TRUE(task.done());
    EXPECT_EQ(task.cancelling(), 0);
  };
  sim::run(body());
}

// Nested limits around a step that takes `busy`; whether the outer one timed out.
Coro<bool> nested_and_busy(sim::Duration outer, sim::Duration inner, sim::Duration busy) {
  const auto work = [&](Timeout&) -> Coro<> {
    sim::busy(busy);
    co_await sim::sleep(1s);
  };
  const auto around = [&](Timeout&) -> Coro<> {
    const auto ended = co_await sim::settle(sim::timeout(inner, work));
    if (ended.cancelled()) ended.value();
    co_await sim::sleep(10s);
  };
  const auto ended = co_await sim::settle(sim::timeout(outer, around));
  EXPECT_LE(sim::uptime(), 1s);
  co_return !ended.has_value() && !ended.cancelled();
}

TEST(Timeout, TheOuterComesThroughTheInnerOfABusyLoop) {
  const auto body = []() -> Coro<> {
    const bool timed_out = co_await nested_and_busy(2ms, 100ms, 10ms);
    EXPECT_TRUE(timed_out);
  };
  sim::run(body());
}

TEST(Timeout, BothComeLateInABusyLoop) {
  const auto body = []() -> Coro<> {
    const bool timed_out = co_await nested_and_busy(100ms, 10ms, 100ms);
    EXPECT_TRUE(timed_out);
    EXPECT_EQ(sim::uptime(), 100ms);
  };
  sim::RunOptions options;
  options.limits.step = 1s;
  sim::run(body(), options);
}

TEST(Timeout, AnotherTaskMayMoveItAndTakeItAway) {
  const auto body = []() -> Coro<> {
    const sim::TimePoint first = sim::now() + 10s;
    Timeout limit(first);
    const auto child = [&]() -> Coro<> {
      const auto sleep = []() -> Coro<> { co_await sim::sleep(50s); };
      co_await under(limit, sleep);
    };
    auto task = create_task(child());
    co_await sim::yield();
    EXPECT_EQ(limit.when(), first);
    limit.reschedule(first + 20s);
    EXPECT_EQ(limit.when(), first + 20s);
    limit.reschedule(std::nullopt);
    EXPECT_EQ(limit.when(), std::nullopt);
    co_await sim::sleep(40s);
    task.cancel();
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_FALSE(limit.expired());
  };
  sim::run(body());
}

TEST(Timeout, ACleanupMayHaveALimitOfItsOwn) {
  const auto body = []() -> Coro<> {
    bool inner_timed_out = false;
    const auto work = [&](Timeout&) -> Coro<> {
      const auto sleep = []() -> Coro<> { co_await sim::sleep(1s); };
      const auto cleanup = [&]() -> Coro<> {
        Timeout limit(sim::now() + 10ms);
        inner_timed_out = co_await times_out(limit, 10s);
      };
      co_await sim::finally_do(sleep, cleanup);
    };
    const auto ended = co_await sim::settle(sim::timeout(10ms, work));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_TRUE(inner_timed_out);
    EXPECT_EQ(sim::uptime(), 20ms);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

// A task that has swallowed a cancellation of itself goes on with `then`.
template <class F>
Coro<> after_a_cancellation(F then) {
  sim::current_task().cancel();
  const auto slept = co_await sim::settle(sim::sleep(1s));
  EXPECT_TRUE(slept.cancelled());
  co_await then();
}

TEST(Timeout, AfterASwallowedCancellationItStillTimesOut) {
  const auto body = []() -> Coro<> {
    const auto then = []() -> Coro<> {
      Timeout limit(sim::now());
      EXPECT_TRUE(co_await times_out(limit, 1s));
    };
    auto task = create_task(after_a_cancellation(then));
    co_await task;
    EXPECT_EQ(task.cancelling(), 1);
  };
  sim::run(body());
}

TEST(Timeout, AfterASwallowedCancellationAnotherOneStaysOne) {
  const auto body = []() -> Coro<> {
    const auto then = []() -> Coro<> {
      const auto work = [](Timeout&) -> Coro<> {
        sim::current_task().cancel();
        co_await sim::sleep(2s);
      };
      co_await sim::timeout(1s, work);
    };
    auto task = create_task(after_a_cancellation(then));
    const auto ended = co_await sim::settle(task);
    EXPECT_TRUE(ended.cancelled());
    EXPECT_EQ(task.cancelling(), 2);
  };
  sim::run(body());
}

TEST(Timeout, IsEnteredOnceAlsoAfterItWasLeft) {
  const auto body = []() -> Coro<> {
    Timeout limit(sim::now() + 10ms);
    EXPECT_FALSE(co_await times_out(limit, 1ms));
    EXPECT_THROW(limit.enter(), std::runtime_error);
  };
  sim::run(body());
}

TEST(Timeout, RescheduleAfterItWasThrownThrows) {
  const auto body = []() -> Coro<> {
    Timeout limit(sim::now() + 10ms);
    EXPECT_TRUE(co_await times_out(limit, 1s));
    EXPECT_THROW(limit.reschedule(sim::now() + 20ms), std::runtime_error);
  };
  sim::run(body());
}

TEST(Timeout, AroundATaskGroupThatFailsInItsCleanupTheGroupIsThrown) {
  const auto body = []() -> Coro<> {
    const auto child = []() -> Coro<> {
      co_await sim::settle(sim::sleep(2s));
      throw 7;  // in its cleanup
    };
    const auto group_body = [&](sim::TaskGroup& group) -> Coro<> {
      group.create_task(child());
      co_await sim::sleep(1s);
    };
    const auto work = [&](Timeout&) -> Coro<> { co_await sim::task_group(group_body); };
    const auto ended = co_await sim::settle(sim::timeout(10ms, work));
    try {
      ended.value();
      ADD_FAILURE() << "nothing thrown";
    } catch (const sim::ExceptionGroup& group) {
      EXPECT_EQ(group.exceptions().size(), 1u);
      EXPECT_TRUE(group.subgroup<int>().has_value());
    }
    EXPECT_EQ(sim::uptime(), 10ms);
  };
  sim::run(body());
}

}  // namespace
