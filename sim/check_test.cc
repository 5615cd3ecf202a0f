#include "sim/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::FindingKind;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Whether a run of `main` ends with the exception of a failed check; what it found.
template <class Main>
std::vector<sim::Finding> failed_checks_of(Main main) {
  Findings findings;
  EXPECT_THROW(sim::run(main(), observed_by(findings)), sim::internal::CheckFailure);
  return findings.all();
}

TEST(SimCheck, ThatHoldsDoesNothing) {
  const auto main = []() -> Coro<> {
    SIM_CHECK(true);
    SIM_CHECK_EQ(1, 1);
    SIM_CHECK_NE(1, 2);
    SIM_CHECK_LT(1, 2);
    SIM_CHECK_LE(2, 2);
    SIM_CHECK_GT(2, 1);
    SIM_CHECK_GE(2, 2);
    co_return;
  };
  sim::run(main());
}

TEST(SimCheck, ThatFailsIsAFindingWithPlaceAndStack) {
  int line = 0;
  const auto main = [&]() -> Coro<> {
    co_await sim::yield();
    line = __LINE__ + 1;
    SIM_CHECK(1 > 2);
  };
  const auto findings = failed_checks_of(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::assertion);
  const std::string place = __FILE__ + (":" + std::to_string(line));
  EXPECT_EQ(findings[0].message, "SIM_CHECK(1 > 2) failed at " + place);
  EXPECT_EQ(sim::to_string(findings[0].place), place);
  EXPECT_THAT(findings[0].stack, StartsWith("  at lambda  " __FILE__ ":"));
}

struct Opaque {
  bool operator==(const Opaque&) const { return false; }
};

template <class F>
std::string message_of(F check) {
  const auto main = [&]() -> Coro<> {
    check();
    co_return;
  };
  const auto findings = failed_checks_of(main);
  return findings.empty() ? "" : findings[0].message;
}

TEST(SimCheck, ComparisonsShowBothValues) {
  EXPECT_THAT(message_of([] { SIM_CHECK_EQ(1 + 1, 3); }),
              StartsWith("SIM_CHECK_EQ(1 + 1, 3), with 2 and 3 failed at "));
  EXPECT_THAT(message_of([] { SIM_CHECK_NE(std::string("a"), "a"); }),
              HasSubstr("with a and a failed"));
  EXPECT_THAT(message_of([] { SIM_CHECK_LT(2, 1); }), StartsWith("SIM_CHECK_LT(2, 1)"));
  EXPECT_THAT(message_of([] { SIM_CHECK_LE(2, 1); }), StartsWith("SIM_CHECK_LE(2, 1)"));
  EXPECT_THAT(message_of([] { SIM_CHECK_GT(1, 2); }), StartsWith("SIM_CHECK_GT(1, 2)"));
  EXPECT_THAT(message_of([] { SIM_CHECK_GE(1, 2); }), StartsWith("SIM_CHECK_GE(1, 2)"));
  EXPECT_THAT(message_of([] { SIM_CHECK_EQ(true, false); }), HasSubstr("with true and false"));
  EXPECT_THAT(message_of([] { SIM_CHECK_EQ(1s, 2ms); }),
              HasSubstr("with 1s and 2ms failed"));
  EXPECT_THAT(message_of([] { SIM_CHECK_EQ(sim::now(), sim::TimePoint(1s)); }),
              HasSubstr("with 0 ns and 1000000000 ns failed"));
  EXPECT_THAT(message_of([] { SIM_CHECK_EQ(Opaque(), Opaque()); }),
              HasSubstr("(a value that cannot be printed)"));
}

