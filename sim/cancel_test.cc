// Cancellation of tasks: who is told what, when. Each claim was checked against CPython 3.13.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
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
using sim::test::cancel_message_of;
using sim::test::cancellation_of;
using sim::test::Log;
using testing::ElementsAre;

// Awaits `awaited` and logs its cancellation, which goes on.
template <class X>
Coro<> hold(std::string name, X awaited, Log& log) {
  try {
    co_await std::move(awaited);
    log.push_back(name + " went on");
  } catch (const CancelledError& cancelled) {
    log.push_back(name + " was cancelled: " + cancelled.message());
    throw;
  }
}

Coro<> sleeping() { co_await sim::sleep(1h); }

TEST(Cancel, IsThrownWhereTheTaskStandsAndEndsIt) {
  const auto body = []() -> Coro<> {
    auto task = create_task(sleeping());
    co_await sim::yield();
    EXPECT_TRUE(task.cancel("enough"));
    EXPECT_FALSE(task.done()) << "it ends in a step of its own";
    EXPECT_FALSE(task.cancelled());
    EXPECT_EQ(co_await cancellation_of(task), "enough");
    EXPECT_TRUE(task.done());
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(cancel_message_of([&] { task.result(); }), "enough");
    EXPECT_EQ(cancel_message_of([&] { static_cast<void>(task.exception()); }), "enough");
    EXPECT_EQ(task.cancelling(), 1);
    EXPECT_EQ(sim::uptime(), 0s) << "the timer of the sleep is gone";
  };
  sim::run(body());
}

TEST(Cancel, WithoutAMessageHasNoneOfTheOneBefore) {
  Log log;
  const auto holds_twice = [&]() -> Coro<> {
    const auto first = co_await sim::settle(hold("first", sim::sleep(1h), log));
    EXPECT_FALSE(first.has_value());
    co_await hold("second", sim::sleep(1h), log);
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(holds_twice());
    co_await sim::yield();
    task.cancel("enough");
    co_await sim::sleep(1s);
    task.cancel();
    co_await sim::settle(task);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("first was cancelled: enough", "second was cancelled: "));
}

TEST(Cancel, OfATaskWhoseFutureFailsInTheSameStepLooksAtTheException) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    auto future = sim::running_loop().create_future<int>();
    const auto waits = [](Future<int> awaited) -> Coro<> { co_await std::move(awaited); };
    auto task = create_task(waits(future));
    co_await sim::yield();
    future.set_exception(std::runtime_error("failed"));
    task.cancel();
    const auto ended = co_await sim::settle(task);
    EXPECT_TRUE(ended.cancelled());
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_TRUE(findings.kinds().empty());
}

TEST(Cancel, OfATaskThatIsDoneDoesNothing) {
  const auto quick = []() -> Coro<int> { co_return 1; };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(quick());
    co_await task;
    EXPECT_FALSE(task.cancel());
    EXPECT_EQ(task.cancelling(), 0);
    EXPECT_EQ(task.result(), 1);
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, BeforeTheFirstStepNeverRunsTheBody) {
  Log log;
  const auto child = [&]() -> Coro<> {
    log.push_back("ran");
    co_return;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    task.cancel("one");
    task.cancel("two");
    EXPECT_EQ(co_await cancellation_of(task), "two");
    EXPECT_TRUE(task.cancelled());
  };
  sim::test::Findings findings;
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_TRUE(log.empty());
  EXPECT_TRUE(findings.all().empty()) << "it was declined, not forgotten";
}

