// Futures and tasks: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "sim/future.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Future;
using sim::InvalidStateError;
using sim::Task;
using sim::create_task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::make_future;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Future, AnExceptionEndsItOnceAndStays) {
  const auto body = []() -> Coro<> {
    const auto error = std::make_exception_ptr(std::out_of_range("far"));
    auto future = make_future<int>();
    EXPECT_THROW(static_cast<void>(future.exception()), InvalidStateError);
    future.set_exception(error);
    EXPECT_TRUE(future.done());
    EXPECT_FALSE(future.cancelled());
    EXPECT_THROW(future.result(), std::out_of_range);
    EXPECT_TRUE(future.exception() == error);
    EXPECT_THROW(future.set_result(1), InvalidStateError);
    EXPECT_THROW(future.set_exception(std::exception_ptr()), InvalidStateError);
    EXPECT_FALSE(future.cancel());
    EXPECT_TRUE(future.exception() == error);
    co_return;
  };
  sim::run(body());
}

TEST(Future, ACancelledOneTakesNeitherResultNorException) {
  const auto body = []() -> Coro<> {
    auto future = make_future<int>();
    EXPECT_TRUE(future.cancel());
    EXPECT_THROW(future.set_result(1), InvalidStateError);
    EXPECT_THROW(future.set_exception(std::runtime_error("late")), InvalidStateError);
    EXPECT_FALSE(future.cancel());
    EXPECT_TRUE(future.cancelled());
    co_return;
  };
  sim::run(body());
}

// Registers three callbacks, removes some, and says which ran.
Coro<Log> run_without(std::vector<std::size_t> removed) {
  Log log;
  auto future = make_future<std::string>();
  std::vector<std::uint64_t> ids;
  for (const char* name : {"a", "b", "c"}) {
    ids.push_back(future.add_done_callback([&log, name] { log.push_back(name); }));
  }
  for (const std::size_t i : removed) EXPECT_TRUE(future.remove_done_callback(ids[i]));
  for (const std::size_t i : removed) EXPECT_FALSE(future.remove_done_callback(ids[i]));
  EXPECT_THAT(log, IsEmpty());
  future.set_result("foo");
  co_await sim::yield();
  EXPECT_EQ(future.result(), "foo");
  co_return log;
}

TEST(Future, WithoutItsFirstCallbacksTheOthersRunInOrder) {
  EXPECT_THAT(sim::run(run_without({0})), ElementsAre("b", "c"));
  EXPECT_THAT(sim::run(run_without({0, 1})), ElementsAre("c"));
  EXPECT_THAT(sim::run(run_without({2})), ElementsAre("a", "b"));
  EXPECT_THAT(sim::run(run_without({0, 1, 2})), IsEmpty());
}

TEST(Future, CallbacksRunAfterAnExceptionToo) {
  const auto body = []() -> Coro<> {
    int called = 0;
    auto future = make_future<int>();
    future.add_done_callback([&](const Future<int>& f) {
      EXPECT_NE(f.exception(), nullptr);
      ++called;
    });
    future.set_exception(std::runtime_error("x"));
    EXPECT_EQ(called, 0);
    co_await sim::yield();
    EXPECT_EQ(called, 1);
  };
  sim::run(body());
}

