#include "primitives/task_group.h"

#include <gtest/gtest.h>

#include "primitives/internal/test_coroutines.h"
#include "primitives/primitives.h"

namespace {

using sim::test::fails_after;

using namespace std::chrono_literals;

sim::Coro<> sleeps(sim::Duration d, int* ended) {
  co_await sim::sleep(d);
  ++*ended;
}
// Notes that it was cancelled, and takes a second to clean up.
sim::Coro<> cleans_up(std::vector<std::string>* log, std::string name) {
  sim::Outcome<void> ended = co_await sim::settle(sim::sleep(1h));
  if (ended.cancelled()) log->push_back(name + " cancelled");
  co_await sim::sleep(1s);
  log->push_back(name + " clean");
  ended.value();
}

TEST(TaskGroup, EndsWhenBodyAndChildrenHave) {
  auto program = []() -> sim::Coro<> {
    int ended = 0;
    auto body = [&](sim::TaskGroup& group) -> sim::Coro<int> {
      group.create_task(sleeps(3s, &ended), "slow");
      group.spawn(sleeps, 1s, &ended);
      co_return 7;
    };
    EXPECT_EQ(co_await sim::task_group(body), 7);
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(sim::uptime(), 3s);
  };
  sim::run(program());
}

TEST(TaskGroup, AnErrorCancelsTheSiblingsInOrderAndWaitsForThem) {
  std::vector<std::string> log;
  auto program = [&]() -> sim::Coro<> {
    auto body = [&](sim::TaskGroup& group) -> sim::Coro<> {
      group.create_task(cleans_up(&log, "a"));
      group.create_task(fails_after(2s, "boom"));
      group.create_task(cleans_up(&log, "b"));
      co_await sim::sleep(1h);
    };
    sim::Outcome<void> ended = co_await sim::settle(sim::task_group(body));
    EXPECT_EQ(sim::uptime(), 3s);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
    EXPECT_FALSE(ended.cancelled());
    try {
      ended.value();
    } catch (const sim::ExceptionGroup& group) {
      EXPECT_STREQ(group.what(), "unhandled errors in a TaskGroup (1 sub-exception)");
      EXPECT_TRUE(group.subgroup<std::runtime_error>().has_value());
      EXPECT_FALSE(group.subgroup<sim::TimeoutError>().has_value());
    }
  };
  sim::run(program());
  EXPECT_EQ(log, (std::vector<std::string>{"a cancelled", "b cancelled", "a clean", "b clean"}));
}

TEST(TaskGroup, TheBodysErrorCancelsTheChildren) {
  std::vector<std::string> log;
  auto program = [&]() -> sim::Coro<> {
    auto body = [&](sim::TaskGroup& group) -> sim::Coro<> {
      group.create_task(cleans_up(&log, "a"));
      co_await sim::sleep(1s);
      throw sim::TimeoutError();
    };
    EXPECT_FALSE((co_await sim::settle(sim::task_group(body))).cancelled());
  };
  sim::run(program());
  EXPECT_EQ(log, (std::vector<std::string>{"a cancelled", "a clean"}));
}

TEST(TaskGroup, CancellationFromOutsideIsThrownOnceTheChildrenHaveEnded) {
  std::vector<std::string> log;
  auto program = [&]() -> sim::Coro<> {
    auto block = [&]() -> sim::Coro<> {
      auto body = [&](sim::TaskGroup& group) -> sim::Coro<> {
        group.create_task(cleans_up(&log, "a"));
        co_return;
      };
      co_await sim::task_group(body);
    };
    auto task = sim::spawn(block);
    co_await sim::sleep(1s);
    task.cancel("stop");
    sim::Outcome<void> ended = co_await sim::settle(task);
    EXPECT_TRUE(ended.cancelled());
    EXPECT_EQ(sim::uptime(), 2s);
  };
  sim::run(program());
  EXPECT_EQ(log, (std::vector<std::string>{"a cancelled", "a clean"}));
}

TEST(TaskGroup, RefusesChildrenWhileItShutsDownAndDropsThemSilently) {
  struct Findings : sim::Observer {
    void on_finding(const sim::Finding& finding) override { kinds.push_back(finding.kind); }
    std::vector<sim::FindingKind> kinds;
  } findings;
  int ended = 0;
  auto program = [&]() -> sim::Coro<> {
    auto body = [&](sim::TaskGroup& group) -> sim::Coro<> {
      group.create_task(fails_after(1s, "boom"));
      co_await sim::settle(sim::sleep(1h));
      EXPECT_THROW(group.create_task(sleeps(1s, &ended)), std::runtime_error);
    };
    co_await sim::settle(sim::task_group(body));
  };
  sim::run(program(), {.observer = &findings});
  EXPECT_EQ(ended, 0);
  EXPECT_TRUE(findings.kinds.empty());
}

sim::Coro<> waits(sim::Event& event) { co_await event.wait(); }

TEST(TaskGroup, ADestroyedLoopLeavesNoChildBehind) {
  auto program = []() -> sim::Coro<> {
    sim::Event never;
    auto body = [&](sim::TaskGroup& group) -> sim::Coro<> {
      group.create_task(waits(never));
      co_await never.wait();
    };
    co_await sim::task_group(body);
  };
  EXPECT_THROW(sim::run(program()), sim::DeadlockError);
}

// The misuse, and the place of the group that each message names.
TEST(TaskGroup, RefusalsSayWhichGroupAndWhy) {
  std::vector<std::string> refusals;
  const auto refused = [&](auto&& make) {
    try {
      make();
    } catch (const std::runtime_error& e) {
      refusals.push_back(e.what());
    }
  };
  int ended = 0;
  auto program = [&]() -> sim::Coro<> {
    sim::TaskGroup group;
    const auto create = [&] { group.create_task(sleeps(1s, &ended)); };
    refused(create);
    refused([&] { group.spawn(sleeps, 1s, &ended); });
    group.enter();
    co_await group.leave(nullptr, false);
    refused(create);
    refused([&] { group.enter(); });
    sim::TaskGroup other;
    sim::running_loop().call_soon([&] { refused([&] { other.enter(); }); });
    co_await sim::yield();
  };
  sim::run(program());
  const std::string place = "TaskGroup made at primitives/task_group_test.cc:";
  ASSERT_EQ(refusals.size(), 5u);
  for (const std::string& refusal : refusals) EXPECT_EQ(refusal.find(place), 0u) << refusal;
  EXPECT_NE(refusals[0].find("has not been entered"), std::string::npos);
  EXPECT_NE(refusals[1].find("has not been entered"), std::string::npos);
  EXPECT_NE(refusals[2].find("is finished"), std::string::npos);
  EXPECT_NE(refusals[3].find("has already been entered"), std::string::npos);
  EXPECT_NE(refusals[4].find("cannot determine its parent task"), std::string::npos);
}

// Two children that wait for each other cannot be cancelled; the loop's handler is told, and the
// run goes on to the deadlock that this is.
TEST(TaskGroup, ACycleAmongItsChildrenGoesToTheExceptionHandler) {
  std::vector<std::string> told;
  auto program = [&]() -> sim::Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) {
          told.push_back(context.message);
        });
    sim::Task<> a;
    sim::Task<> b;
    auto body = [&](sim::TaskGroup& group) -> sim::Coro<> {
      const auto waits_for = [](sim::Task<>& other) -> sim::Coro<> { co_await other; };
      a = group.spawn(waits_for, std::ref(b));
      b = group.spawn(waits_for, std::ref(a));
      group.create_task(fails_after(1s, "boom"));
      co_await sim::sleep(1h);
    };
    co_await sim::task_group(body);
  };
  EXPECT_THROW(sim::run(program()), sim::DeadlockError);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], "exception in the callback of a task group");
}

