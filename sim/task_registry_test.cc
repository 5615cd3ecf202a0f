#include "sim/task_registry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const sim::AnyTask& task : sim::all_tasks()) found.push_back(task.name());
  return found;
}

Coro<> sleeper(sim::Duration d) { co_await sim::sleep(d); }

TEST(TaskRegistry, OrderIsThatOfCreationAlsoWhereAPlaceIsUsedAgain) {
  const auto body = []() -> Coro<> {
    auto a = sim::create_task(sleeper(1s), "a");
    auto b = sim::create_task(sleeper(3s), "b");
    auto c = sim::create_task(sleeper(2s), "c");
    co_await a;
    auto d = sim::create_task(sleeper(9s), "d");  // where a stood
    EXPECT_EQ(names(), (std::vector<std::string>{"main", "b", "c", "d"}));
    co_await c;
    auto e = sim::create_task(sleeper(9s), "e");
    auto f = sim::create_task(sleeper(9s), "f");
    EXPECT_EQ(names(), (std::vector<std::string>{"main", "b", "d", "e", "f"}));
    co_await sim::gather(b, d, e, f);
    EXPECT_EQ(names(), (std::vector<std::string>{"main"}));
  };
  sim::run(body());
}

TEST(TaskRegistry, EndedTasksAreForgottenAndCounted) {
  sim::Runner runner;
  const auto body = []() -> Coro<> {
    for (int i = 0; i < 1000; ++i) co_await sim::create_task(sleeper(1ms));
    EXPECT_EQ(sim::all_tasks().size(), 1u);
  };
  runner.run(body());
  EXPECT_EQ(runner.stats().tasks, 1001u);
}

}  // namespace
