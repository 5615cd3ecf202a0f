#include "sim/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::AnyTask;
using sim::Coro;
using sim::create_task;
using sim::InvalidStateError;
using sim::Task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;

Coro<> nothing() { co_return; }
Coro<int> returns(int n) { co_return n; }
Coro<int> throws_failed() {
  throw std::out_of_range("far");
  co_return 0;
}
Coro<> forever() { co_await sim::running_loop().create_future<>(); }

Coro<> two_steps(std::string name, Log& log) {
  log.push_back(name + "0");
  co_await sim::yield();
  log.push_back(name + "1");
}

TEST(Task, StepsRunInTheOrderOfScheduling) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto a = create_task(two_steps("a", log));
    auto b = create_task(two_steps("b", log));
    auto c = create_task(two_steps("c", log));
    log.push_back("main0");
    sim::running_loop().call_soon([&] { log.push_back("callback"); });
    co_await sim::yield();
    log.push_back("main1");
    co_await a;
    co_await b;
    co_await c;
    log.push_back("end");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("main0", "a0", "b0", "c0", "callback", "main1", "a1", "b1", "c1",
                               "end"));
}

TEST(Task, RunsWithoutBeingAwaitedAndWithoutAHandle) {
  Log log;
  const auto body = [&]() -> Coro<> {
    { auto dropped = create_task(two_steps("a", log)); }
    co_await sim::sleep(1s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a0", "a1"));
}

TEST(Task, GivesTheResultOfItsCoroutine) {
  const auto body = []() -> Coro<> {
    auto task = create_task(returns(5));
    EXPECT_FALSE(task.done());
    EXPECT_THROW(task.result(), InvalidStateError);
    EXPECT_THROW(static_cast<void>(task.exception()), InvalidStateError);
    const int& five = co_await task;
    EXPECT_EQ(five, 5);
    EXPECT_TRUE(task.done());
    EXPECT_EQ(task.result(), 5);
    EXPECT_EQ(&task.result(), &five);
    EXPECT_EQ(task.exception(), nullptr);
  };
  sim::run(body());
}

TEST(Task, GivesTheExceptionOfItsCoroutineToEveryAwaiter) {
  const auto awaiting = [](Task<int> task) -> Coro<std::exception_ptr> {
    const auto ended = co_await sim::settle(task);
    co_return ended.exception();
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(throws_failed());
    auto [first, second] = co_await sim::gather(awaiting(task), awaiting(task));
    EXPECT_TRUE(first == second);
    EXPECT_TRUE(first == task.exception());
    EXPECT_THROW(task.result(), std::out_of_range);
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(Task, TheLastHandleMovesTheResultOutAndACopyDoesNot) {
  const auto make = [](std::shared_ptr<int> value) -> Coro<std::shared_ptr<int>> {
    co_return value;
  };
  const auto body = [&]() -> Coro<> {
    const auto value = std::make_shared<int>(1);
    auto task = create_task(make(value));
    auto handle = task;
    const auto copied = co_await std::move(handle);
    EXPECT_EQ(value.use_count(), 3);  // value, copied, and what the task holds
    const auto moved = co_await std::move(task);
    EXPECT_EQ(value.use_count(), 3);  // value, copied, moved
  };
  sim::run(body());
}

TEST(Task, AResultThatWasMovedOutIsGone) {
  const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(1); };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(make());
    auto handle = task;
    const auto taken = co_await std::move(handle);
    EXPECT_EQ(*taken, 1);
    EXPECT_THROW(task.result(), InvalidStateError);
    const auto again = co_await sim::settle(task);
    EXPECT_THROW(again.value(), InvalidStateError);
  };
  sim::run(body());
}

TEST(Task, ManyAwaitOneAndResumeInTheirOrder) {
  Log log;
  Log expected;
  const auto waiter = [&](Task<> task, int i) -> Coro<> {
    co_await task;
    log.push_back(std::to_string(i));
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(two_steps("x", log));
    std::vector<Task<>> waiters;
    for (int i = 0; i < 50; ++i) waiters.push_back(create_task(waiter(task, i)));
    co_await sim::gather(waiters);
  };
  sim::run(body());
  expected = {"x0", "x1"};
  for (int i = 0; i < 50; ++i) expected.push_back(std::to_string(i));
  EXPECT_EQ(log, expected);
}

TEST(Task, AwaitingItselfThrows) {
  std::optional<Task<>> task;
  const auto itself = [&]() -> Coro<> { co_await *task; };
  const auto body = [&]() -> Coro<std::string> {
    task = create_task(itself(), "selfish");
    std::string error;
    try {
      co_await *task;
    } catch (const std::runtime_error& e) {
      error = e.what();
    }
    task.reset();
    co_return error;
  };
  EXPECT_EQ(sim::run(body()).find("task selfish cannot await itself\n"), 0u);
}

// CPython: "await wasn't used with future", at once; what watches the task by callbacks may.
TEST(Task, ThatHasAwaitedItselfCannotBeAwaitedUntilItHasEnded) {
  Task<> selfish;
  const auto await_it = [&]() -> Coro<> { co_await selfish; };
  const auto try_itself = [&]() -> Coro<> {
    co_await sim::settle(await_it());
    co_await sim::yield();
  };
  const auto error_of = [](const sim::Outcome<void>& outcome) {
    return outcome.has_value() ? "" : sim::internal::describe_exception(outcome.exception());
  };
  const auto body = [&]() -> Coro<> {
    selfish = create_task(try_itself(), "selfish");
    co_await sim::yield();
    const auto first = co_await sim::settle(await_it());
    const auto shielded = co_await sim::settle(sim::shield(selfish));
    const auto last = co_await sim::settle(await_it());
    EXPECT_EQ(error_of(first),
              "std::runtime_error: task selfish has awaited itself: it cannot be awaited");
    EXPECT_EQ(error_of(shielded), "");
    EXPECT_EQ(error_of(last), "");
  };
  sim::run(body());
}

TEST(Task, MayCatchThatItAwaitedItself) {
  std::optional<Task<int>> task;
  const auto itself = [&]() -> Coro<int> {
    const auto ended = co_await sim::settle(*task);
    EXPECT_THROW(ended.value(), std::runtime_error);
    co_await sim::yield();
    co_return 1;
  };
  const auto body = [&]() -> Coro<int> {
    task = create_task(itself());
    const int one = co_await *task;
    task.reset();
    co_return one;
  };
  EXPECT_EQ(sim::run(body()), 1);
}

TEST(Task, HasTheNameItWasGiven) {
  const auto body = []() -> Coro<> {
    auto task = create_task(nothing(), "given");
    EXPECT_EQ(task.name(), "given");
    task.set_name("other");
    EXPECT_EQ(task.name(), "other");
    co_await task;
    EXPECT_EQ(task.name(), "other");
  };
  sim::run(body());
}

TEST(Task, IsNamedAfterItsCoroutineAndItsPlaceAmongItsSiblings) {
  const auto body = []() -> Coro<> {
    EXPECT_EQ(sim::current_task().name(), "main");
    auto first = create_task(nothing());
    auto second = create_task(returns(1));
    EXPECT_EQ(first.name(), "nothing-1");
    EXPECT_EQ(second.name(), "returns-2");
    co_await second;
    EXPECT_EQ(first.name(), "nothing-1") << "also when it has ended";
  };
  sim::run(body());
}

TEST(Task, TheLoopDropsAllItHoldsAsSoonAsItEnds) {
  const auto token = std::make_shared<int>(0);
  const auto child = [](std::shared_ptr<int> argument) -> Coro<> {
    co_await sim::yield();
    static_cast<void>(argument);
  };
  const auto body = [&]() -> Coro<> {
    auto task = create_task(child(token));
    EXPECT_EQ(token.use_count(), 2);
    co_await task;
    EXPECT_EQ(token.use_count(), 1);
  };
  sim::run(body());
}

TEST(Task, CurrentTaskIsTheOneWhoseStepRuns) {
  std::optional<AnyTask> in_callback;
  const auto child = []() -> Coro<> {
    const AnyTask before = sim::current_task();
    co_await sim::yield();
    EXPECT_TRUE(before == sim::current_task());
  };
  const auto body = [&]() -> Coro<> {
    const AnyTask self = sim::current_task();
    EXPECT_TRUE(self);
    sim::running_loop().call_soon([&] { in_callback = sim::current_task(); });
    auto task = create_task(child());
    co_await task;
    EXPECT_TRUE(self == sim::current_task());
    EXPECT_FALSE(self == AnyTask(task));
  };
  sim::run(body());
  EXPECT_FALSE(*in_callback) << "no task runs in a callback";
}

TEST(Task, AllTasksAreThoseThatHaveNotEndedInTheOrderOfCreation) {
  Log names;
  const auto list = [&] {
    names.clear();
    for (const AnyTask& task : sim::all_tasks()) names.push_back(task.name());
    return names;
  };
  const auto body = [&]() -> Coro<> {
    auto a = create_task(forever(), "a");
    auto b = create_task(nothing(), "b");
    auto c = create_task(forever(), "c");
    EXPECT_THAT(list(), ElementsAre("main", "a", "b", "c"));
    co_await b;
    EXPECT_THAT(list(), ElementsAre("main", "a", "c"));
    a.cancel();
    c.cancel();
    co_await sim::wait({}, a, c);
    EXPECT_THAT(list(), ElementsAre("main"));
  };
  sim::run(body());
}

TEST(Task, OutsideARunThereIsNone) {
  EXPECT_THROW(create_task(nothing()), std::runtime_error);
  EXPECT_THROW(sim::current_task(), std::runtime_error);
  EXPECT_THROW(sim::all_tasks(), std::runtime_error);
  EXPECT_THROW(sim::running_loop(), std::runtime_error);
}

TEST(Task, MayBeMadeOfAnythingThatCanBeAwaited) {
  const auto body = []() -> Coro<> {
    auto sleeping = create_task(sim::sleep(1s));
    auto future = sim::running_loop().create_future<int>();
    auto waiting = create_task(future, "waiting");
    sim::running_loop().call_later(2s, [=] { future.set_result(3); });
    co_await sleeping;
    EXPECT_EQ(sim::uptime(), 1s);
    const int three = co_await waiting;
    EXPECT_EQ(three, 3);
    EXPECT_EQ(waiting.name(), "waiting");
  };
  sim::run(body());
}

TEST(Task, DoneCallbacksSeeTheTaskThatEnded) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto task = create_task(returns(4));
    task.add_done_callback([&](const Task<int>& t) { log.push_back(std::to_string(t.result())); });
    const auto id = task.add_done_callback([&] { log.push_back("removed"); });
    EXPECT_TRUE(task.remove_done_callback(id));
    co_await task;
    EXPECT_THAT(log, ElementsAre("4")) << "callbacks and awaiters share one order";
  };
  sim::run(body());
}