TEST(ExceptionGroup, SplitsByTypeAndKeepsTheNesting) {
  const auto error = [](auto e) { return std::make_exception_ptr(e); };
  const sim::ExceptionGroup inner(
      "inner", {error(sim::TimeoutError()), error(std::out_of_range("x"))});
  const sim::ExceptionGroup outer("outer", {error(std::out_of_range("y")), error(inner)});
  auto [timeouts, others] = outer.split<sim::TimeoutError>();
  ASSERT_TRUE(timeouts && others);
  EXPECT_EQ(timeouts->exceptions().size(), 1u);
  EXPECT_EQ(others->exceptions().size(), 2u);
  EXPECT_STREQ(timeouts->what(), "outer (1 sub-exception)");
  EXPECT_FALSE(outer.subgroup<std::bad_alloc>().has_value());
  EXPECT_THROW(sim::ExceptionGroup("none", {}), std::invalid_argument);
}

// What PEP 654 says of split(); CPython 3.13 gives the same parts.
TEST(ExceptionGroup, IsTakenAsAWholeWhereItMatchesAndIsNoRuntimeError) {
  const auto error = [](auto e) { return std::make_exception_ptr(e); };
  const sim::ExceptionGroup inner("inner", {error(std::runtime_error("a"))});
  const sim::ExceptionGroup outer("outer", {error(std::out_of_range("b")), error(inner)});
  auto [groups, none] = outer.split<sim::ExceptionGroup>();
  ASSERT_TRUE(groups);
  EXPECT_FALSE(none);
  EXPECT_EQ(groups->exceptions(), outer.exceptions());
  auto [runtime_errors, others] = outer.split<std::runtime_error>();
  ASSERT_TRUE(runtime_errors && others);
  EXPECT_EQ(runtime_errors->message(), "outer");
  EXPECT_EQ(runtime_errors->exceptions().size(), 1u);
  EXPECT_NE(runtime_errors->exceptions()[0], outer.exceptions()[1]) << "a group of its own";
  EXPECT_EQ(others->exceptions(), (std::vector{outer.exceptions()[0]}));
  int asked = 0;
  const auto count = [&](const std::exception_ptr&) {
    ++asked;
    return false;
  };
  EXPECT_FALSE(outer.subgroup(count));
  EXPECT_EQ(asked, 4) << "both groups and both leaves, each once";
}

}  // namespace
