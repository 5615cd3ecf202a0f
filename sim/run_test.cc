#include "sim/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::CancelledError;
using sim::Coro;
using sim::create_task;
using sim::FindingKind;
using sim::Runner;
using sim::Task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Sleeps for long and logs its cancellation, which goes on.
Coro<> sleep_and_log(std::string name, Log& log) {
  const auto ended = co_await sim::settle(sim::sleep(1h));
  log.push_back(name + (ended.cancelled() ? " was cancelled" : " slept"));
  ended.value();
}

template <class Error, class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "(none)";
}

TEST(Run, GivesTheResultOfMain) {
  const auto number = []() -> Coro<int> {
    co_await sim::sleep(1s);
    co_return 5;
  };
  const auto pointer = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(6); };
  EXPECT_EQ(sim::run(number()), 5);
  EXPECT_EQ(*sim::run(pointer()), 6);
}

TEST(Run, ThrowsTheExceptionOfMain) {
  const auto failing = []() -> Coro<int> {
    co_await sim::sleep(1s);
    throw std::out_of_range("far");
  };
  EXPECT_THROW(sim::run(failing()), std::out_of_range);
}

TEST(Run, ThrowsTheCancellationOfMain) {
  const auto cancelled = []() -> Coro<> {
    sim::current_task().cancel("enough");
    co_await sim::yield();
  };
  EXPECT_EQ(sim::test::cancel_message_of([&] { sim::run(cancelled()); }), "enough");
}

TEST(Run, EachHasAClockOfItsOwn) {
  const auto body = []() -> Coro<sim::TimePoint> {
    co_await sim::sleep(1s);
    co_return sim::now();
  };
  EXPECT_EQ(sim::run(body()), sim::TimePoint(1s));
  EXPECT_EQ(sim::run(body()), sim::TimePoint(1s));
}

TEST(Run, EachStartsWithALoopAsNew) {
  Log log;
  sim::ContextVar<int> variable("v", 0);
  Findings findings;
  const auto draw_in_a_callback = []() -> Coro<std::uint64_t> {
    auto drawn = sim::running_loop().create_future<std::uint64_t>();
    sim::running_loop().call_soon([=] { drawn.set_result(sim::rng()()); });
    co_return co_await drawn;
  };
  const auto first = [&]() -> Coro<std::uint64_t> {
    sim::running_loop().set_eager_tasks(true);
    sim::running_loop().set_exception_handler(
        [](sim::EventLoop&, const sim::ExceptionContext&) { ADD_FAILURE(); });
    variable.set(1);
    sim::running_loop().call_later(1h, [&] { log.push_back("an old timer"); });
    co_return co_await draw_in_a_callback();
  };
  const auto second = [&]() -> Coro<std::uint64_t> {
    EXPECT_FALSE(sim::running_loop().eager_tasks());
    EXPECT_EQ(variable.get(), 0);
    const std::uint64_t drawn = co_await draw_in_a_callback();
    sim::running_loop().call_soon([] { throw std::runtime_error("a finding"); });
    EXPECT_EQ(sim::now(), sim::TimePoint());
    co_await sim::sleep(2h);
    co_return drawn;
  };
  const std::uint64_t drawn = sim::run(first());
  EXPECT_EQ(sim::run(second(), observed_by(findings)), drawn);
  EXPECT_TRUE(log.empty());
  EXPECT_THAT(findings.kinds(), ElementsAre(FindingKind::unhandled_exception));
}

TEST(Run, InsideARunThrows) {
  Findings findings;
  const auto inner = []() -> Coro<> { co_return; };
  const auto body = [&]() -> Coro<std::string> {
    const std::string error = error_of<std::runtime_error>([&] { sim::run(inner()); });
    co_await sim::yield();  // the loop goes on
    co_return error;
  };
  EXPECT_EQ(sim::run(body(), observed_by(findings)),
            "run() cannot be called from a running event loop");
  EXPECT_THAT(findings.kinds(), ElementsAre(FindingKind::never_awaited));
}

TEST(Run, CancelsWhatIsLeftInTheOrderOfCreationAndWaitsForIt) {
  Log log;
  const auto slow = [&]() -> Coro<> {
    const auto ended = co_await sim::settle(sim::sleep(1h));
    co_await sim::sleep(1s);
    log.push_back("slow was cancelled and cleaned up at " +
                  std::to_string(sim::uptime() / 1s) + " s");
    ended.value();
  };
  const auto body = [&]() -> Coro<> {
    create_task(slow());
    create_task(sleep_and_log("a", log));
    create_task(sleep_and_log("b", log));
    co_await sim::sleep(1s);
    log.push_back("main ends");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("main ends", "a was cancelled", "b was cancelled",
                               "slow was cancelled and cleaned up at 2 s"));
}

TEST(Run, CancelsWhatIsLeftAfterAnExceptionOfMainToo) {
  Log log;
  const auto body = [&]() -> Coro<> {
    create_task(sleep_and_log("a", log));
    co_await sim::yield();
    throw std::out_of_range("far");
  };
  EXPECT_THROW(sim::run(body()), std::out_of_range);
  EXPECT_THAT(log, ElementsAre("a was cancelled"));
}

