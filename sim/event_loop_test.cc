#include "sim/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Handle;
using sim::running_loop;
using sim::test::Log;
using testing::ElementsAre;

// Appends `word` to `log` when it is called.
auto say(Log& log, std::string word) {
  return [&log, word] { log.push_back(word); };
}

TEST(EventLoop, CallbacksRunInOrderEachOneIterationLater) {
  Log log;
  const auto body = [&]() -> Coro<> {
    running_loop().call_soon([&] {
      log.push_back("a");
      running_loop().call_soon(say(log, "a2"));
    });
    running_loop().call_soon(say(log, "b"));
    running_loop().call_later(-5s, say(log, "late"));
    running_loop().call_later(0s, say(log, "now"));
    running_loop().call_soon(say(log, "c"));
    log.push_back("main");
    co_await sim::yield();
    log.push_back("yielded");
    co_await sim::yield();
    log.push_back("yielded again");
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("main", "a", "b", "c", "yielded", "late", "now", "a2",
                               "yielded again"));
}

TEST(EventLoop, TimersRunByDeadlineAndTiesInTheOrderOfScheduling) {
  Log log;
  const auto body = [&]() -> Coro<> {
    sim::EventLoop& loop = running_loop();
    loop.call_later(2s, say(log, "2a"));
    loop.call_later(1s, say(log, "1a"));
    loop.call_at(loop.time() + 2s, say(log, "2b"));
    loop.call_later(1s, say(log, "1b"));
    loop.call_later(1500ms, say(log, "1.5"));
    loop.call_later(2s, say(log, "2c"));
    co_await sim::sleep(3s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("1a", "1b", "1.5", "2a", "2b", "2c"));
}

TEST(EventLoop, DueTimersJoinBehindWhatIsReady) {
  Log log;
  const auto body = [&]() -> Coro<> {
    running_loop().call_later(1s, [&] {
      log.push_back("first timer");
      running_loop().call_soon(say(log, "ready"));
      running_loop().call_at(sim::now(), say(log, "due timer"));
      running_loop().call_soon(say(log, "ready too"));
    });
    co_await sim::sleep(2s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("first timer", "ready", "ready too", "due timer"));
}

TEST(EventLoop, TimersThatComeDueInABusyStepRunLateAndBehindWhatIsReady) {
  Log log;
  const auto body = [&]() -> Coro<> {
    running_loop().call_later(2ms, say(log, "2 ms"));
    running_loop().call_later(5ms, say(log, "5 ms"));
    running_loop().call_later(50ms, say(log, "50 ms"));
    running_loop().call_soon([&] {
      sim::busy(10ms);
      log.push_back("busy");
      running_loop().call_soon(say(log, "ready"));
    });
    running_loop().call_soon(say(log, "same iteration"));
    co_await sim::yield();
    co_await sim::yield();
    co_await sim::yield();
    EXPECT_EQ(sim::uptime(), 10ms);
    co_await sim::sleep(100ms);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("busy", "same iteration", "ready", "2 ms", "5 ms", "50 ms"));
}

TEST(EventLoop, ATimerKnowsWhenItIsDue) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1s);
    const Handle handle = running_loop().call_later(2s, [] {});
    EXPECT_EQ(handle.when(), sim::TimePoint(3s));
    EXPECT_EQ(running_loop().time(), sim::TimePoint(1s));
    const Handle far = running_loop().call_later(std::chrono::hours::max(), [] {});
    EXPECT_EQ(far.when(), sim::TimePoint::max());
    handle.cancel();
    far.cancel();
  };
  sim::run(body());
}

TEST(EventLoop, ACancelledCallbackNeverRuns) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const Handle soon = running_loop().call_soon(say(log, "soon"));
    const Handle later = running_loop().call_later(1s, say(log, "later"));
    const Handle copy = later;
    EXPECT_FALSE(later.cancelled());
    soon.cancel();
    copy.cancel();
    EXPECT_TRUE(soon.cancelled());
    EXPECT_TRUE(later.cancelled());
    later.cancel();
    co_await sim::sleep(2s);
  };
  sim::run(body());
  EXPECT_TRUE(log.empty());
}