TEST(Future, OneWithoutAnExceptionIsDroppedWithoutAWord) {
  Findings findings;
  const auto body = []() -> Coro<> {
    { auto abandoned = make_future<int>(); }
    {
      auto unlooked = make_future<int>();
      unlooked.set_result(42);
    }
    {
      auto looked = make_future<int>();
      looked.set_result(42);
      EXPECT_EQ(looked.result(), 42);
    }
    co_return;
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(Future, AnExceptionLookedAtEitherWayIsNoFinding) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto asked = make_future<int>();
    asked.set_exception(std::runtime_error("boom"));
    EXPECT_NE(asked.exception(), nullptr);
    auto read = make_future<int>();
    read.set_exception(std::runtime_error("boom"));
    EXPECT_THROW(read.result(), std::runtime_error);
    co_return;
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

template <class H>
concept HasSetters = requires(H handle) { handle.set_result(1); };

TEST(Task, HasNoSetters) {
  EXPECT_TRUE(HasSetters<Future<int>>);
  EXPECT_FALSE(HasSetters<Task<int>>);
}

TEST(Task, MayReturnAFutureWithoutAwaitingIt) {
  const auto body = []() -> Coro<> {
    auto future = make_future<int>();
    const auto give = [&]() -> Coro<Future<int>> { co_return future; };
    const auto set = [&]() -> Coro<> {
      future.set_result(7);
      co_return;
    };
    auto giver = create_task(give());
    auto setter = create_task(set());
    const Future<int> given = co_await giver;
    EXPECT_TRUE(given == future);
    EXPECT_TRUE(setter.done());
  };
  sim::run(body());
}

TEST(Task, CurrentTaskFollowsTwoThatTakeTurns) {
  const auto body = []() -> Coro<> {
    auto one = make_future();
    auto two = make_future();
    Task<> first;
    Task<> second;
    const auto a = [&]() -> Coro<> {
      EXPECT_TRUE(sim::current_task() == sim::AnyTask(first));
      co_await one;
      EXPECT_TRUE(sim::current_task() == sim::AnyTask(first));
      two.set_result();
    };
    const auto b = [&]() -> Coro<> {
      EXPECT_TRUE(sim::current_task() == sim::AnyTask(second));
      one.set_result();
      co_await two;
      EXPECT_TRUE(sim::current_task() == sim::AnyTask(second));
    };
    first = create_task(a());
    second = create_task(b());
    co_await sim::wait({}, first, second);
    EXPECT_EQ(first.exception(), nullptr);
    EXPECT_EQ(second.exception(), nullptr);
  };
  sim::run(body());
}

Coro<std::string> own_stack() { co_return sim::current_task().stack(); }
Coro<std::string> asks_for_its_stack() {
  co_await sim::yield();
  co_return co_await own_stack();
}

TEST(Task, ItsStackMayBeAskedForWhileItRuns) {
  const auto body = []() -> Coro<> {
    const std::string stack = co_await create_task(asks_for_its_stack());
    EXPECT_THAT(stack, HasSubstr("asks_for_its_stack"));
  };
  sim::run(body());
}

TEST(Task, OneThatClosesAGeneratorHasAStack) {
  const auto body = []() -> Coro<> {
    const auto numbers = []() -> sim::AsyncGenerator<int> { co_yield 1; };
    auto generator = numbers();
    auto closing = create_task(generator.aclose());
    for (const auto& task : sim::all_tasks()) EXPECT_FALSE(task.stack().empty());
    co_await closing;
  };
  sim::run(body());
}

TEST(ContextVar, WhatACallbackOfAFutureSetsTheTaskDoesNotSee) {
  sim::ContextVar<std::string> variable("v", "nope");
  const auto body = [&]() -> Coro<> {
    EXPECT_EQ(variable.get(), "nope");
    for (int j = 0; j < 2; ++j) {
      auto future = make_future();
      future.add_done_callback([&] { variable.set("something else"); });
      variable.set("yes" + std::to_string(j));
      sim::running_loop().call_soon([future] { future.set_result(); });
      co_await future;
      EXPECT_EQ(variable.get(), "yes" + std::to_string(j));
      for (int i = 0; i < 3; ++i) {
        variable.set("yes" + std::to_string(i * 10 + j));
        co_await sim::sleep(1ms);
        EXPECT_EQ(variable.get(), "yes" + std::to_string(i * 10 + j));
      }
    }
  };
  sim::run(body());
  EXPECT_EQ(variable.get(), "nope");
}

TEST(ContextVar, AHundredTasksKeepTheirValuesApart) {
  sim::ContextVar<std::int64_t> variable("v", -1);
  const auto child = [&](std::int64_t number) -> Coro<> {
    for (int i = 0; i < 10; ++i) {
      variable.set(number + i);
      co_await sim::sleep(sim::rng().uniform(1ms, 50ms));
      EXPECT_EQ(variable.get(), number + i);
    }
  };
  const auto body = [&]() -> Coro<> {
    std::vector<Coro<>> children;
    for (int i = 0; i < 100; ++i) children.push_back(child(sim::rng().uniform(0, 10)));
    co_await sim::gather(std::move(children));
  };
  sim::run(body());
  EXPECT_EQ(variable.get(), -1);
}

TEST(ContextVar, TheExceptionHandlerRunsInTheContextOfTheCallback) {
  sim::ContextVar<std::string> variable("v", "foo");
  std::string seen;
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext&) { seen = variable.get(); });
    sim::running_loop().call_soon([&] {
      variable.set("bar");
      throw std::runtime_error("x");
    });
    co_await sim::yield();
    EXPECT_EQ(variable.get(), "foo");
  };
  sim::run(body());
  EXPECT_EQ(seen, "bar");
}

TEST(ContextVar, TheExceptionHandlerRunsInTheContextOfTheTaskWhoeverDropsIt) {
  sim::ContextVar<std::string> variable("v", "foo");
  Log seen;
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext&) { seen.push_back(variable.get()); });
    const auto child = [&](const char* value) -> Coro<> {
      variable.set(value);
      co_await sim::yield();
      throw std::runtime_error("x");
    };
    create_task(child("its own"));
    auto kept = create_task(child("dropped by main"));
    auto shared = std::make_shared<Task<>>(create_task(child("dropped by a callback")));
    co_await sim::sleep(1s);
    variable.set("main");
    kept = Task<>();
    sim::running_loop().call_soon([shared = std::move(shared)]() mutable { shared.reset(); });
    co_await sim::yield();
    EXPECT_EQ(variable.get(), "main");
  };
  Findings findings;
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(seen, ElementsAre("its own", "dropped by main", "dropped by a callback"));
}

}  // namespace