TEST(Run, NeverStartsATaskThatMainCreatedLast) {
  Log log;
  const auto body = [&]() -> Coro<> {
    create_task(sleep_and_log("a", log));
    co_return;
  };
  sim::run(body());
  // Its first step comes in the iteration that ends the run; the cancellation finds it asleep.
  EXPECT_THAT(log, ElementsAre("a was cancelled"));
}

TEST(Run, WaitsForATaskThatSwallowsItsCancellationAtTheEnd) {
  Log log;
  const auto stubborn = [&]() -> Coro<> {
    for (int i = 0; i < 3; ++i) {
      const auto ended = co_await sim::settle(sim::sleep(1s));
      log.push_back(ended.cancelled() ? "swallowed" : "slept");
    }
    log.push_back("finished");
  };
  const auto body = [&]() -> Coro<> {
    create_task(stubborn());
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("swallowed", "slept", "slept", "finished"));
}

TEST(Run, ReportsATaskThatSwallowsItsCancellationAtTheEndAndNeverEnds) {
  Findings findings;
  const auto stubborn = []() -> Coro<> {
    co_await sim::settle(sim::running_loop().create_future<>());
    co_await sim::running_loop().create_future<>();
  };
  const auto body = [&]() -> Coro<> {
    create_task(stubborn(), "stubborn");
    co_await sim::yield();
  };
  sim::run(body(), observed_by(findings));
  ASSERT_THAT(findings.kinds(),
              ElementsAre(FindingKind::pending_at_end, FindingKind::pending_at_end));
  EXPECT_THAT(findings.all()[0].message,
              StartsWith("main ended before what it had started\nstubborn waits for Future\n"));
  EXPECT_THAT(findings.all()[1].message,
              StartsWith("still pending after it was cancelled at the end of the run\n"
                         "1 task waits and nothing can wake it\nstubborn waits for Future\n"));
}

TEST(Run, ReportsACycleOfTasksThatIsLeftAndLetsTheOthersEnd) {
  Findings findings;
  Log log;
  std::optional<Task<>> a;
  std::optional<Task<>> b;
  const auto wait_for = [](std::optional<Task<>>& other) -> Coro<> { co_await *other; };
  const auto body = [&]() -> Coro<int> {
    a = create_task(wait_for(b), "a");
    b = create_task(wait_for(a), "b");
    create_task(sleep_and_log("another", log));
    co_await sim::yield();
    co_return 1;
  };
  EXPECT_EQ(sim::run(body(), observed_by(findings)), 1);
  a.reset();
  b.reset();
  ASSERT_THAT(findings.kinds(),
              ElementsAre(FindingKind::pending_at_end, FindingKind::pending_at_end));
  EXPECT_THAT(findings.all()[1].message, HasSubstr("\ncycle: a -> b -> a"));
  EXPECT_THAT(log, ElementsAre("another was cancelled"));
}

TEST(Run, TellsTheExceptionHandlerOfATaskThatFailsAtTheEnd) {
  Log log;
  Findings findings;
  Task<> kept;  // nobody collects this one
  const auto fails = []() -> Coro<> {
    co_await sim::settle(sim::sleep(1h));
    throw std::runtime_error("at the end");
  };
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) {
          log.push_back(context.message + ": " +
                        sim::internal::describe_exception(context.exception));
        });
    kept = create_task(fails());
    co_await sim::yield();
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(log, ElementsAre("task lambda-1 failed while the run was shut down: "
                               "std::runtime_error: at the end"));
  EXPECT_THAT(findings.kinds(), ElementsAre(FindingKind::pending_at_end));
}

TEST(Run, ReportsATaskThatIsCreatedAtTheEndAndLeft) {
  Findings findings;
  Log log;
  const auto spawns = [&]() -> Coro<> {
    co_await sim::settle(sim::sleep(1h));
    create_task(sleep_and_log("late", log), "late");
  };
  const auto body = [&]() -> Coro<> {
    create_task(spawns(), "spawns");
    co_await sim::yield();
  };
  sim::run(body(), observed_by(findings));
  ASSERT_THAT(findings.kinds(),
              ElementsAre(FindingKind::pending_at_end, FindingKind::pending_at_end));
  EXPECT_THAT(findings.all()[1].message,
              StartsWith("created while the run was shut down, and left\nlate waits for"));
  EXPECT_TRUE(log.empty());
}

TEST(Run, WithoutAnObserverPrintsFindings) {
  const auto body = []() -> Coro<> {
    sim::running_loop().call_soon([] { throw std::runtime_error("x"); });
    co_await sim::yield();
  };
  testing::internal::CaptureStderr();
  sim::run(body());
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "simloop: unhandled_exception: exception in callback: std::runtime_error: x\n");
}

