// The children of a task group: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/task_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "primitives/internal/test_coroutines.h"
#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Task;
using sim::TaskGroup;
using sim::task_group;
using sim::test::Findings;
using sim::test::number_after;
using testing::IsEmpty;

TEST(TaskGroup, ItsTasksHaveTheirResultsAfterIt) {
  const auto program = []() -> Coro<> {
    Task<int> first;
    Task<int> second;
    const auto body = [&](TaskGroup& group) -> Coro<> {
      first = group.create_task(number_after(100ms, 42));
      second = group.create_task(number_after(200ms, 11));
      co_return;
    };
    co_await task_group(body);
    EXPECT_EQ(first.result(), 42);
    EXPECT_EQ(second.result(), 11);
  };
  sim::run(program());
}

TEST(TaskGroup, TasksMayComeLater) {
  const auto program = []() -> Coro<> {
    Task<int> first;
    Task<int> second;
    const auto body = [&](TaskGroup& group) -> Coro<> {
      first = group.create_task(number_after(100ms, 42));
      co_await sim::sleep(150ms);
      second = group.create_task(number_after(200ms, 11));
    };
    co_await task_group(body);
    EXPECT_EQ(first.result(), 42);
    EXPECT_EQ(second.result(), 11);
    EXPECT_EQ(sim::uptime(), 350ms);
  };
  sim::run(program());
}

TEST(TaskGroup, AChildThatIsCancelledIsNoError) {
  const auto program = []() -> Coro<> {
    Task<int> cancelled;
    Task<int> other;
    const auto body = [&](TaskGroup& group) -> Coro<> {
      cancelled = group.create_task(number_after(1s, 42));
      co_await sim::sleep(150ms);
      cancelled.cancel();
      other = group.create_task(number_after(200ms, 11));
    };
    co_await task_group(body);
    EXPECT_TRUE(cancelled.cancelled());
    EXPECT_EQ(other.result(), 11);
  };
  sim::run(program());
}

TEST(TaskGroup, ForgetsChildrenThatHaveEnded) {
  const auto program = []() -> Coro<> {
    const auto body = [](TaskGroup& group) -> Coro<> {
      for (int count = 0; count < 10; ++count) {
        co_await sim::sleep(100ms);
        group.create_task(number_after(300ms, count));
        EXPECT_LE(sim::all_tasks().size(), 5u) << "main and four children";
      }
      co_await sim::sleep(1350ms);
      EXPECT_EQ(sim::all_tasks().size(), 1u);
    };
    co_await task_group(body);
  };
  sim::run(program());
}

TEST(TaskGroup, AChildMayMakeOthersAfterTheBodyHasEnded) {
  const auto program = []() -> Coro<> {
    const auto body = [](TaskGroup& group) -> Coro<> {
      const auto root = [](TaskGroup& in) -> Coro<> {
        co_await sim::sleep(100ms);
        in.create_task(number_after(100ms, 1));
        in.create_task(number_after(200ms, 2));
      };
      group.spawn(root, std::ref(group));
      co_return;
    };
    co_await task_group(body);
    EXPECT_EQ(sim::uptime(), 300ms);
  };
  sim::run(program());
}

TEST(TaskGroup, AChildHasTheNameItWasGiven) {
  const auto program = []() -> Coro<> {
    const auto body = [](TaskGroup& group) -> Coro<> {
      EXPECT_EQ(group.create_task(number_after(0s, 1), "yolo").name(), "yolo");
      co_return;
    };
    co_await task_group(body);
  };
  sim::run(program());
}

TEST(TaskGroup, IsEnteredOnce) {
  Findings findings;
  const auto program = []() -> Coro<> {
    TaskGroup group;
    EXPECT_THROW(group.create_task(number_after(0s, 1)), std::runtime_error) << "not entered";
    group.enter();
    EXPECT_THROW(group.enter(), std::runtime_error);
    co_await group.leave(nullptr, false);
    EXPECT_THROW(group.enter(), std::runtime_error) << "also once it was left";
    EXPECT_THROW(group.create_task(number_after(0s, 1)), std::runtime_error) << "finished";
  };
  sim::run(program(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty()) << "what it refused was dropped silently";
}

TEST(TaskGroup, IsEnteredInATaskOnly) {
  const auto program = []() -> Coro<> {
    sim::running_loop().call_soon([] {
      TaskGroup group;
      EXPECT_THROW(group.enter(), std::runtime_error);
      EXPECT_THROW(group.create_task(number_after(0s, 1)), std::runtime_error);
    });
    co_await sim::yield();
  };
  sim::run(program());
}

}  // namespace
