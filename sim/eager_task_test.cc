// Eager tasks: their first step runs inside the one that creates them (Python 3.12).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_eager_task;
using sim::test::cancel_message_of;
using sim::test::Log;
using testing::ElementsAre;

TEST(EagerTask, OneThatDoesNotSuspendIsDoneWhenItIsMade) {
  const auto quick = []() -> Coro<int> { co_return 1; };
  const auto body = [&]() -> Coro<> {
    auto task = create_eager_task(quick());
    EXPECT_TRUE(task.done());
    EXPECT_EQ(task.result(), 1);
    EXPECT_EQ(sim::all_tasks().size(), 1u);
    co_return;
  };
  sim::run(body());
}

TEST(EagerTask, RunsItsFirstStepAtOnceAndTheNextWhenItIsReady) {
  Log log;
  const auto slow = [&]() -> Coro<int> {
    log.push_back("first step of " + sim::current_task().name());
    co_await sim::yield();
    log.push_back("second");
    co_return 2;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_eager_task(slow(), "eager");
    log.push_back("made by " + sim::current_task().name());
    EXPECT_FALSE(task.done());
    const int two = co_await task;
    EXPECT_EQ(two, 2);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("first step of eager", "made by main", "second"));
}

TEST(EagerTask, KeepsItsExceptionForWhoAwaitsIt) {
  const auto bad = []() -> Coro<> {
    throw std::out_of_range("far");
    co_return;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_eager_task(bad());
    EXPECT_TRUE(task.done());
    const auto ended = co_await sim::settle(task);
    EXPECT_THROW(ended.value(), std::out_of_range);
  };
  sim::run(body());
}

TEST(EagerTask, Nests) {
  Log log;
  const auto inner = [&]() -> Coro<> {
    log.push_back(sim::current_task().name());
    co_await sim::yield();
    log.push_back(sim::current_task().name());
  };
  const auto outer = [&]() -> Coro<> {
    auto task = create_eager_task(inner(), "inner");
    log.push_back(sim::current_task().name());
    co_await task;
    log.push_back(sim::current_task().name());
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_eager_task(outer(), "outer");
    log.push_back(sim::current_task().name());
    co_await task;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("inner", "outer", "main", "inner", "outer"));
}

TEST(EagerTask, IsMadeInsideACoroutineThatIsAwaitedToo) {
  Log log;
  const auto child = [&]() -> Coro<> {
    log.push_back("child");
    co_await sim::yield();
    log.push_back("child again");
  };
  const auto nested = [&]() -> Coro<> {
    co_await create_eager_task(child());
    log.push_back("nested");
  };
  const auto body = [&]() -> Coro<> {
    co_await nested();
    log.push_back("main");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("child", "child again", "nested", "main"));
}

TEST(EagerTask, ThatCancelsItselfEndsCancelledWhenItReturns) {
  const auto returns = []() -> Coro<int> {
    sim::current_task().cancel("own");
    co_return 1;
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_eager_task(returns());
    EXPECT_TRUE(task.done());
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(cancel_message_of([&] { task.result(); }), "own");
    co_return;
  };
  sim::run(body());
}

TEST(EagerTask, ThatCancelsItselfIsThrownOutAtItsNextSuspension) {
  const auto suspends = []() -> Coro<int> {
    sim::current_task().cancel("own");
    co_await sim::yield();
    co_return 1;
  };
  const auto body = [&]() -> Coro<std::string> {
    auto task = create_eager_task(suspends());
    EXPECT_FALSE(task.done());
    co_return co_await sim::test::cancellation_of(task);
  };
  EXPECT_EQ(sim::run(body()), "own");
}

TEST(EagerTask, WhatItSchedulesComesBehindWhatIsReady) {
  Log log;
  const auto child = [&]() -> Coro<> {
    log.push_back("child");
    co_return;
  };
  const auto eager = [&]() -> Coro<> {
    sim::create_task(child());
    log.push_back("first step");
    co_await sim::yield();
    log.push_back("second step");
  };
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_soon([&] { log.push_back("callback"); });
    co_await create_eager_task(eager());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("first step", "callback", "child", "second step"));
}

TEST(EagerTask, MayBeMadeInACallback) {
  Log log;
  const auto child = [&]() -> Coro<> {
    log.push_back("child");
    co_await sim::yield();
    log.push_back("child again");
  };
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_soon([&] {
      create_eager_task(child());
      log.push_back("callback");
      EXPECT_FALSE(sim::current_task());
    });
    co_await sim::sleep(1s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("child", "callback", "child again"));
}

TEST(EagerTask, AreWhatCreateTaskMakesOfALoopThatSaysSo) {
  Log log;
  const auto child = [&]() -> Coro<> {
    log.push_back("child");
    co_return;
  };
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_eager_tasks(true);
    EXPECT_TRUE(sim::running_loop().eager_tasks());
    EXPECT_TRUE(sim::create_task(child()).done());
    EXPECT_TRUE(sim::spawn(child).done());
    log.push_back("main");
    sim::running_loop().set_eager_tasks(false);
    EXPECT_FALSE(sim::create_task(child()).done());
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("child", "child", "main", "child"));
}

TEST(EagerTask, HasAnIdentityAndARandomStreamLikeAnyOther) {
  const auto draw = []() -> Coro<std::uint64_t> { co_return sim::rng()(); };
  const auto body = [&](bool eagerly) -> Coro<std::uint64_t> {
    auto task = eagerly ? create_eager_task(draw()) : sim::create_task(draw());
    const auto drawn = co_await task;
    co_return drawn;
  };
  EXPECT_EQ(sim::run(body(true)), sim::run(body(false)));
}

}  // namespace