TEST(Cancel, BeforeTheFirstStepDestroysTheArgumentsInAStepOfTheTask) {
  std::string destroyed_in;
  struct Argument {
    std::string* destroyed_in;
    explicit Argument(std::string* in) : destroyed_in(in) {}
    Argument(Argument&& other) noexcept
        : destroyed_in(std::exchange(other.destroyed_in, nullptr)) {}
    ~Argument() {
      if (destroyed_in != nullptr) *destroyed_in = sim::current_task().name();
    }
  };
  const auto child = [](Argument) -> Coro<> { co_return; };
  const auto short_lived = []() -> Coro<> { co_return; };
  const auto body = [&]() -> Coro<> {
    create_task(short_lived());  // ends in the step before, and is gone
    auto task = create_task(child(Argument(&destroyed_in)), "declined");
    task.cancel();
    co_await sim::settle(task);
  };
  sim::run(body());
  EXPECT_EQ(destroyed_in, "declined");
}

TEST(Cancel, TakenBackBeforeTheFirstStepRunsTheBody) {
  const auto child = []() -> Coro<int> { co_return 5; };
  const auto body = [&]() -> Coro<int> {
    auto task = create_task(child());
    task.cancel();
    EXPECT_EQ(task.uncancel(), 0);
    co_return co_await task;
  };
  EXPECT_EQ(sim::run(body()), 5);
}

TEST(Cancel, OfAWaitForAFutureCancelsTheFuture) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto future = sim::running_loop().create_future<>();
    auto task = create_task(hold("task", future, log));
    co_await sim::yield();
    task.cancel("m");
    EXPECT_TRUE(future.cancelled()) << "at once";
    co_await sim::settle(task);
    EXPECT_EQ(cancel_message_of([&] { future.result(); }), "m");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("task was cancelled: m"));
}

TEST(Cancel, ReachesAllWhoWaitForTheSameFuture) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto future = sim::running_loop().create_future<>();
    auto a = create_task(hold("a", future, log));
    auto b = create_task(hold("b", future, log));
    auto c = create_task(hold("c", future, log));
    co_await sim::yield();
    b.cancel("b");
    co_await sim::wait({}, a, b, c);
    EXPECT_TRUE(a.cancelled());
    EXPECT_EQ(a.cancelling(), 0);
    EXPECT_EQ(b.cancelling(), 1);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a was cancelled: b", "b was cancelled: b", "c was cancelled: b"));
}

TEST(Cancel, GoesDownTheChainOfTasksThatWaitForOneAnother) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto inner = create_task(hold("inner", sim::running_loop().create_future<>(), log));
    auto middle = create_task(hold("middle", inner, log));
    auto outer = create_task(hold("outer", middle, log));
    co_await sim::yield();
    outer.cancel("m");
    co_await sim::settle(outer);
    EXPECT_TRUE(inner.cancelled() && middle.cancelled() && outer.cancelled());
    EXPECT_EQ(inner.cancelling(), 1);
    EXPECT_EQ(middle.cancelling(), 1);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("inner was cancelled: m", "middle was cancelled: m",
                               "outer was cancelled: m"));
}

TEST(Cancel, ThatTheAwaitedTaskSwallowsLeavesTheAwaiterItsResult) {
  const auto swallow = []() -> Coro<std::string> {
    co_await sim::settle(sim::sleep(1h));
    co_return "kept";
  };
  const auto await_it = [](Task<std::string> inner) -> Coro<std::string> {
    co_return co_await inner;
  };
  const auto body = [&]() -> Coro<> {
    auto inner = create_task(swallow());
    auto outer = create_task(await_it(inner));
    co_await sim::yield();
    outer.cancel();
    EXPECT_EQ(co_await outer, "kept");
    EXPECT_EQ(outer.cancelling(), 1);
    EXPECT_EQ(inner.cancelling(), 1);
  };
  sim::run(body());
}

TEST(Cancel, ThatATaskSwallowsIsCountedUntilItIsTakenBack) {
  const auto swallow = []() -> Coro<int> {
    co_await sim::settle(sim::sleep(1h));
    EXPECT_EQ(sim::current_task().cancelling(), 1);
    EXPECT_EQ(sim::current_task().uncancel(), 0);
    co_await sim::yield();
    co_return 1;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(swallow());
    co_await sim::yield();
    task.cancel();
    EXPECT_EQ(task.cancelling(), 1);
    EXPECT_EQ(co_await task, 1);
    EXPECT_FALSE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 0);
  };
  sim::run(body());
}

