// What a loop does when it closes: tasks, then asynchronous generators, then executors, with the
// iterations between. CPython 3.13's asyncio.run() gives the same logs, but for the order of the
// generators, which it leaves undefined.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::AsyncGenerator;
using sim::Coro;
using sim::create_task;
using sim::settle;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ShutDown : public testing::Test {
 protected:
  void log(const std::string& what) { log_.push_back(what); }

  enum class Ending { closes, fails, ignores };
  // Yields ten numbers. Its cleanup takes some iterations.
  AsyncGenerator<int> numbers(std::string name, int cleanup = 0, Ending ending = Ending::closes) {
    bool told_to_end = false;
    try {
      for (int i = 0; i < 10; ++i) {
        co_await sim::yield();
        co_yield i;
      }
    } catch (const sim::GeneratorExit&) {
      told_to_end = true;
    }
    log(name + " closes");
    for (; cleanup > 0; --cleanup) co_await sim::yield();
    if (ending == Ending::ignores) co_yield 99;
    log(name + " closed");
    if (ending == Ending::fails) throw std::invalid_argument(name);
    if (told_to_end) throw sim::GeneratorExit();
  }
  Coro<> sleeps_then(std::function<void()> cleanup) {
    auto slept = co_await settle(sim::sleep(1h));
    cleanup();
    slept.value();
  }

  Log log_;
  std::vector<AsyncGenerator<int>> generators_;  // outlive the runs
};

TEST_F(ShutDown, CancelsTasksThenClosesGeneratorsAtOnceThenTellsTheHandler) {
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) {
          EXPECT_THAT(context.asyncgen, HasSubstr("asynchronous generator 'numbers' (primitives/"));
          EXPECT_EQ(context.message, "closing of " + context.asyncgen + " failed");
          EXPECT_TRUE(context.task);
          log("handler: " + sim::internal::describe_exception(context.exception));
        });
    const auto left = [&]() -> Coro<> {
      auto slept = co_await settle(sim::sleep(9s));
      log("task cancelled");
      co_await sim::yield();
      log("task clean");
      slept.value();
    };
    auto task = sim::spawn(left);
    generators_.push_back(numbers("a", 3));
    generators_.push_back(numbers("b"));
    generators_.push_back(numbers("c", 0, Ending::fails));
    generators_.push_back(numbers("d", 0, Ending::ignores));
    for (auto& generator : generators_) co_await generator.next();
    generators_.push_back(numbers("never begun"));
    log("main ends");
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("main ends", "task cancelled", "task clean", "a closes", "b closes",
                                "b closed", "c closes", "c closed", "d closes", "a closed",
                                "handler: std::invalid_argument: c",
                                HasSubstr("ignored GeneratorExit")));
  generators_.pop_back();
}

TEST_F(ShutDown, HasNothingToDoWithGeneratorsThatHaveEnded) {
  const auto body = [&]() -> Coro<> {
    generators_.push_back(numbers("a"));
    while (co_await generators_[0].next()) {
    }
    generators_.push_back(numbers("b"));
    co_await generators_[1].next();
    co_await generators_[1].aclose();
    log("main ends");
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("a closes", "a closed", "b closes", "b closed", "main ends"));
}

TEST_F(ShutDown, ClosesAGeneratorAfterTheTaskThatUsedIt) {
  const auto body = [&]() -> Coro<> {
    generators_.push_back(numbers("a", 1));
    const auto user = [&]() -> Coro<> {
      while (int* number = co_await generators_[0].next()) {
        if (*number != 2) continue;
        auto slept = co_await settle(sim::sleep(1h));
        log("user cancelled");
        slept.value();
      }
    };
    auto task = sim::spawn(user);
    co_await sim::sleep(10ms);
    log("main ends");
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("main ends", "user cancelled", "a closes", "a closed"));
}

TEST_F(ShutDown, AGeneratorLivesFromOneRunToTheNext) {
  {
    sim::Runner runner;
    const auto first = [&]() -> Coro<> {
      generators_.push_back(numbers("a"));
      EXPECT_EQ(*co_await generators_[0].next(), 0);
    };
    const auto second = [&]() -> Coro<> { EXPECT_EQ(*co_await generators_[0].next(), 1); };
    runner.run(first());
    runner.run(second());
    EXPECT_THAT(log_, IsEmpty());
  }
  EXPECT_THAT(log_, ElementsAre("a closes", "a closed"));
}

