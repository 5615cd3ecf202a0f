#include "primitives/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::run_in_executor;
using sim::settle;
using sim::to_thread;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

int compute(int n) { return n + 1; }

TEST(Executor, TheExampleOfTheHeaderCompiles) {
  using Index = std::size_t;
  const auto body = []() -> Coro<> {
    std::vector<std::string> files = {"a", "b"};
    const auto build_index = [](const std::vector<std::string>& of) { return of.size(); };
    Index index = co_await sim::to_thread(build_index, std::cref(files));
    sim::Future<int> answer = sim::run_in_executor(compute, 42);
    EXPECT_EQ(index, 2u);
    EXPECT_EQ(co_await answer, 43);
  };
  sim::run(body());
}

// Answers each question about an executor with the next of its answers, and all others with 0.
class Latencies final : public sim::DecisionSource {
 public:
  explicit Latencies(std::vector<std::uint32_t> answers) : answers_(std::move(answers)) {}
  std::uint32_t pick(sim::DecisionKind kind, std::uint32_t n,
                     const sim::DecisionContext&) override {
    if (kind != sim::DecisionKind::executor) return 0;
    EXPECT_EQ(n, 4u);
    return next_ < answers_.size() ? answers_[next_++] : 0;
  }

 private:
  std::vector<std::uint32_t> answers_;
  std::size_t next_ = 0;
};

TEST(Executor, TheFunctionRunsInTheNextIterationAndItsResultArrivesTwoLater) {
  const auto body = []() -> Coro<> {
    sim::test::IterationCounter counter;
    counter.start();
    int ran = 0;
    co_await to_thread([&] { ran = counter.count(); });
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(counter.count(), 3);
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(Executor, TheSourceChoosesTheLatencyAndSoTheOrder) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto work = [&](const char* name) { log.push_back(name); };
    auto a = run_in_executor(work, "a");
    auto b = run_in_executor(work, "b");
    auto c = run_in_executor(work, "c");
    auto d = run_in_executor(work, "d");
    auto ended = sim::as_completed(std::vector<sim::Future<>>{a, b, c, d});
    std::vector<std::size_t> times;
    while (co_await ended.next()) times.push_back(static_cast<std::size_t>(sim::uptime() / 1ms));
    EXPECT_THAT(times, ElementsAre(0, 1, 10, 100));
  };
  Latencies source({3, 1, 0, 2});
  sim::run(body(), {.source = &source});
  EXPECT_THAT(log, ElementsAre("c", "b", "d", "a"));
}

TEST(Executor, EverySeedGivesAnOrderOfItsOwnAndGivesItAgain) {
  std::set<Log> orders;
  for (const sim::Order order : {sim::Order::fifo, sim::Order::any}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Log first;
      for (const bool again : {false, true}) {
        Log log;
        const auto body = [&]() -> Coro<> {
          std::vector<Coro<>> calls;
          for (const char* name : {"a", "b", "c"}) {
            calls.push_back(to_thread([&log, name] { log.push_back(name); }));
          }
          co_await sim::gather(std::move(calls));
        };
        sim::RandomSource source(seed);
        sim::run(body(), {.seed = seed, .order = order, .source = &source});
        EXPECT_TRUE(!again || log == first);
        first = log;
      }
      orders.insert(first);
    }
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(Executor, WhatTheFunctionThrowsArrivesAtTheAwaiter) {
  const auto body = []() -> Coro<> {
    const auto fails = [](const std::string& what) { throw std::out_of_range(what); };
    const std::string what = "too far";
    const auto ended = co_await settle(to_thread(fails, what));
    EXPECT_THROW(ended.value(), std::out_of_range);
    auto future = run_in_executor(fails, "too far");
    const std::vector only{future};
    co_await sim::wait(only);
    EXPECT_THROW(future.result(), std::out_of_range);
  };
  sim::run(body());
}

TEST(Executor, ACancelledAwaiterLeavesAndTheFunctionStillRuns) {
  Findings findings;
  bool ran = false;
  const auto body = [&]() -> Coro<> {
    const auto work = [&] {
      ran = true;
      throw std::runtime_error("nobody is told");
    };
    auto task = create_task(to_thread(work));
    co_await sim::yield();
    task.cancel();
    EXPECT_TRUE((co_await settle(task)).cancelled());
    EXPECT_FALSE(ran);
    co_await sim::sleep(1s);
    EXPECT_TRUE(ran);
  };
  Latencies source({2});
  auto options = observed_by(findings);
  options.source = &source;
  sim::run(body(), options);
  EXPECT_THAT(findings.all(), IsEmpty());
}

TEST(Executor, ACancellationBetweenTheFunctionAndItsResultLosesTheResult) {
  const auto body = []() -> Coro<> {
    bool ran = false;
    auto task = create_task(to_thread([&] { ran = true; }));
    co_await sim::yield();
    co_await sim::yield();
    EXPECT_TRUE(ran);
    task.cancel();
    EXPECT_TRUE((co_await settle(task)).cancelled());
  };
  sim::run(body());
}

TEST(Executor, ToThreadDoesNothingUntilItIsAwaited) {
  Findings findings;
  int calls = 0;
  const auto body = [&]() -> Coro<> {
    { auto forgotten = to_thread([&] { ++calls; }); }
    auto kept = to_thread([&] { ++calls; });
    co_await sim::sleep(1s);
    EXPECT_EQ(calls, 0);
    co_await std::move(kept);
    EXPECT_EQ(calls, 1);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::never_awaited));
}