TEST(Cancel, UncancelStopsAtZero) {
  const auto body = []() -> Coro<> {
    auto task = create_task(sleeping());
    EXPECT_EQ(task.uncancel(), 0);
    co_await sim::yield();
    task.cancel();
    task.cancel();
    EXPECT_EQ(task.cancelling(), 2);
    EXPECT_EQ(task.uncancel(), 1);
    EXPECT_EQ(task.uncancel(), 0);
    EXPECT_EQ(task.uncancel(), 0);
    EXPECT_EQ(co_await cancellation_of(task), "") << "the first one was on its way already";
  };
  sim::run(body());
}

TEST(Cancel, DuringTheCleanupAfterACancelIsThrownToo) {
  Log log;
  const auto child = [&]() -> Coro<> {
    const auto first = co_await sim::settle(sim::sleep(1h));
    log.push_back(cancel_message_of([&] { first.value(); }));
    co_await hold("cleanup", sim::running_loop().create_future<>(), log);
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    co_await sim::yield();
    task.cancel("one");
    co_await sim::yield();
    task.cancel("two");
    EXPECT_EQ(co_await cancellation_of(task), "two");
    EXPECT_EQ(task.cancelling(), 2);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("one", "cleanup was cancelled: two"));
}

TEST(Cancel, ATaskThatCancelsItselfAndReturnsEndsCancelled) {
  const auto child = []() -> Coro<int> {
    sim::current_task().cancel("own");
    co_return 5;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    EXPECT_EQ(co_await cancellation_of(task), "own");
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 1);
  };
  sim::run(body());
}

TEST(Cancel, ATaskThatCancelsItselfAndThrowsEndsWithTheException) {
  const auto child = []() -> Coro<int> {
    sim::current_task().cancel("own");
    throw std::out_of_range("far");
    co_return 5;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    const auto ended = co_await sim::settle(task);
    EXPECT_THROW(ended.value(), std::out_of_range);
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, ATaskThatThrowsACancelledErrorByItselfEndsCancelled) {
  const auto child = []() -> Coro<> {
    throw CancelledError("own");
    co_return;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    EXPECT_EQ(co_await cancellation_of(task), "own");
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 0);
  };
  sim::run(body());
}

TEST(Cancel, OfItselfWaitsForTheNextSuspension) {
  Log log;
  const auto done = [&]() -> Coro<std::string> { co_return "a coroutine"; };
  const auto child = [&]() -> Coro<int> {
    sim::current_task().cancel("own");
    auto future = sim::running_loop().create_future<std::string>();
    future.set_result("a future that is done");
    log.push_back(co_await future);
    log.push_back(co_await done());
    log.push_back("yield: " + co_await cancellation_of(sim::yield()));
    co_return 3;
  };
  const auto body = [&]() -> Coro<int> { co_return co_await create_task(child()); };
  EXPECT_EQ(sim::run(body()), 3);
  EXPECT_THAT(log, ElementsAre("a future that is done", "a coroutine", "yield: own"));
}

// What a task hears that cancels itself and then awaits `awaited`.
template <class X>
Coro<std::string> cancel_and_await(X awaited) {
  sim::current_task().cancel("own");
  co_return co_await cancellation_of(awaited);
}

TEST(Cancel, OfItselfCancelsTheFutureItAwaitsNext) {
  const auto body = []() -> Coro<> {
    auto future = sim::running_loop().create_future<>();
    EXPECT_EQ(co_await create_task(cancel_and_await(future)), "own");
    EXPECT_TRUE(future.cancelled());
  };
  sim::run(body());
}

TEST(Cancel, OfItselfCancelsTheTaskItAwaitsNext) {
  const auto body = []() -> Coro<> {
    auto inner = create_task(sleeping());
    EXPECT_EQ(co_await create_task(cancel_and_await(inner)), "own");
    EXPECT_TRUE(inner.cancelled());
    EXPECT_EQ(inner.cancelling(), 1);
  };
  sim::run(body());
}