TEST(AnyTask, ActsOnTheTaskItWasMadeOf) {
  const auto body = []() -> Coro<> {
    auto task = create_task(throws_failed(), "typed");
    const AnyTask any = task;
    EXPECT_EQ(any.name(), "typed");
    any.set_name("renamed");
    EXPECT_EQ(task.name(), "renamed");
    EXPECT_FALSE(any.done());
    const auto ended = co_await sim::settle(any);
    EXPECT_THROW(ended.value(), std::out_of_range);
    EXPECT_TRUE(any.done());
    EXPECT_FALSE(any.cancelled());
    EXPECT_TRUE(any.exception() == task.exception());
  };
  sim::run(body());
}

TEST(AnyTask, AnEmptyOneThrows) {
  const AnyTask empty;
  EXPECT_FALSE(empty);
  EXPECT_THROW(empty.name(), InvalidStateError);
  EXPECT_THROW(empty.cancel(), InvalidStateError);
}

int outer_line = 0;
int inner_line = 0;
Coro<> inner() {
  inner_line = __LINE__ + 1;
  co_await sim::sleep(1s);
}
Coro<> outer() {
  outer_line = __LINE__ + 1;
  co_await inner();
}

TEST(Task, ItsStackNamesTheCoroutinesFromTheOneSuspendedToItsOwn) {
  const auto body = [&]() -> Coro<> {
    auto task = create_task(outer());
    EXPECT_THAT(task.stack(), testing::EndsWith(" (not started)\n"));
    co_await sim::yield();
    const auto at = [](const std::string& name, int line) {
      return "  at " + name + "  " + __FILE__ + ":" + std::to_string(line) + "\n";
    };
    EXPECT_EQ(task.stack(), at("inner", inner_line) + at("outer", outer_line));
    co_await task;
    EXPECT_EQ(task.stack(), "");
  };
  sim::run(body());
}

}  // namespace
