// What a run reports to its observer: kind, message, place and async stack.
#include "sim/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Finding;
using sim::FindingKind;
using sim::RunOptions;
using sim::Task;
using sim::test::Findings;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

std::string here(int line) { return __FILE__ + (":" + std::to_string(line)); }

// The findings of a run of `main` that ends well.
template <class Main>
std::vector<Finding> findings_of_run(Main main, RunOptions options = {}) {
  Findings findings;
  options.observer = &findings;
  sim::run(main(), options);
  return findings.all();
}

constexpr int kForgottenLine = __LINE__ + 1;
Coro<int> forgotten(int n) { co_return n; }

Coro<> failing_child() {
  co_await sim::yield();
  throw std::runtime_error("broken");
}

TEST(Finding, EachKindHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < sim::kFindingKinds; ++i) {
    names.insert(sim::to_string(static_cast<FindingKind>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(sim::kFindingKinds));
  EXPECT_EQ(sim::to_string(FindingKind::assertion), "assertion");
  EXPECT_EQ(sim::to_string(FindingKind::pending_at_end), "pending_at_end");
  EXPECT_EQ(sim::to_string(FindingKind::limit_exceeded), "limit_exceeded");
  EXPECT_EQ(sim::to_string(FindingKind::not_deterministic), "not_deterministic");
}

TEST(Finding, AllKindsButFourFailARun) {
  std::set<FindingKind> warnings;
  for (int i = 0; i < sim::kFindingKinds; ++i) {
    const auto kind = static_cast<FindingKind>(i);
    if (!sim::fails_by_default(kind)) warnings.insert(kind);
  }
  EXPECT_THAT(warnings, ElementsAre(FindingKind::lock_cycle, FindingKind::blocking_step,
                                    FindingKind::starvation, FindingKind::outside_call));
}

TEST(NeverAwaited, NamesTheCoroutineAndItsPlaceAndWhereTheTaskStood) {
  int line = 0;
  const auto main = [&]() -> Coro<> {
    co_await sim::yield();
    { const auto dropped = forgotten(1); }
    line = __LINE__ - 2;
  };
  const auto findings = findings_of_run(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::never_awaited);
  EXPECT_EQ(findings[0].message,
            "coroutine 'forgotten' (" + here(kForgottenLine) + ") was never awaited");
  EXPECT_EQ(sim::to_string(findings[0].place), here(kForgottenLine));
  EXPECT_THAT(findings[0].stack, StartsWith("  at lambda  " + here(line) + "\n"));
}

TEST(NeverAwaited, IsSilentForWhatWasAwaitedStartedOrDeclined) {
  const auto main = []() -> Coro<> {
    co_await forgotten(1);
    auto task = create_task(forgotten(2));
    auto cancelled = create_task(forgotten(3));
    cancelled.cancel();
    co_await sim::settle(cancelled);
    co_await task;
    co_await sim::settle(sim::wait_for(forgotten(4), 0s));
    Coro<int> moved = forgotten(5);
    Coro<int> target = std::move(moved);
    co_await std::move(target);
  };
  EXPECT_THAT(findings_of_run(main), IsEmpty());
}

TEST(NeverAwaited, ReportsACoroutineThatAnExceptionLeftBehind) {
  const auto main = []() -> Coro<> {
    const auto inner = []() -> Coro<> {
      const Coro<int> waiting = forgotten(1);
      throw std::runtime_error("before it was awaited");
      co_return;
    };
    co_await sim::settle(inner());
  };
  const auto findings = findings_of_run(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::never_awaited);
}

TEST(NeverAwaited, ReportsOperationsThatNobodyAwaited) {
  const auto main = []() -> Coro<> {
    static_cast<void>(sim::sleep(1s));
    sim::Event event;
    static_cast<void>(event.wait());
    co_return;
  };
  const auto findings = findings_of_run(main);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].message, "'sleep' was never awaited, in task main");
  EXPECT_EQ(findings[1].message, "'Event.wait' was never awaited, in task main");
}

TEST(ExceptionNeverRetrieved, IsReportedWhenTheLastHandleGoes) {
  std::vector<std::string> order;
  const auto main = [&]() -> Coro<> {
    std::optional<Task<>> task = create_task(failing_child(), "careless");
    co_await sim::sleep(1s);
    EXPECT_TRUE(task->done());
    task.reset();
  };
  const auto findings = findings_of_run(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::exception_never_retrieved);
  EXPECT_EQ(findings[0].message,
            "task careless ended with an exception that nobody looked at: "
            "std::runtime_error: broken");
}

TEST(ExceptionNeverRetrieved, IsReportedForATaskWithoutAHandle) {
  const auto main = []() -> Coro<> {
    create_task(failing_child());
    co_await sim::sleep(1s);
  };
  const auto findings = findings_of_run(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::exception_never_retrieved);
}