TEST(Cancel, OfItselfThatTheTaskItAwaitsNextSwallowsLeavesItTheResult) {
  const auto swallow = []() -> Coro<std::string> {
    co_await sim::settle(sim::sleep(1h));
    co_return "kept";
  };
  const auto await_it = [](Task<std::string> inner) -> Coro<std::string> {
    sim::current_task().cancel();
    co_return co_await inner;
  };
  const auto body = [&]() -> Coro<> {
    auto inner = create_task(swallow());
    EXPECT_EQ(co_await create_task(await_it(inner)), "kept");
    EXPECT_EQ(inner.cancelling(), 1);
  };
  sim::run(body());
}

TEST(Cancel, OfItselfEndsTheSleepItAwaitsNextAtOnce) {
  const auto child = []() -> Coro<std::string> {
    sim::current_task().cancel("own");
    co_return co_await cancellation_of(sim::sleep(1h));
  };
  const auto body = [&]() -> Coro<> {
    EXPECT_EQ(co_await create_task(child()), "own");
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(Cancel, OfACycleOfTasksThrowsAndLeavesThemPending) {
  std::optional<Task<>> a;
  std::optional<Task<>> b;
  const auto wait_for_a = [&]() -> Coro<> { co_await *a; };
  const auto wait_for_b = [&]() -> Coro<> { co_await *b; };
  const auto body = [&]() -> Coro<> {
    a = create_task(wait_for_b());
    b = create_task(wait_for_a());
    co_await sim::yield();
    EXPECT_THROW(a->cancel(), std::runtime_error);
    EXPECT_FALSE(a->done() || b->done());
    a.reset();
    b.reset();
  };
  sim::test::Findings findings;
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), testing::Each(sim::FindingKind::pending_at_end));
}

TEST(Cancel, OfItselfBeforeItClosesACycleIsToldToTheExceptionHandler) {
  std::optional<Task<>> a;
  std::optional<Task<>> b;
  Log log;
  const auto wait_for_b = [&]() -> Coro<> { co_await *b; };
  const auto close_the_cycle = [&]() -> Coro<> {
    sim::current_task().cancel();
    co_await *a;
  };
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) {
          log.push_back(sim::internal::describe_exception(context.exception));
        });
    a = create_task(wait_for_b());
    b = create_task(close_the_cycle());
    co_await sim::yield();
    co_await sim::yield();
    EXPECT_FALSE(a->done() || b->done());
    a.reset();
    b.reset();
  };
  sim::test::Findings findings;
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(log, ElementsAre("std::runtime_error: cancelled a cycle of tasks that wait for one "
                               "another"));
}

TEST(Cancel, AnExceptionHandlerForStandardExceptionsDoesNotCatchIt) {
  const auto child = []() -> Coro<int> {
    try {
      co_await sim::sleep(1h);
    } catch (const std::runtime_error&) {
      co_return 1;
    }
    co_return 2;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child());
    co_await sim::yield();
    task.cancel();
    EXPECT_EQ(co_await cancellation_of(task), "");
  };
  sim::run(body());
}

TEST(Cancel, OfAChainOfManyTasksNeedsNoStack) {
  constexpr int kTasks = 100000;
  const auto link = [](Task<> next) -> Coro<> { co_await next; };
  const auto body = [&]() -> Coro<> {
    auto last = create_task(sleeping());
    auto first = last;
    for (int i = 0; i < kTasks; ++i) first = create_task(link(first));
    co_await sim::yield();
    EXPECT_EQ(sim::all_tasks().size(), kTasks + 2u);
    first.cancel("m");
    EXPECT_EQ(last.cancelling(), 1);
    EXPECT_EQ(co_await cancellation_of(first), "m");
    EXPECT_EQ(sim::all_tasks().size(), 1u);
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

}  // namespace