TEST(EventLoop, ACallbackMayCancelTheOneBehindIt) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Handle behind;
    running_loop().call_soon([&] { behind.cancel(); });
    behind = running_loop().call_soon(say(log, "cancelled"));
    running_loop().call_soon(say(log, "not cancelled"));
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("not cancelled"));
}

TEST(EventLoop, ATimerMayCancelAnotherThatIsDueToo) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Handle behind;
    running_loop().call_later(1s, [&] { behind.cancel(); });
    behind = running_loop().call_later(1s, say(log, "cancelled"));
    running_loop().call_later(1s, say(log, "not cancelled"));
    co_await sim::sleep(2s);
    EXPECT_TRUE(behind.cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("not cancelled"));
}

TEST(EventLoop, CancellingACallbackThatRunsOrRanDoesNothing) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Handle self;
    self = running_loop().call_later(1s, [&] {
      self.cancel();
      log.push_back("ran");
    });
    co_await sim::sleep(2s);
    // Another timer has the slot of the first one by now; it is not to be hit.
    const Handle other = running_loop().call_later(1s, say(log, "other"));
    self.cancel();
    co_await sim::sleep(2s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("ran", "other"));
}

TEST(EventLoop, ACallbackKeepsWhatItCapturedUntilItRanOrWasCancelled) {
  const auto token = std::make_shared<int>(0);
  const auto body = [&]() -> Coro<> {
    running_loop().call_later(1s, [token] {});
    {
      const Handle cancelled = running_loop().call_later(1s, [token] {});
      EXPECT_EQ(token.use_count(), 3);
      cancelled.cancel();
    }
    EXPECT_EQ(token.use_count(), 2);
    co_await sim::sleep(2s);
    EXPECT_EQ(token.use_count(), 1);
  };
  sim::run(body());
}

TEST(EventLoop, TheExceptionHandlerIsToldWhatCallbacksThrow) {
  Log log;
  sim::test::Findings findings;
  const auto body = [&]() -> Coro<> {
    running_loop().set_exception_handler(
        [&](sim::EventLoop& loop, const sim::ExceptionContext& context) {
          EXPECT_EQ(&loop, &running_loop());
          log.push_back(sim::internal::describe_exception(context.exception));
        });
    running_loop().call_soon([] { throw std::out_of_range("far"); });
    running_loop().call_soon([] { throw sim::CancelledError("cancelled"); });
    running_loop().call_later(1s, [] { throw 5; });
    co_await sim::sleep(2s);
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(log, ElementsAre("std::out_of_range: far", "sim::CancelledError: cancelled",
                               "an exception of type int"));
  EXPECT_TRUE(findings.all().empty());
}

TEST(EventLoop, TheExceptionHandlerIsGivenWhatFailed) {
  std::vector<sim::ExceptionContext> told;
  sim::test::Findings findings;
  const auto body = [&]() -> Coro<> {
    running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) { told.push_back(context); });
    const auto fails = []() -> Coro<> {
      co_await sim::sleep(1s);
      throw std::out_of_range("far");
    };
    const Handle timer = running_loop().call_later(2s, [] { throw std::out_of_range("far"); });
    sim::create_task(fails(), "careless");
    running_loop().create_future<int>().set_exception(std::out_of_range("far"));
    co_await sim::sleep(3s);
    std::vector<std::string> messages;
    for (const auto& context : told) messages.push_back(context.message);
    EXPECT_THAT(messages, ElementsAre("Future exception was never retrieved",
                                      "Task exception was never retrieved",
                                      "exception in callback"));
    EXPECT_TRUE(told[0].future.done() && !told[0].task && !told[0].handle);
    EXPECT_TRUE(told[0].future.exception() == told[0].exception);
    EXPECT_EQ(told[1].task.name(), "careless");
    EXPECT_TRUE(told[1].future.state() == told[1].task.state() && !told[1].handle);
    EXPECT_EQ(told[2].handle.when(), timer.when());
    EXPECT_TRUE(!told[2].future && !told[2].task);
    told.clear();  // the handler has kept them; they are told once
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_TRUE(told.empty());
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::exception_never_retrieved,
                                            sim::FindingKind::exception_never_retrieved));
}

