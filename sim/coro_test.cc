#include "sim/coro.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::test::Log;
using testing::ElementsAre;

Coro<int> number(int n) { co_return n; }
Coro<> failing_coroutine() {
  throw std::out_of_range("far");
  co_return;
}

// Whether `co_await std::declval<X>()` compiles in a coroutine of ours.
template <class X>
concept CanBeAwaited = sim::internal::Awaitable<X>;
static_assert(CanBeAwaited<Coro<int>>);
static_assert(!CanBeAwaited<Coro<int>&>, "a coroutine is awaited as an rvalue");
static_assert(!CanBeAwaited<int>);
static_assert(!std::is_copy_constructible_v<Coro<int>>);
static_assert(std::is_nothrow_move_constructible_v<Coro<int>>);

TEST(Coro, IsLazy) {
  bool ran = false;
  const auto child = [&]() -> Coro<> {
    ran = true;
    co_return;
  };
  const auto body = [&]() -> Coro<> {
    auto coro = child();
    co_await sim::yield();
    EXPECT_FALSE(ran);
    co_await std::move(coro);
    EXPECT_TRUE(ran);
  };
  sim::run(body());
}

TEST(Coro, GivesWhatItReturns) {
  const auto text = []() -> Coro<std::string> { co_return "text"; };
  const auto pointer = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(2); };
  const auto body = [&]() -> Coro<> {
    EXPECT_EQ(co_await number(1), 1);
    const std::string t = co_await text();
    EXPECT_EQ(t, "text");
    const auto p = co_await pointer();
    EXPECT_EQ(*p, 2);
  };
  sim::run(body());
}

TEST(Coro, MayReturnAReference) {
  int variable = 1;
  const auto give = [&]() -> Coro<int&> { co_return variable; };
  const auto body = [&]() -> Coro<> {
    int& same = co_await give();
    same = 5;
  };
  sim::run(body());
  EXPECT_EQ(variable, 5);
}

struct NoDefault {
  explicit NoDefault(int n) : n(n) {}
  NoDefault(NoDefault&&) = default;
  int n;
};

TEST(Coro, ItsResultNeedsNoDefaultAndNoCopy) {
  const auto give = []() -> Coro<NoDefault> { co_return NoDefault(3); };
  const auto body = [&]() -> Coro<int> {
    const NoDefault result = co_await give();
    co_return result.n;
  };
  EXPECT_EQ(sim::run(body()), 3);
}

TEST(Coro, ItsExceptionArrivesAtTheAwait) {
  const auto body = []() -> Coro<> {
    bool caught = false;
    try {
      co_await failing_coroutine();
    } catch (const std::out_of_range&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  };
  sim::run(body());
}

TEST(Coro, AnExceptionPassesThroughAllThatAwaitAndUnwindsThem) {
  Log log;
  struct Leaving {
    Log& log;
    std::string name;
    ~Leaving() { log.push_back(name); }
  };
  const auto inner = [&]() -> Coro<> {
    const Leaving leaving{log, "inner"};
    co_await sim::yield();
    co_await failing_coroutine();
  };
  const auto middle = [&]() -> Coro<> {
    const Leaving leaving{log, "middle"};
    co_await inner();
    log.push_back("not here");
  };
  const auto body = [&]() -> Coro<> {
    const auto ended = co_await sim::settle(middle());
    EXPECT_THROW(ended.value(), std::out_of_range);
    log.push_back("caught");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("inner", "middle", "caught"));
}

TEST(Coro, ItsLocalsGoWhenItEndsAndItsArgumentsWithTheAwait) {
  const auto token = std::make_shared<int>(0);
  const auto child = [](std::shared_ptr<int> argument) -> Coro<long> {
    const std::shared_ptr<int> local = argument;
    co_await sim::yield();
    co_return local.use_count();
  };
  const auto body = [&]() -> Coro<> {
    const long inside = co_await child(token);
    EXPECT_EQ(inside, 3);
    EXPECT_EQ(token.use_count(), 1);
  };
  sim::run(body());
}

TEST(Coro, AMovedOneIsEmpty) {
  const auto body = []() -> Coro<> {
    Coro<int> first = number(1);
    EXPECT_TRUE(first);
    Coro<int> second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT: that is the claim
    EXPECT_TRUE(second);
    EXPECT_EQ(co_await std::move(second), 1);
    EXPECT_FALSE(second);  // NOLINT
  };
  sim::run(body());
}

TEST(Coro, IsAwaitedOnce) {
  const auto body = []() -> Coro<> {
    Coro<int> once = number(1);
    co_await std::move(once);
    std::string error;
    try {
      co_await std::move(once);  // NOLINT
    } catch (const std::runtime_error& e) {
      error = e.what();
    }
    EXPECT_EQ(error, "cannot reuse an already awaited coroutine");
    EXPECT_THROW(sim::create_task(std::move(once)), std::runtime_error);  // NOLINT
  };
  sim::run(body());
}

TEST(Coro, AssigningToOneThatWasNeverAwaitedReportsIt) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    Coro<int> coro = number(1);
    coro = number(2);
    const int two = co_await std::move(coro);
    EXPECT_EQ(two, 2);
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::never_awaited));
}

TEST(Coro, DeclineDestroysOneWithoutAFinding) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    Coro<int> coro = number(1);
    coro.decline();
    EXPECT_FALSE(coro);
    coro.decline();
    co_return;
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_TRUE(findings.all().empty());
}

Coro<long> sum(long n) {
  if (n == 0) co_return 0;
  co_return n + co_await sum(n - 1);
}

TEST(Coro, CallsOfCallsGiveTheirResults) { EXPECT_EQ(sim::run(sum(1000)), 500500); }

TEST(Coro, AwaitsInOneExpressionRunFromTheirOrderOfEvaluation) {
  Log log;
  const auto logged = [&](int n) -> Coro<int> {
    log.push_back(std::to_string(n));
    co_await sim::yield();
    co_return n;
  };
  const auto body = [&]() -> Coro<> {
    const bool both = co_await logged(1) == 1 && co_await logged(2) == 2;
    EXPECT_TRUE(both);
    const bool either = co_await logged(3) == 3 || co_await logged(4) == 4;
    EXPECT_TRUE(either);
    const int comma = (co_await logged(5), co_await logged(6));
    EXPECT_EQ(comma, 6);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("1", "2", "3", "5", "6"));
}

}  // namespace