TEST(SimCheck, EndsTheExecutionAtItsStep) {
  Log log;
  const auto other = [&]() -> Coro<> {
    log.push_back("other ran");
    co_return;
  };
  const auto main = [&]() -> Coro<> {
    create_task(other());
    sim::running_loop().call_soon([&] { log.push_back("callback ran"); });
    log.push_back("before");
    SIM_CHECK(false);
    log.push_back("after");
    co_return;
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
  EXPECT_THAT(log, ElementsAre("before"));
}

TEST(SimCheck, CannotBeSwallowed) {
  Log log;
  const auto main = [&]() -> Coro<> {
    try {
      SIM_CHECK(false);
    } catch (...) {
      log.push_back("swallowed");
    }
    co_await sim::yield();
    log.push_back("next step");
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
  EXPECT_THAT(log, ElementsAre("swallowed"));
}

TEST(SimCheck, ASwallowedOneInACoroutineEndsTheExecutionBeforeItsAwaiterGoesOn) {
  Log log;
  const auto inner = []() -> Coro<> {
    SIM_CHECK(false);
    co_return;
  };
  const auto main = [&]() -> Coro<> {
    const auto ended = co_await sim::settle(inner());
    static_cast<void>(ended);
    log.push_back("went on");
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
  EXPECT_TRUE(log.empty());
}

TEST(SimCheck, ASecondOneInTheSameStepAddsNoFinding) {
  const auto main = []() -> Coro<> {
    try {
      SIM_CHECK(false);
    } catch (...) {
    }
    SIM_CHECK(1 == 2);
    co_return;
  };
  const auto findings = failed_checks_of(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message, StartsWith("SIM_CHECK(false)"));
}

TEST(SimCheck, InAnotherTaskEndsTheWholeRun) {
  Log log;
  const auto child = []() -> Coro<> {
    co_await sim::sleep(1s);
    SIM_CHECK(false);
  };
  const auto main = [&]() -> Coro<> {
    auto task = create_task(child(), "child");
    co_await sim::settle(task);
    log.push_back("went on");
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
  EXPECT_TRUE(log.empty());
}

TEST(SimCheck, InAnEagerTaskEndsTheStepOfItsCreator) {
  Log log;
  const auto child = []() -> Coro<> {
    SIM_CHECK(false);
    co_return;
  };
  const auto main = [&]() -> Coro<> {
    auto task = sim::create_eager_task(child());
    co_await sim::yield();
    log.push_back("went on");
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
  EXPECT_TRUE(log.empty());
}

TEST(SimCheck, InACallbackEndsTheRunAndIsNoUnhandledException) {
  Log log;
  const auto main = [&]() -> Coro<> {
    sim::running_loop().call_soon([] { SIM_CHECK(false); });
    sim::running_loop().call_soon([&] { log.push_back("next callback"); });
    co_await sim::sleep(1s);
  };
  const auto findings = failed_checks_of(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::assertion);
  EXPECT_EQ(findings[0].stack, "");
  EXPECT_TRUE(log.empty());
}

TEST(SimCheck, InADoneCallbackEndsTheRun) {
  const auto main = [&]() -> Coro<> {
    const auto future = sim::running_loop().create_future<>();
    future.add_done_callback([] { SIM_CHECK(false); });
    future.set_result();
    co_await sim::sleep(1s);
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
}

TEST(SimCheck, WhatIsLeftIsDestroyedWithoutFindings) {
  const auto token = std::make_shared<int>(0);
  const auto child = [&]() -> Coro<> {
    const auto kept = token;
    sim::Lock lock;
    co_await lock.acquire();
    co_await lock.acquire();
  };
  const auto main = [&]() -> Coro<> {
    auto task = create_task(child());
    co_await sim::yield();
    SIM_CHECK(false);
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(SimCheck, LeavesNothingToPrintToHandlesThatOutliveTheRun) {
  std::optional<sim::Task<>> kept;
  const auto child = []() -> Coro<> {
    SIM_CHECK(false);
    co_return;
  };
  const auto main = [&]() -> Coro<> {
    kept = create_task(child());
    co_await sim::sleep(1s);
  };
  EXPECT_EQ(failed_checks_of(main).size(), 1u);
  testing::internal::CaptureStderr();
  kept.reset();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(SimCheck, EndsTheRunWhileItIsShutDownToo) {
  Findings findings;
  const auto child = []() -> Coro<> {
    co_await sim::settle(sim::sleep(1h));
    SIM_CHECK(false);
  };
  const auto main = [&]() -> Coro<> {
    create_task(child());
    co_await sim::yield();
  };
  EXPECT_THROW(sim::run(main(), observed_by(findings)), sim::internal::CheckFailure);
  EXPECT_THAT(findings.kinds(), ElementsAre(FindingKind::pending_at_end, FindingKind::assertion));
}

TEST(SimCheckDeathTest, OutsideARunPrintsAndAborts) {
  EXPECT_DEATH(SIM_CHECK(1 > 2), "assertion: SIM_CHECK\\(1 > 2\\) failed at ");
}

}  // namespace