TEST(ExceptionNeverRetrieved, IsReportedForAFuture) {
  const auto main = []() -> Coro<> {
    sim::running_loop().create_future<int>().set_exception(std::out_of_range("far"));
    co_return;
  };
  const auto findings = findings_of_run(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].message,
            "Future ended with an exception that nobody looked at: std::out_of_range: far");
}

TEST(ExceptionNeverRetrieved, IsSilentOnceSomebodyLooked) {
  const auto looks = [](auto look) {
    return findings_of_run([&]() -> Coro<> {
      auto task = create_task(failing_child());
      co_await sim::sleep(1s);
      look(task);
    });
  };
  EXPECT_THAT(looks([](Task<>& task) { static_cast<void>(task.exception()); }), IsEmpty());
  EXPECT_THAT(looks([](Task<>& task) { EXPECT_THROW(task.result(), std::runtime_error); }),
              IsEmpty());
  EXPECT_EQ(looks([](Task<>& task) { EXPECT_TRUE(task.done()); }).size(), 1u);
}

TEST(ExceptionNeverRetrieved, IsSilentForWhatWasAwaited) {
  const auto await_a_task = []() -> Coro<> {
    auto task = create_task(failing_child());
    const auto ended = co_await sim::settle(task);
    EXPECT_FALSE(ended.has_value());
  };
  const auto await_a_future = []() -> Coro<> {
    auto future = sim::running_loop().create_future<int>();
    future.set_exception(std::runtime_error("failed"));
    const auto ended = co_await sim::settle(std::move(future));
    EXPECT_FALSE(ended.has_value());
  };
  EXPECT_THAT(findings_of_run(await_a_task), IsEmpty());
  EXPECT_THAT(findings_of_run(await_a_future), IsEmpty());
}

TEST(ExceptionNeverRetrieved, IsSilentForACancellation) {
  const auto main = []() -> Coro<> {
    create_task(sim::sleep(1h)).cancel("unseen");
    co_await sim::yield();
    co_await sim::yield();
  };
  EXPECT_THAT(findings_of_run(main), IsEmpty());
}

TEST(PendingAtEnd, ShowsWhatMainLeftAndWhatItWaitsFor) {
  int line = 0;
  const auto child = [&]() -> Coro<> {
    line = __LINE__ + 1;
    co_await sim::sleep(1h);
  };
  const auto main = [&]() -> Coro<> {
    create_task(child(), "left");
    co_await sim::yield();
  };
  const auto findings = findings_of_run(main);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::pending_at_end);
  EXPECT_EQ(findings[0].message,
            "main ended before what it had started\n"
            "left waits for its sleep to end\n"
            "  at lambda  " + here(line));
}

TEST(PendingAtEnd, IsSilentWhenMainFailed) {
  Findings findings;
  const auto main = []() -> Coro<> {
    create_task(sim::sleep(1h));
    throw std::runtime_error("main");
    co_return;
  };
  EXPECT_THROW(sim::run(main(), observed_by(findings)), std::runtime_error);
  EXPECT_THAT(findings.kinds(), ElementsAre(FindingKind::unhandled_exception));
}

TEST(UnhandledException, IsTheExceptionThatLeavesTheRun) {
  Findings findings;
  const auto main = []() -> Coro<> {
    co_await sim::sleep(1s);
    throw std::out_of_range("far");
  };
  EXPECT_THROW(sim::run(main(), observed_by(findings)), std::out_of_range);
  ASSERT_THAT(findings.kinds(), ElementsAre(FindingKind::unhandled_exception));
  EXPECT_EQ(findings.all()[0].message, "main ended with std::out_of_range: far");
}

TEST(UnhandledException, NamesTheMessageOfACancellation) {
  Findings findings;
  const auto main = []() -> Coro<> {
    sim::current_task().cancel("enough");
    co_await sim::yield();
  };
  EXPECT_THROW(sim::run(main(), observed_by(findings)), sim::CancelledError);
  ASSERT_THAT(findings.kinds(), ElementsAre(FindingKind::unhandled_exception));
  EXPECT_THAT(findings.all()[0].message,
              MatchesRegex("cancelled: enough, at .*finding_test.cc:[0-9]+"));
}

TEST(UnhandledException, NamesACancellationWithoutAMessageToo) {
  Findings findings;
  const auto main = []() -> Coro<> {
    sim::running_loop().call_soon([task = sim::current_task()] { task.cancel(); });
    co_await sim::running_loop().create_future<>();
  };
  EXPECT_THROW(sim::run(main(), observed_by(findings)), sim::CancelledError);
  ASSERT_THAT(findings.kinds(), ElementsAre(FindingKind::unhandled_exception));
  EXPECT_THAT(findings.all()[0].message,
              MatchesRegex("cancelled: no message, at .*finding_test.cc:[0-9]+"));
}

