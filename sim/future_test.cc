#include "sim/future.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::CancelledError;
using sim::Coro;
using sim::Future;
using sim::InvalidStateError;
using sim::test::Log;
using sim::test::cancel_message_of;
using sim::test::make_future;
using testing::ElementsAre;

// Runs f() as a callback of a loop.
template <class F>
void in_a_run(F f) {
  const auto body = [&]() -> Coro<> {
    f();
    co_return;
  };
  sim::run(body());
}

TEST(Future, IsPendingUntilItsResultIsSet) {
  in_a_run([] {
    const auto future = make_future<int>();
    EXPECT_FALSE(future.done());
    EXPECT_THROW(future.result(), InvalidStateError);
    EXPECT_THROW(future.exception(), InvalidStateError);
    future.set_result(5);
    EXPECT_TRUE(future.done());
    EXPECT_FALSE(future.cancelled());
    EXPECT_EQ(future.result(), 5);
    EXPECT_EQ(future.exception(), nullptr);
  });
}

TEST(Future, EndsOnce) {
  in_a_run([] {
    const auto future = make_future<int>();
    future.set_result(1);
    EXPECT_THROW(future.set_result(2), InvalidStateError);
    EXPECT_THROW(future.set_exception(std::runtime_error("late")), InvalidStateError);
    EXPECT_FALSE(future.cancel());
    EXPECT_EQ(future.result(), 1);
  });
}

TEST(Future, HoldsAnExceptionOfAnyType) {
  in_a_run([] {
    const auto number = make_future<int>();
    number.set_exception(5);
    EXPECT_THROW(number.result(), int);
    EXPECT_NE(number.exception(), nullptr);
    const auto pointer = make_future<>();
    pointer.set_exception(std::make_exception_ptr(std::out_of_range("far")));
    EXPECT_THROW(pointer.result(), std::out_of_range);
    EXPECT_THROW(make_future<>().set_exception(std::exception_ptr()), std::invalid_argument);
  });
}

TEST(Future, CancelEndsItWithTheMessage) {
  in_a_run([] {
    const auto future = make_future<int>();
    EXPECT_TRUE(future.cancel("first"));
    EXPECT_FALSE(future.cancel("second"));
    EXPECT_TRUE(future.done());
    EXPECT_TRUE(future.cancelled());
    EXPECT_EQ(cancel_message_of([&] { future.result(); }), "first");
    EXPECT_EQ(cancel_message_of([&] { static_cast<void>(future.exception()); }), "first");
    EXPECT_THROW(future.set_result(1), InvalidStateError);
  });
}

TEST(Future, AnEmptyHandleThrowsFromEveryFunction) {
  in_a_run([] {
    const Future<int> empty;
    EXPECT_FALSE(empty);
    EXPECT_THROW(empty.done(), InvalidStateError);
    EXPECT_THROW(empty.cancel(), InvalidStateError);
    EXPECT_THROW(empty.result(), InvalidStateError);
    EXPECT_THROW(empty.set_result(1), InvalidStateError);
    EXPECT_THROW(empty.add_done_callback([] {}), InvalidStateError);
    Future<int> full = make_future<int>();
    const Future<int> other = std::move(full);
    EXPECT_FALSE(full);  // NOLINT: a moved-from handle is empty
    EXPECT_TRUE(other);
  });
}

TEST(Future, AwaitingAnEmptyHandleThrows) {
  const auto body = []() -> Coro<> {
    bool caught = false;
    try {
      co_await Future<int>();
    } catch (const InvalidStateError&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  };
  sim::run(body());
}

TEST(Future, HandlesAreEqualIfTheyAreOfOneFuture) {
  in_a_run([] {
    const auto a = make_future<int>();
    const auto b = make_future<int>();
    const auto copy = a;
    EXPECT_TRUE(a == copy);
    EXPECT_FALSE(a == b);
  });
}

TEST(Future, CallbacksAreNeverInlineAndRunInTheOrderOfRegistration) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto future = make_future<int>();
    future.add_done_callback([&](const Future<int>& f) {
      log.push_back("first " + std::to_string(f.result()));
    });
    future.add_done_callback([&] { log.push_back("second"); });
    future.set_result(3);
    log.push_back("set");
    co_await sim::yield();
    log.push_back("yielded");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("set", "first 3", "second", "yielded"));
}

