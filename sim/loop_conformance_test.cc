// The loop, its runs and eager tasks: what CPython's own tests show of them and no other test here
// does (docs/conformance.md).
#include "sim/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Runner;
using sim::Task;
using sim::test::Findings;
using sim::test::Log;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(EventLoop, TimersInThePastRunByDeadlineToo) {
  Log log;
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_later(-1s, [&] { log.push_back("a"); });
    sim::running_loop().call_later(-2s, [&] { log.push_back("b"); });
    co_await sim::yield();
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("b", "a"));
}

TEST(EventLoop, ACancelledTimerDoesNotHoldTheClock) {
  const auto body = []() -> Coro<> {
    auto early = sim::running_loop().call_later(5s, [] { ADD_FAILURE(); });
    early.cancel();
    bool ran = false;
    sim::running_loop().call_later(10s, [&] { ran = true; });
    co_await sim::sleep(10s);
    EXPECT_EQ(sim::uptime(), 10s);
    EXPECT_TRUE(ran);
  };
  sim::run(body());
}

TEST(EventLoop, WhatALateTimerSchedulesRunsInTheNextIteration) {
  Log log;
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_later(-1s, [&] {
      log.push_back("timer");
      sim::running_loop().call_soon([&] { log.push_back("callback"); });
    });
    co_await sim::yield();
    log.push_back("1");
    co_await sim::yield();
    log.push_back("2");
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("1", "timer", "2", "callback"));
}

TEST(Runner, GivesTheResultAndIsThenClosed) {
  const auto done = []() -> Coro<std::string> {
    co_await sim::yield();
    co_return "done";
  };
  Runner runner;
  EXPECT_EQ(runner.run(done()), "done");
  runner.close();
  EXPECT_THROW(runner.get_loop(), std::runtime_error);
}

TEST(Runner, ClosedWithoutARunItIsClosed) {
  Runner runner;
  runner.get_loop();
  runner.close();
  EXPECT_THROW(runner.get_loop(), std::runtime_error);
  runner.close();
}

TEST(Runner, KeepsTheContextFromOneRunToTheNext) {
  sim::ContextVar<int> variable("v", -1);
  const auto exchange = [&](int value) -> Coro<int> {
    const int old = variable.get();
    co_await sim::yield();
    variable.set(value);
    co_return old;
  };
  {
    Runner runner;
    EXPECT_EQ(runner.run(exchange(1)), -1);
    EXPECT_EQ(runner.run(exchange(2)), 1);
    EXPECT_EQ(runner.run(exchange(3)), 2);
  }
  EXPECT_EQ(variable.get(), -1);
  Runner other;
  EXPECT_EQ(other.run(exchange(4)), -1) << "of its own";
}

TEST(Run, SeesTheContextItIsStartedFrom) {
  sim::ContextVar<int> variable("v", 0);
  auto token = variable.set(5);
  const auto get = [&]() -> Coro<int> {
    const int seen = variable.get();
    variable.set(6);
    co_return seen;
  };
  EXPECT_EQ(sim::run(get()), 5);
  EXPECT_EQ(variable.get(), 5) << "a copy of it";
  variable.reset(token);
}

TEST(Runner, CannotRunInsideItself) {
  Findings findings;
  Runner runner(sim::test::observed_by(findings));
  const auto inner = []() -> Coro<> { co_return; };
  const auto outer = [&]() -> Coro<> {
    runner.run(inner());
    co_return;
  };
  EXPECT_THROW(runner.run(outer()), std::runtime_error);
  EXPECT_THAT(findings.kinds(), testing::Contains(sim::FindingKind::never_awaited));
}

TEST(Runner, CannotBeClosedByWhatItRuns) {
  Runner runner;
  const auto closes = [&]() -> Coro<int> {
    EXPECT_THROW(runner.close(), std::runtime_error);
    co_await sim::yield();
    co_return 1;
  };
  EXPECT_EQ(runner.run(closes()), 1);
}

TEST(Runner, StoppedBeforehandItRunsOneIteration) {
  Runner runner;
  Log log;
  const auto at_once = [&]() -> Coro<int> {
    log.push_back("ran");
    co_return 1;
  };
  runner.get_loop().stop();
  EXPECT_EQ(runner.run(at_once()), 1);
  const auto later = [&]() -> Coro<int> {
    co_await sim::yield();
    co_return 2;
  };
  runner.get_loop().stop();
  EXPECT_THROW(runner.run(later()), std::runtime_error);
  EXPECT_THAT(log, ElementsAre("ran"));
}

TEST(Runner, GoesOnAfterItWasStopped) {
  Runner runner;
  int x = 0;
  const auto ticks = [&]() -> Coro<> {
    while (x < 10) {
      co_await sim::sleep(100ms);
      if (++x == 2) sim::running_loop().stop();
    }
  };
  EXPECT_THROW(runner.run(ticks()), std::runtime_error);
  EXPECT_EQ(x, 2);
  EXPECT_EQ(runner.stats().virtual_time, 200ms);
  const auto cancel_what_is_left = []() -> Coro<std::size_t> {
    std::size_t cancelled = 0;
    for (const auto& task : sim::all_tasks()) {
      if (!(task == sim::current_task())) cancelled += task.cancel();
    }
    co_return cancelled;
  };
  EXPECT_EQ(runner.run(cancel_what_is_left()), 1u);
}

