// The window between the wake-up of a task and its resumption, and requests that meet there. Each
// claim was checked against CPython 3.13.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::CancelledError;
using sim::Coro;
using sim::create_task;
using sim::Future;
using sim::Task;
using sim::test::cancellation_of;
using testing::ElementsAre;

// What a task comes to that awaits a future, after act(task, future) once it stands there: the
// value of the future as text, or its cancellation. Holds after a step more that the task is over
// it.
template <class Act>
std::string outcome_of(Act act) {
  const auto child = [](Future<int> future) -> Coro<std::string> {
    const auto ended = co_await sim::settle(future);
    if (ended.has_value()) co_return std::to_string(ended.value());
    if (!ended.cancelled()) co_return "failed";
    const std::string message = sim::internal::cancel_message(ended.exception());
    const auto next = co_await sim::settle(sim::yield());
    co_return "cancelled: " + message + (next.cancelled() ? ", and again" : "");
  };
  const auto body = [&]() -> Coro<std::string> {
    auto future = sim::running_loop().create_future<int>();
    auto task = create_task(child(future));
    co_await sim::yield();
    act(task, future);
    co_return co_await task;
  };
  return sim::run(body());
}

using StringTask = Task<std::string>;

TEST(CancelWindow, ACancelAfterTheResultWasSetLosesIt) {
  EXPECT_EQ(outcome_of([](StringTask& task, Future<int>& future) {
              future.set_result(7);
              EXPECT_TRUE(task.cancel("w"));
              EXPECT_EQ(task.cancelling(), 1);
              EXPECT_EQ(future.result(), 7);
            }),
            "cancelled: w");
}

