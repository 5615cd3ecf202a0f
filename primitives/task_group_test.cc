#include "primitives/task_group.h"

#include <gtest/gtest.h>

#include "primitives/primitives.h"

namespace {

using namespace std::chrono_literals;

sim::Coro<> fails_after(sim::Duration d, std::string what) {
  co_await sim::sleep(d);
  throw std::runtime_error(what);
}
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

}  // namespace