TEST(Run, CancelsWhatMainLeftBehindWithoutAWordWhereNobodyObserves) {  // as asyncio.run does
  Log log;
  const auto body = [&]() -> Coro<> {
    create_task(sleep_and_log("a", log));
    co_await sim::yield();
  };
  testing::internal::CaptureStderr();
  sim::run(body());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Runner, RunsSeveralCoroutinesOnOneLoopWhoseClockGoesOn) {
  Runner runner;
  const auto body = []() -> Coro<> {
    EXPECT_EQ(sim::uptime(), 0s);
    co_await sim::sleep(1s);
    EXPECT_EQ(sim::uptime(), 1s);
  };
  runner.run(body());
  runner.run(body());
  EXPECT_EQ(runner.get_loop().time(), sim::TimePoint(2s));
}

TEST(Runner, WhatOneRunLeavesGoesOnInTheNext) {
  Log log;
  Runner runner;
  const auto ticker = [&]() -> Coro<> {
    for (int i = 0; i < 5; ++i) {
      log.push_back(std::to_string(i));
      co_await sim::yield();
    }
  };
  const auto first = [&]() -> Coro<> {
    create_task(ticker());
    co_return;
  };
  const auto second = []() -> Coro<std::size_t> {
    co_await sim::yield();
    co_await sim::yield();
    co_return sim::all_tasks().size();
  };
  runner.run(first());
  EXPECT_THAT(log, ElementsAre("0"));
  EXPECT_EQ(runner.run(second()), 2u);
  EXPECT_THAT(log, ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_EQ(runner.run(second()), 1u);
}

TEST(Runner, GoesOnAfterAnExceptionOfMain) {
  Runner runner;
  const auto failing = []() -> Coro<> {
    throw std::out_of_range("far");
    co_return;
  };
  const auto fine = []() -> Coro<int> { co_return 1; };
  EXPECT_THROW(runner.run(failing()), std::out_of_range);
  EXPECT_EQ(runner.run(fine()), 1);
}

TEST(Runner, RunsNothingAfterADeadlock) {
  Runner runner;
  const auto stuck = []() -> Coro<> { co_await sim::running_loop().create_future<>(); };
  const auto fine = []() -> Coro<> { co_return; };
  EXPECT_THROW(runner.run(stuck()), sim::DeadlockError);
  EXPECT_EQ(error_of<std::runtime_error>([&] { runner.run(fine()); }),
            "an earlier run of this runner broke off");
}

TEST(Runner, RunsNothingAfterItWasClosed) {
  Runner runner;
  const auto fine = []() -> Coro<> { co_return; };
  runner.run(fine());
  runner.close();
  runner.close();
  EXPECT_EQ(error_of<std::runtime_error>([&] { runner.run(fine()); }), "the runner is closed");
  EXPECT_EQ(error_of<std::runtime_error>([&] { runner.get_loop(); }), "the runner is closed");
}

TEST(Runner, CountsStepsTasksAndTime) {
  Runner runner;
  const auto child = []() -> Coro<> { co_await sim::sleep(1s); };
  const auto body = [&]() -> Coro<> { co_await sim::gather(child(), child()); };
  runner.run(body());
  const sim::RunStats stats = runner.stats();
  EXPECT_EQ(stats.tasks, 3u);
  EXPECT_EQ(stats.virtual_time, 1s);
  // main, 2 children; 2 timers; 2 children; 2 callbacks of gather; main; the end of the run
  EXPECT_EQ(stats.steps, 11u);
  EXPECT_EQ(stats.trace_hash, 0u) << "nothing was traced";
  runner.close();
  EXPECT_EQ(runner.stats().steps, stats.steps);
}

TEST(Runner, CancelsWhatIsLeftWhenItIsClosed) {
  Log log;
  Runner runner;
  const auto body = [&]() -> Coro<> {
    create_task(sleep_and_log("a", log));
    co_await sim::yield();
  };
  runner.run(body());
  EXPECT_TRUE(log.empty());
  runner.close();
  EXPECT_THAT(log, ElementsAre("a was cancelled"));
}

TEST(Runner, DestroysWhatIsLeftWhenItIsAbandoned) {
  Log log;
  {
    Findings findings;
    Runner runner(observed_by(findings));
    sim::Lock lock;
    const auto holder = [&]() -> Coro<> {
      const auto guard = co_await lock.guard();
      const auto logger = std::shared_ptr<int>(nullptr, [&](int*) { log.push_back("destroyed"); });
      co_await sleep_and_log("a", log);
    };
    const auto body = [&]() -> Coro<> {
      create_task(holder());
      create_task(sleep_and_log("b", log));
      sim::running_loop().call_soon([&] { log.push_back("called"); });
      co_return;
    };
    runner.run(body());
    EXPECT_THAT(log, ElementsAre("called"));
    runner.abandon();
    runner.close();
    EXPECT_THAT(findings.kinds(), ElementsAre());
    lock.release();
  }
  EXPECT_THAT(log, ElementsAre("called", "destroyed"));
}

}  // namespace