TEST(EventLoop, WithoutAHandlerWhatCallbacksThrowIsAFinding) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    running_loop().set_exception_handler(nullptr);
    running_loop().call_soon([] { throw std::out_of_range("far"); });
    co_await sim::yield();
  };
  sim::run(body(), sim::test::observed_by(findings));
  ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::unhandled_exception));
  EXPECT_EQ(findings.all()[0].message, "exception in callback: std::out_of_range: far");
}

TEST(EventLoop, AHandlerThatThrowsIsAFindingToo) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    running_loop().set_exception_handler(
        [](sim::EventLoop&, const sim::ExceptionContext&) { throw std::runtime_error("worse"); });
    running_loop().call_soon([] { throw std::out_of_range("far"); });
    co_await sim::yield();
  };
  sim::run(body(), sim::test::observed_by(findings));
  ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::unhandled_exception));
  EXPECT_EQ(findings.all()[0].message,
            "the exception handler itself threw std::runtime_error: worse");
}

TEST(EventLoop, StopEndsTheRunWithTheCurrentIteration) {
  Log log;
  const auto body = [&]() -> Coro<> {
    running_loop().call_soon([&] {
      running_loop().stop();
      running_loop().call_soon(say(log, "next iteration"));
    });
    running_loop().call_soon(say(log, "same iteration"));
    co_await sim::sleep(1h);
  };
  std::string error;
  try {
    sim::run(body());
  } catch (const std::runtime_error& e) {
    error = e.what();
  }
  EXPECT_EQ(error, "the event loop was stopped before main had ended");
  EXPECT_THAT(log, ElementsAre("same iteration", "next iteration")) << "while main is cancelled";
}

TEST(EventLoop, StopInTheStepThatMainEndsInIsTooLate) {
  const auto body = []() -> Coro<int> {
    running_loop().stop();
    co_return 1;
  };
  EXPECT_EQ(sim::run(body()), 1);
}

TEST(EventLoop, IsTheRunningOneDuringARunOnly) {
  EXPECT_THROW(running_loop(), std::runtime_error);
  sim::EventLoop* inside = nullptr;
  sim::Runner runner;
  const auto body = [&]() -> Coro<> {
    inside = &running_loop();
    co_return;
  };
  runner.run(body());
  EXPECT_EQ(inside, &runner.get_loop());
  EXPECT_THROW(running_loop(), std::runtime_error);
}

TEST(EventLoop, AThousandTimersCancelledInAnyOrderLeaveTheOthers) {
  std::vector<int> ran;
  std::vector<int> expected;
  const auto body = [&]() -> Coro<> {
    std::vector<std::pair<int, Handle>> timers;
    for (int i = 0; i < 1000; ++i) {
      timers.emplace_back(i, running_loop().call_later(1ms * (i % 10), [&ran, i] {
        ran.push_back(i);
      }));
    }
    sim::rng().shuffle(timers);
    for (std::size_t i = 0; i < 900; ++i) timers[i].second.cancel();
    for (std::size_t i = 900; i < 1000; ++i) expected.push_back(timers[i].first);
    co_await sim::sleep(1s);
  };
  sim::run(body());
  std::ranges::sort(expected, {}, [](int i) { return std::pair(i % 10, i); });
  EXPECT_EQ(ran, expected);
}

}  // namespace