// As threads do in asyncio, where to_thread() copies the context and run_in_executor() does not.
TEST(Executor, ToThreadSeesItsCallersContextAndChangesACopy) {
  const auto body = []() -> Coro<> {
    sim::ContextVar<int> variable("variable", 0);
    variable.set(1);
    const auto work = [&] {
      const int seen = variable.get();
      variable.set(2);
      return seen;
    };
    EXPECT_EQ(co_await to_thread(work), 1);
    EXPECT_EQ(variable.get(), 1);
    EXPECT_EQ(co_await run_in_executor(work), 0);
    EXPECT_EQ(variable.get(), 1);
  };
  sim::run(body());
}

TEST(Executor, ArgumentsAndResultsNeedNotBeCopyable) {
  const auto body = []() -> Coro<> {
    const auto twice = [](std::unique_ptr<int> n) { return std::make_unique<int>(*n * 2); };
    auto argument = std::make_unique<int>(21);
    auto result = co_await to_thread(twice, std::move(argument));
    EXPECT_EQ(*result, 42);
  };
  sim::run(body());
}

TEST(Executor, TheFunctionTakesVirtualTimeWithBusy) {
  Findings findings;
  const auto body = []() -> Coro<> {
    co_await to_thread([] { sim::busy(20ms); });
    EXPECT_EQ(sim::uptime(), 20ms);
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.all(), IsEmpty());
}

TEST(Executor, ALoopThatClosesLetsItsFunctionsRun) {
  Log log;
  const auto body = [&]() -> Coro<> {
    run_in_executor([&] { log.push_back("slow at " + std::to_string(sim::uptime() / 1ms)); });
    run_in_executor([&] { log.push_back("quick at " + std::to_string(sim::uptime() / 1ms)); });
    auto left = create_task(to_thread([&] { log.push_back("left"); }));
    co_await sim::yield();
    log.push_back("main ends");
  };
  Latencies source({3, 1, 2});
  sim::run(body(), {.source = &source});
  EXPECT_THAT(log, ElementsAre("main ends", "quick at 1", "left", "slow at 100"));
}

TEST(Executor, AFunctionMayNotBeGivenToOneThatIsShutDown) {
  std::string refusal;
  const auto body = [&]() -> Coro<> {
    run_in_executor([&] {
      try {
        run_in_executor(compute, 1);
      } catch (const std::runtime_error& e) {
        refusal = e.what();
      }
    });
    co_return;
  };
  Latencies source({1});
  sim::run(body(), {.source = &source});
  EXPECT_EQ(refusal, "the executor has been shut down");
  EXPECT_THROW(run_in_executor(compute, 1), std::runtime_error) << "no running loop";
}

TEST(Executor, AFailedCheckInTheFunctionEndsTheRun) {
  Findings findings;
  bool went_on = false;
  const auto body = [&]() -> Coro<> {
    co_await to_thread([] { SIM_CHECK(1 == 2); });
    went_on = true;
  };
  sim::Runner runner(observed_by(findings));
  EXPECT_ANY_THROW(runner.run(body()));
  EXPECT_FALSE(went_on);
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::assertion));
}

TEST(Executor, ADestroyedLoopDropsWhatHasNotRun) {
  auto kept = std::make_shared<int>(0);
  const auto body = [&]() -> Coro<> {
    const auto add = [kept] { ++*kept; };
    run_in_executor(add);
    SIM_CHECK(false);
    co_return;
  };
  Findings findings;
  {
    sim::Runner runner(observed_by(findings));
    EXPECT_ANY_THROW(runner.run(body()));
  }
  EXPECT_EQ(*kept, 0);
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
