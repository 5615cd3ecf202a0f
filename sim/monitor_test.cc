// Monitors: a broken invariant or liveness bound is found with the step and the task that broke it,
// with and without somebody who watches.
#include "sim/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::FindingKind;
using sim::Shared;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The findings of a plain run, which a broken monitor ends.
std::vector<sim::Finding> findings_of_monitored(const sim::Body& body) {
  sim::test::Findings findings;
  sim::Runner runner(sim::test::observed_by(findings));
  try {
    runner.run(body());
  } catch (...) {
    EXPECT_FALSE(findings.all().empty());
  }
  return findings.all();
}

sim::Report explore_all(const sim::Body& body) {
  return sim::explore(body, {.strategy = sim::Strategy::parse("dfs"), .shrink = false,
                             .ignore = {FindingKind::stale_read}});
}

Coro<> spends(Shared<int>& balance, int amount) {
  if (balance.get() < amount) co_return;
  co_await sim::yield();
  balance.set(balance.get() - amount);
}

Coro<> two_spend() {
  Shared<int> balance(10);
  sim::always("the balance is not negative", [&] { return balance.get() >= 0; });
  auto first = sim::create_task(spends(balance, 7), "first");
  auto second = sim::create_task(spends(balance, 8), "second");
  co_await sim::gather(first, second);
}

TEST(Always, NamesTheStepAndTheTaskThatBrokeIt) {
  const auto findings = findings_of_monitored(two_spend);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::invariant);
  EXPECT_EQ(findings[0].message,
            "'the balance is not negative' does not hold after step 5, by second");
  EXPECT_THAT(sim::to_string(findings[0].place), HasSubstr("monitor_test.cc:"));
}

TEST(Always, IsFoundInAnExploration) {
  const sim::Report report = explore_all(two_spend);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::invariant);
}

TEST(Always, EndsTheExecutionAtTheStepThatBrokeIt) {
  int steps = 0;
  const auto body = [&]() -> Coro<> {
    Shared<int> n(0);
    sim::always("n is less than 3", [&] { return n.get() < 3; });
    for (; steps < 100; ++steps) {
      n.fetch_add(1);
      co_await sim::yield();
    }
  };
  EXPECT_EQ(findings_of_monitored(body).size(), 1u);
  EXPECT_EQ(steps, 2);
}

TEST(Always, IsNoneWhereItHolds) {
  const auto body = []() -> Coro<> {
    Shared<int> balance(10);
    sim::always("the balance is not negative", [&] { return balance.get() >= 0; });
    co_await sim::gather(spends(balance, 5), spends(balance, 5));
  };
  EXPECT_THAT(findings_of_monitored(body), IsEmpty());
  const sim::Report report = explore_all(body);
  EXPECT_TRUE(report.ok());
  EXPECT_TRUE(report.exhausted);
}

TEST(Always, SeesPlainVariablesAndWhatCallbacksDo) {
  const auto findings = findings_of_monitored([]() -> Coro<> {
    int n = 0;
    sim::always("n is 0", [&] { return n == 0; });
    sim::running_loop().call_later(1s, [&] { n = 1; });
    co_await sim::sleep(2s);
  });
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message, HasSubstr("by a callback"));
}

TEST(Always, GoesWithTheTaskThatRegisteredIt) {
  EXPECT_THAT(findings_of_monitored([]() -> Coro<> {
    const auto child = []() -> Coro<> {
      int local = 0;
      sim::always("local is 0", [&] { return local == 0; });
      co_await sim::yield();
    };
    co_await sim::create_task(child());
    co_await sim::sleep(1s);
  }), IsEmpty());
}

TEST(Always, OneThatThrowsIsBroken) {
  const auto findings = findings_of_monitored([]() -> Coro<> {
    sim::always("it can be asked", []() -> bool { throw std::runtime_error("no"); });
    co_await sim::yield();
  });
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::invariant);
  EXPECT_THAT(findings[0].message, HasSubstr("which threw std::runtime_error: no"));
}

TEST(Always, LeavesTheOrderOfARunAsItIs) {
  const auto order = [](bool monitored) {
    std::string log;
    const auto body = [&]() -> Coro<> {
      sim::running_loop().call_soon([&] { log += 'a'; });
      sim::running_loop().call_later(0s, [&] { log += 'b'; });
      if (monitored) sim::always("true", [] { return true; });
      sim::running_loop().call_soon([&] { log += 'c'; });
      for (int i = 0; i < 3; ++i) {
        co_await sim::yield();
        log += 'm';
        sim::running_loop().call_later(0s, [&] { log += 't'; });
      }
    };
    sim::run(body());
    return log;
  };
  EXPECT_EQ(order(true), order(false));
}

TEST(EventuallyWithin, IsBrokenOnceItsTimeHasPassed) {
  const auto findings = findings_of_monitored([]() -> Coro<> {
    Shared<bool> done(false);
    sim::eventually_within(5s, "it is done", [&] { return done.get(); });
    co_await sim::sleep(6s);
    done.set(true);
    co_await sim::yield();
  });
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::liveness);
  EXPECT_THAT(findings[0].message, HasSubstr("'it is done' has not come true in its time"));
}

TEST(EventuallyWithin, IsKeptAtTheLastMomentAndForgottenThen) {
  EXPECT_THAT(findings_of_monitored([]() -> Coro<> {
    Shared<bool> done(false);
    sim::eventually_within(5s, "it is done", [&] { return done.get(); });
    co_await sim::sleep(5s);
    done.set(true);
    co_await sim::yield();
    done.set(false);
    co_await sim::sleep(6s);
  }), IsEmpty());
}

TEST(EventuallyWithin, IsNoneOfARunThatEndsBefore) {
  EXPECT_THAT(findings_of_monitored([]() -> Coro<> {
    sim::eventually_within(5s, "never", [] { return false; });
    co_await sim::sleep(1s);
  }), IsEmpty());
}

TEST(EventuallyWithin, IsFoundInTheScheduleThatIsTooSlow) {
  const sim::Report report = explore_all([]() -> Coro<> {
    Shared<bool> busy(false);
    Shared<bool> done(false);
    sim::eventually_within(1s, "it is done", [&] { return done.get(); });
    const auto works = [&]() -> Coro<> {
      if (busy.get()) co_await sim::sleep(2s);
      done.set(true);
    };
    const auto disturbs = [&]() -> Coro<> {
      busy.set(true);
      co_return;
    };
    co_await sim::gather(works(), disturbs());
  });
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::liveness);
  EXPECT_FALSE(report.failures[0].deviations.empty());
}

TEST(Monitors, ADeadlockIsADeadlock) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    sim::eventually_within(1s, "never", [] { return false; });
    co_await sim::running_loop().create_future<int>();
  };
  EXPECT_THROW(sim::run(body(), sim::test::observed_by(findings)), sim::DeadlockError);
  EXPECT_THAT(findings.kinds(), ElementsAre(FindingKind::deadlock));
}

}  // namespace
