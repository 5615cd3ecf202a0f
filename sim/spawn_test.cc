// spawn(): tasks that own the callable and the arguments they were started with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::spawn;

const std::string kLong = "a string that is too long to stand in the object itself";

Coro<std::string> join(const std::string& a, std::string_view b) {
  co_await sim::sleep(1s);
  co_return a + std::string(b);
}

TEST(Spawn, KeepsTheArgumentsAlive) {
  const auto body = []() -> Coro<std::string> {
    auto task = spawn(join, kLong + "!", "?");
    co_return co_await std::move(task);
  };
  EXPECT_EQ(sim::run(body()), kLong + "!?");
}

TEST(Spawn, KeepsTheClosureAlive) {
  const auto body = []() -> Coro<std::string> {
    sim::Task<std::string> task;
    {
      const std::string captured = kLong;
      const auto closure = [captured]() -> Coro<std::string> {
        co_await sim::sleep(1s);
        co_return captured;
      };
      task = spawn(closure);
    }
    co_return co_await std::move(task);
  };
  EXPECT_EQ(sim::run(body()), kLong);
}

TEST(Spawn, DropsThemWhenTheTaskEnds) {
  const auto token = std::make_shared<int>(0);
  const auto body = [&]() -> Coro<> {
    const auto closure = [token](std::shared_ptr<int> argument) -> Coro<long> {
      co_await sim::sleep(1s);
      co_return argument.use_count();
    };
    const long before = token.use_count();
    auto task = spawn(closure, token);
    EXPECT_GT(token.use_count(), before);
    co_await task;
    EXPECT_EQ(token.use_count(), before);
  };
  sim::run(body());
}

TEST(Spawn, DropsThemWhenTheTaskIsCancelledBeforeItsFirstStep) {
  const auto token = std::make_shared<int>(0);
  const auto body = [&]() -> Coro<> {
    const auto closure = [](std::shared_ptr<int>) -> Coro<> { co_return; };
    auto task = spawn(closure, token);
    task.cancel();
    co_await sim::settle(task);
    EXPECT_EQ(token.use_count(), 1);
  };
  sim::run(body());
}

TEST(Spawn, CopiesItsArgumentsUnlessTheyAreRefs) {
  const auto add = [](int& to, int n) -> Coro<> {
    to += n;
    co_return;
  };
  const auto body = [&]() -> Coro<int> {
    int copied = 1;
    int referenced = 1;
    co_await spawn(add, copied, 5);
    co_await spawn(add, std::ref(referenced), 5);
    co_return copied * 100 + referenced;
  };
  EXPECT_EQ(sim::run(body()), 106);
}

TEST(Spawn, TakesArgumentsThatCannotBeCopied) {
  const auto take = [](std::unique_ptr<int>& pointer) -> Coro<int> { co_return *pointer; };
  const auto body = [&]() -> Coro<int> {
    auto task = spawn(take, std::make_unique<int>(6));
    co_return co_await task;
  };
  EXPECT_EQ(sim::run(body()), 6);
}

struct Counter {
  int count = 0;
  Coro<int> add(int n) {
    co_await sim::yield();
    co_return count += n;
  }
};

TEST(Spawn, TakesMemberFunctions) {
  Counter counter;
  const auto body = [&]() -> Coro<int> {
    auto task = spawn(&Counter::add, &counter, 3);
    co_return co_await task;
  };
  EXPECT_EQ(sim::run(body()), 3);
}

TEST(Spawn, KeepsTheClosureOfATaskThatALoopLeavesBehind) {
  const auto token = std::make_shared<int>(0);
  {
    sim::Runner runner;
    const auto body = [&]() -> Coro<> {
      const auto closure = [token]() -> Coro<> { co_await sim::sleep(1h); };
      spawn(closure);
      co_await sim::yield();
    };
    runner.run(body());
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