TEST(Future, ACallbackRegisteredAfterItEndedRunsInTheNextIteration) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto future = make_future<>();
    future.set_result();
    future.add_done_callback([&] { log.push_back("callback"); });
    log.push_back("registered");
    co_await sim::yield();
    log.push_back("yielded");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("registered", "callback", "yielded"));
}

TEST(Future, ARemovedCallbackDoesNotRun) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto future = make_future<>();
    std::vector<std::uint64_t> ids;
    for (const char* name : {"a", "b", "c", "d"}) {
      ids.push_back(future.add_done_callback([&log, name] { log.push_back(name); }));
    }
    EXPECT_TRUE(future.remove_done_callback(ids[0]));
    EXPECT_TRUE(future.remove_done_callback(ids[3]));
    EXPECT_FALSE(future.remove_done_callback(ids[3]));
    EXPECT_FALSE(future.remove_done_callback(ids[3] + 100));
    future.add_done_callback([&] { log.push_back("e"); });
    future.set_result();
    EXPECT_FALSE(future.remove_done_callback(ids[1]));  // it is scheduled
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("b", "c", "e"));
}

TEST(Future, ACallbackMayRegisterAnotherOneAndRemoveNoneThatIsScheduled) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto future = make_future<>();
    std::uint64_t late = 0;
    future.add_done_callback([&](const Future<>& f) {
      log.push_back("first");
      f.add_done_callback([&] { log.push_back("added"); });
      EXPECT_FALSE(f.remove_done_callback(late));
    });
    late = future.add_done_callback([&] { log.push_back("late"); });
    future.set_result();
    co_await sim::yield();
    log.push_back("|");
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("first", "late", "|", "added"));
}

Coro<> wait_and_log(Future<> future, std::string name, Log& log) {
  co_await future;
  log.push_back(name);
}

TEST(Future, WaitersAndCallbacksShareOneOrder) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto future = make_future<>();
    auto first = sim::create_task(wait_and_log(future, "first", log));
    co_await sim::yield();
    future.add_done_callback([&] { log.push_back("callback"); });
    auto second = sim::create_task(wait_and_log(future, "second", log));
    co_await sim::yield();
    future.set_result();
    co_await sim::gather(first, second);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("first", "callback", "second"));
}

TEST(Future, WhatACallbackThrowsGoesToTheExceptionHandlerAndTheOthersRun) {
  Log log;
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) {
          log.push_back(context.message + ": " +
                        sim::internal::describe_exception(context.exception));
        });
    const auto future = make_future<>();
    future.add_done_callback([&] { log.push_back("before"); });
    future.add_done_callback([] { throw std::runtime_error("broken"); });
    future.add_done_callback([&] { log.push_back("after"); });
    future.set_result();
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("before", "exception in callback: std::runtime_error: broken",
                               "after"));
}

TEST(Future, AnLvalueGivesAReferenceToItsResult) {
  const auto body = []() -> Coro<> {
    const auto future = make_future<std::string>();
    future.set_result("x");
    const std::string& first = co_await future;
    const std::string& second = co_await future;
    EXPECT_EQ(&first, &second);
    EXPECT_EQ(&first, &future.result());
  };
  sim::run(body());
}

TEST(Future, TheLastHandleMovesTheResultOut) {
  const auto body = []() -> Coro<> {
    auto future = make_future<std::shared_ptr<int>>();
    const auto value = std::make_shared<int>(1);
    future.set_result(value);
    const std::shared_ptr<int> moved = co_await std::move(future);
    EXPECT_EQ(moved.use_count(), 2);  // `value` and `moved`: none is left in the future
  };
  sim::run(body());
}