TEST(CancelWindow, ACancelAfterAnExceptionWasSetLosesItAndItCountsAsRetrieved) {
  sim::test::Findings findings;
  const auto child = [](Future<int> future) -> Coro<> { co_await std::move(future); };
  const auto body = [&]() -> Coro<> {
    auto future = sim::running_loop().create_future<int>();
    auto task = create_task(child(future));
    co_await sim::yield();
    future.set_exception(std::runtime_error("lost"));
    task.cancel("w");
    EXPECT_EQ(co_await cancellation_of(task), "w");
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_TRUE(findings.all().empty());
}

// Between the end of its child and its own a gather can no longer be cancelled.
TEST(CancelWindow, ACancelBeforeAGatherHasTheExceptionOfItsChildLosesItToo) {
  sim::test::Findings findings;
  const auto fails = []() -> Coro<> {
    co_await sim::yield();
    throw std::runtime_error("lost");
  };
  const auto gathers = [&]() -> Coro<> { co_await sim::gather(fails()); };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(gathers());
    for (int i = 0; i < 3; ++i) co_await sim::yield();
    task.cancel("w");
    EXPECT_EQ(co_await cancellation_of(task), "w");
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_TRUE(findings.all().empty());
}

TEST(CancelWindow, ARequestTakenBackThereLeavesTheResult) {
  EXPECT_EQ(outcome_of([](StringTask& task, Future<int>& future) {
              future.set_result(7);
              task.cancel();
              EXPECT_EQ(task.uncancel(), 0);
            }),
            "7");
}

TEST(CancelWindow, OneOfTwoRequestsTakenBackThereIsNotEnough) {
  EXPECT_EQ(outcome_of([](StringTask& task, Future<int>& future) {
              future.set_result(7);
              task.cancel("one");
              task.cancel("two");
              EXPECT_EQ(task.uncancel(), 1);
            }),
            "cancelled: two");
}

TEST(CancelWindow, ARequestThatReachedTheFutureCannotBeTakenBack) {
  EXPECT_EQ(outcome_of([](StringTask& task, Future<int>& future) {
              task.cancel("w");
              EXPECT_EQ(task.uncancel(), 0);
              EXPECT_TRUE(future.cancelled());
            }),
            "cancelled: w");
}

TEST(CancelWindow, TwoRequestsAreThrownOnceWithTheMessageOfTheFirst) {
  EXPECT_EQ(outcome_of([](StringTask& task, Future<int>&) {
              EXPECT_TRUE(task.cancel("one"));
              EXPECT_TRUE(task.cancel("two"));
              EXPECT_EQ(task.cancelling(), 2);
            }),
            "cancelled: one");
}

TEST(CancelWindow, ARequestAfterTheFutureWasCancelledIsThrownOnceWithTheFuturesMessage) {
  EXPECT_EQ(outcome_of([](StringTask& task, Future<int>& future) {
              future.cancel("future");
              EXPECT_TRUE(task.cancel("task"));
              EXPECT_EQ(task.cancelling(), 1);
            }),
            "cancelled: future");
}

TEST(CancelWindow, TwoRequestsDownAChainOfTasksAreThrownOnce) {
  const auto inner_body = []() -> Coro<> { co_await sim::running_loop().create_future<>(); };
  const auto outer_body = [](Task<> inner) -> Coro<std::string> {
    const std::string first = co_await cancellation_of(inner);
    const std::string second = co_await cancellation_of(sim::yield());
    co_return first + ", then " + second;
  };
  const auto body = [&]() -> Coro<> {
    auto inner = create_task(inner_body());
    auto outer = create_task(outer_body(inner));
    co_await sim::yield();
    outer.cancel("one");
    outer.cancel("two");
    EXPECT_EQ(inner.cancelling(), 2);
    EXPECT_EQ(outer.cancelling(), 2);
    EXPECT_EQ(co_await outer, "one, then (none)");
  };
  sim::run(body());
}

// The same for a task that yields: it waits for nothing, so every request only marks it.
TEST(CancelWindow, TwoRequestsAtAYieldAreThrownOnceWithTheMessageOfTheSecond) {
  const auto child = []() -> Coro<std::string> {
    const std::string first = co_await cancellation_of(sim::yield());
    const std::string second = co_await cancellation_of(sim::yield());
    co_return first + ", then " + second;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    co_await sim::yield();
    task.cancel("one");
    task.cancel("two");
    EXPECT_EQ(co_await task, "two, then (none)");
    EXPECT_EQ(task.cancelling(), 2);
  };
  sim::run(body());
}

TEST(CancelWindow, AMessageIsOfItsOwnRequestOnly) {
  const auto child = []() -> Coro<std::string> {
    const std::string first = co_await cancellation_of(sim::yield());
    const std::string second = co_await cancellation_of(sim::yield());
    co_return first + "|" + second;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    co_await sim::yield();
    task.cancel("one");
    co_await sim::yield();
    task.cancel();
    EXPECT_EQ(co_await task, "one|");
  };
  sim::run(body());
}

// A plain waiter stands for the future that asyncio would make: a sleep's timer, a lock's turn.
Coro<std::string> sleep_and_tell(sim::Duration d) {
  const auto ended = co_await sim::settle(sim::sleep(d));
  if (ended.has_value()) co_return "slept";
  const std::string message = sim::internal::cancel_message(ended.exception());
  const auto next = co_await sim::settle(sim::yield());
  co_return "cancelled: " + message + (next.cancelled() ? ", and again" : "");
}

TEST(CancelWindow, OfASleepIsBetweenItsTimerAndItsStep) {
  const auto body = []() -> Coro<> {
    auto task = create_task(sleep_and_tell(1s));
    co_await sim::yield();
    // Due with the sleep's timer and behind it: runs in the window.
    sim::running_loop().call_later(1s, [task] { task.cancel("w"); });
    EXPECT_EQ(co_await task, "cancelled: w");
    EXPECT_EQ(sim::uptime(), 1s);
  };
  sim::run(body());
}

TEST(CancelWindow, OfASleepMayBeLeftByTakingTheRequestBack) {
  const auto body = []() -> Coro<> {
    auto task = create_task(sleep_and_tell(1s));
    co_await sim::yield();
    sim::running_loop().call_later(1s, [task] {
      task.cancel("w");
      task.uncancel();
    });
    EXPECT_EQ(co_await task, "slept");
  };
  sim::run(body());
}

TEST(CancelWindow, ASleepCancelledTwiceIsThrownOnceWithTheMessageOfTheFirst) {
  const auto body = []() -> Coro<> {
    auto task = create_task(sleep_and_tell(1s));
    co_await sim::yield();
    task.cancel("one");
    task.cancel("two");
    EXPECT_EQ(co_await task, "cancelled: one");
  };
  sim::run(body());
}

TEST(CancelWindow, ASleepCancelledWhenItsTimerIsDueIsThrownOnce) {
  const auto body = []() -> Coro<> {
    sim::Handle canceller;
    StringTask task;
    // In front of the sleep's timer, in the same iteration: the timer finds it cancelled.
    sim::running_loop().call_later(1s, [&] { task.cancel("first"); });
    task = create_task(sleep_and_tell(1s));
    EXPECT_EQ(co_await task, "cancelled: first");
  };
  sim::run(body());
}

TEST(CancelWindow, AResultSetAfterTheCancelIsRefused) {
  EXPECT_EQ(outcome_of([](StringTask& task, Future<int>& future) {
              task.cancel("w");
              EXPECT_THROW(future.set_result(7), sim::InvalidStateError);
            }),
            "cancelled: w");
}

TEST(CancelWindow, OfAnAwaitedTaskThatEndedLosesItsResult) {
  const auto quick = []() -> Coro<int> {
    co_await sim::yield();
    co_return 1;
  };
  const auto waiting = [](Task<int> inner) -> Coro<std::string> {
    co_return co_await cancellation_of(inner);
  };
  const auto body = [&]() -> Coro<> {
    auto inner = create_task(quick());
    auto outer = create_task(waiting(inner));
    inner.add_done_callback([outer] { EXPECT_TRUE(outer.cancel("w")); });
    EXPECT_EQ(co_await outer, "w");
    EXPECT_EQ(inner.result(), 1);
    EXPECT_EQ(inner.cancelling(), 0);
  };
  sim::run(body());
}

}  // namespace
