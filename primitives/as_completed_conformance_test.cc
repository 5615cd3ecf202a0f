// as_completed(): what CPython's own tests show of it and no other test here does
// (docs/conformance.md).
#include "primitives/as_completed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::as_completed;
using sim::Coro;
using sim::create_task;
using sim::Task;
using testing::UnorderedElementsAre;

Coro<int> returns(int n) { co_return n; }
std::vector<Coro<int>> numbers(int n) {
  std::vector<Coro<int>> made;
  for (int i = 0; i < n; ++i) made.push_back(returns(i));
  return made;
}

TEST(AsCompleted, GivesTheTasksItWasGiven) {
  const auto body = []() -> Coro<> {
    std::vector<Task<int>> in;
    for (int i = 0; i < 4; ++i) in.push_back(create_task(returns(i)));
    std::vector<Task<int>> out;
    auto ended = as_completed(in);
    while (auto* task = co_await ended.next()) out.push_back(*task);
    EXPECT_THAT(out, UnorderedElementsAre(in[0], in[1], in[2], in[3]));
  };
  sim::run(body());
}

TEST(AsCompleted, MayBeLeftAndGoneOnWith) {
  const auto body = []() -> Coro<> {
    std::vector<int> results;
    auto ended = as_completed(numbers(4));
    while (auto* task = co_await ended.next()) {
      results.push_back(co_await *task);
      if (results.size() == 2) break;
    }
    EXPECT_EQ(results.size(), 2u);
    while (auto* task = co_await ended.next()) results.push_back(co_await *task);
    EXPECT_THAT(results, UnorderedElementsAre(0, 1, 2, 3));
  };
  sim::run(body());
}

TEST(AsCompleted, OfOneInstantAllCome) {
  const auto body = []() -> Coro<> {
    const auto after = [](int n) -> Coro<int> {
      co_await sim::sleep(50ms);
      co_return n;
    };
    std::vector<Coro<int>> coros;
    coros.push_back(after(1));
    coros.push_back(after(2));
    std::vector<int> results;
    auto ended = as_completed(std::move(coros));
    while (auto* task = co_await ended.next()) results.push_back(co_await *task);
    EXPECT_THAT(results, UnorderedElementsAre(1, 2));
    EXPECT_EQ(sim::uptime(), 50ms);
  };
  sim::run(body());
}

TEST(AsCompleted, OfCoroutinesNeedsARun) {
  EXPECT_THROW(static_cast<void>(as_completed(numbers(1))), std::runtime_error);
}

}  // namespace