TEST(UnhandledException, ShowsTheInnermostAwaitThatACancellationCameUpAt) {
  Findings findings;
  std::uint_least32_t inner_line = 0;
  const auto inner = [&]() -> Coro<> {
    inner_line = std::source_location::current().line() + 1;
    co_await sim::sleep(1s);
  };
  const auto main = [&]() -> Coro<> {
    sim::running_loop().call_soon([task = sim::current_task()] { task.cancel("enough"); });
    co_await inner();
  };
  EXPECT_THROW(sim::run(main(), observed_by(findings)), sim::CancelledError);
  ASSERT_THAT(findings.kinds(), ElementsAre(FindingKind::unhandled_exception));
  EXPECT_EQ(findings.all()[0].place.line(), inner_line);
}

TEST(LimitExceeded, OfLiveTasksIsReportedOnceWithTheStackThatPassedIt) {
  RunOptions options;
  options.limits.tasks = 4;
  int line = 0;
  const auto main = [&]() -> Coro<> {
    co_await sim::yield();
    line = __LINE__ - 1;
    std::vector<Task<>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(create_task(sim::sleep(1s)));
    co_await sim::gather(tasks);
    for (int i = 0; i < 10; ++i) tasks.push_back(create_task(sim::sleep(1s)));
    co_await sim::gather(tasks);
  };
  const auto findings = findings_of_run(main, options);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::limit_exceeded);
  EXPECT_THAT(findings[0].message, StartsWith("more than 4 tasks alive"));
  EXPECT_THAT(findings[0].stack, StartsWith("  at lambda  "));
}

TEST(LimitExceeded, OfReadyHandles) {
  RunOptions options;
  options.limits.ready = 5;
  const auto main = []() -> Coro<> {
    for (int i = 0; i < 10; ++i) sim::running_loop().call_soon([] {});
    co_await sim::yield();
  };
  const auto findings = findings_of_run(main, options);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message, StartsWith("more than 5 handles ready"));
}

TEST(LimitExceeded, OfQueueDepthIsToldApartFromTheOthers) {
  RunOptions options;
  options.limits.queue_depth = 2;
  options.limits.tasks = 1;
  const auto main = []() -> Coro<> {
    sim::Queue<int> queue;
    for (int i = 0; i < 10; ++i) queue.put_nowait(i);
    co_await create_task(sim::yield());
  };
  const auto findings = findings_of_run(main, options);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_THAT(findings[0].message, StartsWith("more than 2 items in a Queue"));
  EXPECT_THAT(findings[1].message, StartsWith("more than 1 tasks alive"));
}

TEST(BlockingStep, IsReportedFromTheLimitOn) {
  const auto busy_for = [](sim::Duration d) {
    return findings_of_run([&]() -> Coro<> {
      sim::busy(d);
      EXPECT_EQ(sim::uptime(), d);
      co_return;
    });
  };
  EXPECT_THAT(busy_for(99ms), IsEmpty());
  const auto findings = busy_for(100ms);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingKind::blocking_step);
  EXPECT_EQ(findings[0].message,
            "one step took 100 ms of virtual time; nothing else ran meanwhile");
}

TEST(Livelock, EndsARunThatNeverEnds) {
  Findings findings;
  RunOptions options = observed_by(findings);
  options.max_steps = 1000;
  const auto main = []() -> Coro<> {
    for (;;) co_await sim::yield();
  };
  sim::Runner runner(options);
  EXPECT_ANY_THROW(runner.run(main()));
  ASSERT_THAT(findings.kinds(), ElementsAre(FindingKind::livelock));
  EXPECT_EQ(findings.all()[0].message, "still running after 1000 steps");
  EXPECT_EQ(runner.stats().steps, 1000u);
}

TEST(Livelock, IsNoFindingForARunThatEndsWithinItsSteps) {
  RunOptions options;
  options.max_steps = 1000;
  const auto main = []() -> Coro<> {
    for (int i = 0; i < 900; ++i) co_await sim::yield();
  };
  EXPECT_THAT(findings_of_run(main, options), IsEmpty());
}

TEST(FunctionName, IsTheBareNameOfACoroutine) {
  const auto main = []() -> Coro<> {
    const auto closure = []() -> Coro<> { co_return; };
    auto function = create_task(forgotten(1));
    auto lambda = create_task(closure());
    EXPECT_EQ(function.name(), "forgotten-1");
    EXPECT_EQ(lambda.name(), "lambda-2");
    co_await sim::gather(function, lambda);
  };
  EXPECT_THAT(findings_of_run(main), IsEmpty());
}

}  // namespace