TEST(Future, AnRvalueGivesACopyWhileThereAreOtherHandles) {
  const auto body = []() -> Coro<> {
    const auto future = make_future<std::string>();
    future.set_result("kept");
    auto copy = future;
    const std::string taken = co_await std::move(copy);
    EXPECT_EQ(taken, "kept");
    EXPECT_EQ(future.result(), "kept");
  };
  sim::run(body());
}

TEST(Future, AResultThatCannotBeCopiedIsMovedOutAndThenGone) {
  const auto body = []() -> Coro<> {
    auto future = make_future<std::unique_ptr<int>>();
    future.set_result(std::make_unique<int>(4));
    auto copy = future;
    const std::unique_ptr<int> taken = co_await std::move(copy);
    EXPECT_EQ(*taken, 4);
    EXPECT_TRUE(future.done());
    EXPECT_THROW(future.result(), InvalidStateError);
    const auto again = co_await sim::settle(std::move(future));
    EXPECT_THROW(again.value(), InvalidStateError);
  };
  sim::run(body());
}

TEST(Future, AReferenceIsAResult) {
  int variable = 1;
  const auto body = [&]() -> Coro<> {
    const auto future = make_future<int&>();
    future.set_result(variable);
    auto copy = future;
    int& through = co_await std::move(copy);
    through = 2;
  };
  sim::run(body());
  EXPECT_EQ(variable, 2);
}

TEST(Future, ManyAwaitOneAndResumeInTheirOrder) {
  Log log;
  Log expected;
  const auto body = [&]() -> Coro<> {
    const auto future = make_future<>();
    std::vector<sim::Task<>> waiters;
    for (int i = 0; i < 100; ++i) {
      expected.push_back(std::to_string(i));
      waiters.push_back(sim::create_task(wait_and_log(future, std::to_string(i), log)));
    }
    sim::running_loop().call_soon([=] { future.set_result(); });
    co_await sim::gather(waiters);
  };
  sim::run(body());
  EXPECT_EQ(log, expected);
}

TEST(Future, ItsExceptionReachesEveryWaiter) {
  const auto waiter = [](Future<int> future) -> Coro<bool> {
    const auto ended = co_await sim::settle(future);
    co_return !ended.has_value() && !ended.cancelled();
  };
  const auto body = [&]() -> Coro<bool> {
    const auto future = make_future<int>();
    auto first = sim::create_task(waiter(future));
    auto second = sim::create_task(waiter(future));
    sim::running_loop().call_soon([=] { future.set_exception(std::runtime_error("x")); });
    const bool both = co_await first && co_await second;
    co_return both;
  };
  EXPECT_TRUE(sim::run(body()));
}

TEST(Future, OneDroppedBeforeItEndsDropsItsCallbacks) {
  const auto token = std::make_shared<int>(0);
  in_a_run([&] {
    { make_future<>().add_done_callback([token] {}); }
    EXPECT_EQ(token.use_count(), 1);
  });
}

TEST(Future, ARemovedCallbackIsDestroyedAtOnce) {
  const auto token = std::make_shared<int>(0);
  in_a_run([&] {
    const auto future = make_future<>();
    const auto id = future.add_done_callback([token] {});
    EXPECT_EQ(token.use_count(), 2);
    future.remove_done_callback(id);
    EXPECT_EQ(token.use_count(), 1);
  });
}

TEST(Future, ACallbackOnAFutureNeedsALoopToRunIn) {
  std::optional<Future<>> outside;
  in_a_run([&] { outside = make_future<>(); });
  EXPECT_THROW(outside->add_done_callback([] {}), std::runtime_error);
  outside->set_result();
  EXPECT_TRUE(outside->done());
}

}  // namespace