TEST(EagerTask, MaySetTheFutureItsMakerAwaitsNext) {
  const auto body = []() -> Coro<> {
    auto future = sim::running_loop().create_future<std::string>();
    const auto set = [&]() -> Coro<> {
      future.set_result("my message");
      co_return;
    };
    EXPECT_TRUE(sim::create_eager_task(set()).done());
    EXPECT_EQ(co_await future, "my message");
  };
  sim::run(body());
}

TEST(EagerTask, OneThatEndedAtOnceCannotBeCancelled) {
  const auto body = []() -> Coro<> {
    const auto quick = []() -> Coro<std::string> { co_return "finished without blocking"; };
    auto task = sim::create_eager_task(quick());
    EXPECT_FALSE(task.cancel());
    EXPECT_EQ(co_await task, "finished without blocking");
    EXPECT_FALSE(task.cancelled());
  };
  sim::run(body());
}

TEST(EagerTask, OneThatSuspendedIsCancelledLikeAnyOther) {
  const auto body = []() -> Coro<> {
    const auto slow = []() -> Coro<std::string> {
      co_await sim::sleep(100ms);
      co_return "finished after blocking";
    };
    auto task = sim::create_eager_task(slow());
    EXPECT_TRUE(task.cancel("cancellation message"));
    EXPECT_GT(task.cancelling(), 0);
    EXPECT_EQ(co_await sim::test::cancellation_of(task), "cancellation message");
  };
  sim::run(body());
}

std::vector<std::string> names_of_all_tasks() {
  std::vector<std::string> names;
  for (const auto& task : sim::all_tasks()) names.push_back(task.name());
  return names;
}

TEST(EagerTask, IsAmongAllTasksDuringItsFirstStepAndUntilItEnds) {
  const auto body = []() -> Coro<> {
    std::vector<std::string> during;
    const auto quick = [&]() -> Coro<> {
      during = names_of_all_tasks();
      co_return;
    };
    sim::create_eager_task(quick(), "quick");
    EXPECT_THAT(during, ElementsAre("main", "quick"));
    EXPECT_THAT(names_of_all_tasks(), ElementsAre("main"));
    auto first = sim::running_loop().create_future<>();
    auto second = sim::running_loop().create_future<>();
    const auto slow = [&]() -> Coro<> {
      during = names_of_all_tasks();
      co_await first;
      second.set_result();
    };
    sim::create_eager_task(slow(), "slow");
    EXPECT_THAT(during, ElementsAre("main", "slow"));
    EXPECT_THAT(names_of_all_tasks(), ElementsAre("main", "slow"));
    first.set_result();
    co_await second;
    EXPECT_THAT(names_of_all_tasks(), ElementsAre("main"));
  };
  sim::run(body());
}

// Trees of children, five a parent and four deep.
Coro<> tree_of_groups(int depth) {
  if (depth == 0) co_return;
  const auto body = [depth](sim::TaskGroup& group) -> Coro<> {
    for (int i = 0; i < 5; ++i) group.create_task(tree_of_groups(depth - 1));
    co_return;
  };
  co_await sim::task_group(body);
}
Coro<> tree_of_gathers(int depth) {
  if (depth == 0) co_return;
  std::vector<Coro<>> children;
  for (int i = 0; i < 5; ++i) children.push_back(tree_of_gathers(depth - 1));
  co_await sim::gather(std::move(children));
}
Coro<int> chain(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await chain(depth - 1);
}

// The tasks a run of it makes.
std::uint64_t tasks_of(Coro<> main) {
  Runner runner;
  runner.run(std::move(main));
  return runner.stats().tasks;
}

TEST(Task, ATreeOfChildrenMakesOneForEach) {
  EXPECT_EQ(tasks_of(tree_of_groups(4)), 781u);  // 1 + 5 + 25 + 125 + 625
  EXPECT_EQ(tasks_of(tree_of_gathers(4)), 781u);
}

TEST(Task, AChainOfCoroutinesMakesNone) {
  Runner runner;
  EXPECT_EQ(runner.run(chain(100)), 100);
  EXPECT_EQ(runner.stats().tasks, 1u) << "main";
}

TEST(EagerTask, ATreeOfGathersEndsWithoutAnIteration) {
  const auto body = []() -> Coro<> {
    sim::running_loop().set_eager_tasks(true);
    const auto gathers = []() -> Coro<> { co_await tree_of_gathers(4); };
    EXPECT_EQ(co_await sim::test::iterations(gathers), 0);
    co_await tree_of_groups(4);  // whose groups hear of their children in steps of their own
  };
  Runner runner;
  runner.run(body());
  EXPECT_EQ(runner.stats().tasks, 1u + 2 * 780) << "they are tasks nevertheless";
}

}  // namespace