TEST_F(ShutDown, LetsExecutorsFinishLast) {
  struct Slow final : sim::DecisionSource {
    std::uint32_t pick(sim::DecisionKind, std::uint32_t, const sim::DecisionContext&) override {
      return 2;
    }
  } slow;
  const auto body = [&]() -> Coro<> {
    sim::run_in_executor([&] { log("function at " + std::to_string(sim::uptime() / 1ms)); });
    generators_.push_back(numbers("a"));
    co_await generators_[0].next();
    auto task = create_task(sleeps_then([&] { log("task cancelled"); }));
    co_await sim::yield();
    log("main ends");
  };
  sim::run(body(), {.source = &slow});
  EXPECT_THAT(log_,
              ElementsAre("main ends", "task cancelled", "a closes", "a closed", "function at 10"));
}

TEST_F(ShutDown, AGeneratorThatNeverClosesIsReportedAndLeft) {
  Findings findings;
  sim::Event never;
  const auto stuck = [&]() -> AsyncGenerator<int> {
    try {
      co_yield 1;
    } catch (const sim::GeneratorExit&) {
    }
    co_await never.wait();
  };
  const auto body = [&]() -> Coro<> {
    generators_.push_back(stuck());
    co_await generators_[0].next();
  };
  sim::run(body(), observed_by(findings));
  ASSERT_FALSE(findings.all().empty());
  EXPECT_EQ(findings.all()[0].kind, sim::FindingKind::pending_at_end);
  EXPECT_THAT(findings.all()[0].message,
              AllOf(HasSubstr("still pending when the loop shut down"), HasSubstr("aclose waits")));
}

TEST_F(ShutDown, ABrokenRunClosesNothing) {
  const auto body = [&]() -> Coro<> {
    generators_.push_back(numbers("a"));
    co_await generators_[0].next();
    co_await sim::Event().wait();
  };
  EXPECT_THROW(sim::run(body()), sim::DeadlockError);
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(ShutDown, ATaskMadeDuringItHasTheIterationsThatItTakes) {
  const auto body = [&]() -> Coro<> {
    const auto late = [&]() -> Coro<> {
      for (int i = 0; i < 20; ++i) {
        co_await sim::yield();
        log(std::to_string(i));
      }
    };
    auto task = create_task(sleeps_then([late] { sim::spawn(late); }));
    co_await sim::yield();
  };
  Findings findings;
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(log_, ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_THAT(findings.all().back().message, HasSubstr("created while the run was shut down"));
}

struct CallsItselfAgain {
  Log& log;
  int n = 0;
  void operator()() {
    log.push_back(std::to_string(++n));
    sim::running_loop().call_soon(*this);
  }
};

TEST_F(ShutDown, ACallbackHasTheIterationsThatItTakes) {
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_soon(CallsItselfAgain{log_});
    co_return;
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(ShutDown, ATaskThatFailsIsToldToTheHandlerInTheTasksContext) {
  sim::ContextVar<int> variable("variable", 0);
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) {
          log(context.task.name() + " in " + std::to_string(variable.get()) + ": " +
              context.message);
          EXPECT_TRUE(context.asyncgen.empty());
        });
    const auto left = [&]() -> Coro<> {
      variable.set(7);
      auto slept = co_await settle(sim::sleep(1h));
      throw std::runtime_error("late");
    };
    auto task = create_task(left(), "left");
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("left in 7: task left failed while the run was shut down"));
}

TEST_F(ShutDown, WhatNobodyLookedAtIsToldToTheHandlerToo) {
  Findings findings;
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_exception_handler(
        [&](sim::EventLoop&, const sim::ExceptionContext& context) { log(context.message); });
    sim::running_loop().create_future<int>().set_exception(std::runtime_error("Failed"));
    co_return;
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::exception_never_retrieved));
  EXPECT_THAT(log_, ElementsAre("Future exception was never retrieved"));
}

}  // namespace
