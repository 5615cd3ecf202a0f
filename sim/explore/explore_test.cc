// What explore() finds, what it says, and that it says the same every time.
#include "sim/explore/explore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "primitives/primitives.h"
#include "sim/explore/dfs.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/token.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::ExploreOptions;
using sim::FindingKind;
using sim::Report;
using sim::Shared;
using sim::Strategy;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Coro<> deposit(Shared<int>& balance) {
  const int read = balance.get();
  co_await sim::yield();
  balance.set(read + 1);
}
Coro<> lost_update() {
  Shared<int> balance{0};
  co_await sim::gather(deposit(balance), deposit(balance));
  SIM_CHECK_EQ(balance.get(), 2);
}

Coro<> locked_deposit(sim::Lock& lock, Shared<int>& balance) {
  auto guard = co_await lock.guard();
  co_await deposit(balance);
}
Coro<> no_lost_update() {
  sim::Lock lock;
  Shared<int> balance{0};
  co_await sim::gather(locked_deposit(lock, balance), locked_deposit(lock, balance));
  SIM_CHECK_EQ(balance.get(), 2);
}

// Fails only where the one who clears runs between the two of the other.
Coro<> check_then_use(Shared<int>& open) {
  if (open.get() == 0) co_return;
  co_await sim::yield();
  SIM_CHECK_EQ(open.get(), 1);
}
Coro<> closes_later(Shared<int>& open) {
  co_await sim::yield();
  open.set(0);
}
Coro<> one_deviation() {
  Shared<int> open{1};
  co_await sim::gather(check_then_use(open), closes_later(open));
}

// Needs the two to alternate 2d times.
Coro<> player(Shared<int>& x, int first, int turns) {
  for (int i = 0; i < turns; ++i) {
    co_await sim::yield();
    const int seen = x.get();
    co_await sim::yield();
    if (seen == 2 * i + first) x.set(seen + 1);
  }
}
Coro<> pingpong() {
  Shared<int> x{0};
  co_await sim::gather(player(x, 0, 2), player(x, 1, 2));
  SIM_CHECK_NE(x.get(), 4);
}

// Holds what it uses: main may be cancelled, and gone, before it.
using SharedEvent = std::shared_ptr<sim::Event>;
Coro<> worker(SharedEvent started, SharedEvent done) {
  co_await started->wait();
  done->set();
}

ExploreOptions with(const char* strategy) {
  ExploreOptions options;
  options.strategy = Strategy::parse(strategy);
  return options;
}

TEST(Explore, FindsTheLostUpdateAndSaysWhereItIs) {
  const Report report = sim::explore(lost_update);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.failures[0].kind, FindingKind::assertion);
  EXPECT_EQ(report.failures[0].executions_to_find, 1u) << "asyncio's own order shows it";
  EXPECT_TRUE(report.failures[0].also_under_fifo);
  EXPECT_TRUE(report.failures[0].deviations.empty());
  EXPECT_THAT(report.failures[0].explanation(), HasSubstr("It happens in asyncio's own order"));
  EXPECT_THAT(report.verdict(), StartsWith("1 bug in 1 execution"));
}

TEST(Explore, IsSilentOnWhatIsCorrectAndSaysThatItSawEverything) {
  const Report report = sim::explore(no_lost_update);
  EXPECT_TRUE(report.ok());
  EXPECT_TRUE(report.exhausted);
  EXPECT_THAT(report.verdict(), StartsWith("no bug: all schedules visited, "));
}

TEST(Explore, ShrinksToTheOneDecisionThatMatters) {
  ExploreOptions options = with("random");
  options.scenario_name = "one_deviation";
  options.replay_command = "./simrun replay one_deviation";
  const Report report = sim::explore(one_deviation, options);
  ASSERT_EQ(report.failures.size(), 1u);
  const sim::Failure& failure = report.failures[0];
  EXPECT_EQ(failure.deviations.size(), 1u);
  EXPECT_TRUE(failure.minimality.certain);
  EXPECT_FALSE(failure.also_under_fifo);
  EXPECT_LE(failure.token.size(), 24u);
  EXPECT_THAT(failure.explanation(),
              AllOf(StartsWith("assertion: SIM_CHECK_EQ(open.get(), 1), with 0 and 1"),
                    HasSubstr("1 decision that asyncio would not have made leads to it:\n"),
                    HasSubstr("closes_later-2 ran before check_then_use-1"),
                    HasSubstr("minimal: it does not fail without"),
                    HasSubstr("needs an executor that reorders"),
                    HasSubstr("writes A"),
                    HasSubstr("replay: ./simrun replay one_deviation " + failure.token)));
}

// A timer that comes due in a long step fires in asyncio's next iteration, after what is ready.
Coro<> overtaken_by_a_timer() {
  std::string order;
  const bool counts = sim::choose(2) == 1;
  const auto sleeper = [&]() -> Coro<> {
    co_await sim::sleep(1ms);
    sim::running_loop().call_soon([&] { order += 'a'; });
  };
  auto task = sim::create_task(sleeper());
  co_await sim::yield();
  co_await sim::yield();
  const sim::TimePoint now = sim::Clock::now();
  sim::running_loop().call_at(now + 1ms, [] { sim::busy(1ms); });
  sim::running_loop().call_at(now + 1500us, [&] { order += 'b'; });
  co_await task;
  co_await sim::sleep(10ms);
  SIM_CHECK(!counts || order != "ab");
}

TEST(Explore, SaysOfAsynciosOrderOnlyWhatItHasTried) {
  ExploreOptions options = with("dfs");
  const Report any = sim::explore(overtaken_by_a_timer, options);
  ASSERT_EQ(any.failures.size(), 1u);
  EXPECT_FALSE(any.failures[0].also_under_fifo);
  options.order = sim::Order::fifo;
  EXPECT_TRUE(sim::explore(overtaken_by_a_timer, options).ok());
}

// A late timer needs no executor that reorders, however many choices there were before it.
TEST(Explore, TriesWhatIsNoReorderingInAsynciosOrder) {
  const auto body = []() -> Coro<> {
    bool late = false;
    const auto rings = [&]() -> Coro<> {
      co_await sim::sleep(50ms);
      late = true;
    };
    const auto polls = [&]() -> Coro<> {
      for (int i = 0; i < 300; ++i) co_await sim::yield();
      SIM_CHECK(!late);
    };
    co_await sim::gather(rings(), polls());
  };
  ExploreOptions options = with("random");
  options.time = sim::Time::slow_loop;
  const Report report = sim::explore(body, options);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_TRUE(report.failures[0].also_under_fifo) << report.failures[0].explanation();
}

TEST(Explore, EndsWhereItIsStopped) {
  ExploreOptions options = with("random");
  int left = 5;
  options.stop = [&] { return left-- == 0; };
  const Report report = sim::explore(no_lost_update, options);
  EXPECT_EQ(report.executions, 5u);
  EXPECT_TRUE(report.stopped);
  options.stop = {};
  options.max_executions = 5;
  EXPECT_FALSE(sim::explore(no_lost_update, options).stopped);
}

// Here the failure does not come again, as it depends on what the test keeps outside.
TEST(Explore, TellsAFailureInWordsAlsoWhereItDoesNotComeAgain) {
  int runs = 0;
  const auto adds = [](sim::Shared<int>& x) -> Coro<> {
    const int read = x.get();
    co_await sim::yield();
    x.set(read + 1);
  };
  const auto body = [&]() -> Coro<> {
    sim::Shared<int> x(0);
    if (++runs > 2) co_return;
    co_await sim::gather(adds(x), adds(x));
  };
  ExploreOptions options = with("fifo");
  options.shrink = options.check_determinism = false;
  const Report report = sim::explore(body, options);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_THAT(report.failures[0].message, HasSubstr("by what it had read before"));
  runs = 0;
  sim::Execution execution(body, sim::run_options(options));
  sim::ReplaySource source;
  execution.run(source);
  const sim::ExecutionResult& again = execution.run(source);
  ASSERT_TRUE(again.failed);
  EXPECT_THAT(execution.in_words(again.failure()).message,
              HasSubstr("by what it had read before"));
}

TEST(Explore, FindsWhatNeedsSeveralDecisionsInTheRightPlaces) {
  const Report report = sim::explore(pingpong);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].deviations.size(), 3u);
  EXPECT_TRUE(report.failures[0].minimality.certain);
}

TEST(Explore, ReportsADeadlockWithWhoWaitsForWhom) {
  const auto body = []() -> Coro<> {
    sim::Lock a;
    sim::Lock b;
    const auto both = [](sim::Lock& first, sim::Lock& second) -> Coro<> {
      auto outer = co_await first.guard();
      co_await sim::yield();
      auto inner = co_await second.guard();
    };
    co_await sim::gather(both(a, b), both(b, a));
  };
  const Report report = sim::explore(body);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::deadlock);
  EXPECT_THAT(report.failures[0].message, HasSubstr("cycle: "));
}

TEST(Explore, SaysTheSameEveryTime) {
  for (const char* strategy : {"portfolio", "random", "sweep", "dfs"}) {
    const Report first = sim::explore(one_deviation, with(strategy));
    EXPECT_EQ(sim::explore(one_deviation, with(strategy)).to_json(), first.to_json()) << strategy;
  }
}

TEST(Explore, ItsSeedChangesWhatTheSamplersDraw) {
  std::set<std::uint64_t> when;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ExploreOptions options = with("random");
    options.seed = seed;
    when.insert(sim::explore(pingpong, options).failures.at(0).executions_to_find);
  }
  EXPECT_GT(when.size(), 10u);
}

TEST(Explore, KeepsToItsBudgetOfExecutions) {
  ExploreOptions options = with("random");
  options.max_executions = 37;
  const Report report = sim::explore(no_lost_update, options);
  EXPECT_EQ(report.executions, 37u);
  EXPECT_FALSE(report.exhausted);
  EXPECT_THAT(report.verdict(), HasSubstr("chance that the next one is new < "));
}

TEST(Explore, EndsWhenItsTimeIsUp) {
  ExploreOptions options = with("random");
  options.time_budget = 1ns;
  EXPECT_EQ(sim::explore(no_lost_update, options).executions, 1u);
}

TEST(Explore, GoesOnAfterAFailureWhereItIsToldTo) {
  ExploreOptions options = with("dfs");
  options.max_failures = 0;
  const Report report = sim::explore(lost_update, options);
  EXPECT_EQ(report.failures.size(), 1u) << "the same failure is one";
  EXPECT_EQ(report.executions, 6u);
  EXPECT_TRUE(report.exhausted);
  EXPECT_EQ(report.distinct_traces, 4u);
  EXPECT_EQ(report.redundant, 2u);
}

TEST(Explore, IgnoresTheKindsItIsToldToIgnore) {
  ExploreOptions options;
  options.ignore = {FindingKind::assertion, FindingKind::stale_read};
  EXPECT_TRUE(sim::explore(lost_update, options).ok());
}

TEST(Explore, FindsThatAProgramIsNotDeterministic) {
  int runs = 0;
  const auto body = [&]() -> Coro<> {
    if (++runs % 2 == 0) co_await sim::sleep(1ms);
    co_await sim::sleep(1ms);
  };
  const Report report = sim::explore(body);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::not_deterministic);
  EXPECT_THAT(report.failures[0].message, HasSubstr("differ at event "));
}

TEST(Explore, CancelsAtAwaitsWhereItMay) {
  // The one who is to wake the other is cancelled: nobody does.
  const auto body = []() -> Coro<> {
    const auto started = std::make_shared<sim::Event>();
    const auto done = std::make_shared<sim::Event>();
    auto task = sim::create_task(worker(started, done), "worker");
    co_await sim::yield();
    started->set();
    co_await done->wait();
    co_await sim::settle(std::move(task));
  };
  EXPECT_TRUE(sim::explore(body).ok());
  ExploreOptions options;
  options.cancellations = 1;
  const Report report = sim::explore(body, options);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::deadlock);
  EXPECT_EQ(report.failures[0].deviations.size(), 1u);
  EXPECT_THAT(report.failures[0].explanation(), HasSubstr("worker was cancelled"));
}

TEST(Explore, ACancellationThatEndsMainIsNoFailure) {
  const auto body = []() -> Coro<> { co_await sim::sleep(1s); };
  ExploreOptions options;
  options.cancellations = 1;
  EXPECT_TRUE(sim::explore(body, options).ok());
}

TEST(Explore, LetsTimersFireLateWhereTheLoopIsSlow) {
  // The work takes two steps, so a time-out of a second never comes first unless the loop is slow.
  const auto body = []() -> Coro<> {
    const auto work = []() -> Coro<> {
      co_await sim::yield();
      co_await sim::yield();
    };
    co_await sim::wait_for(sim::create_task(work()), 1s);
  };
  EXPECT_TRUE(sim::explore(body).ok());
  for (const sim::Time time : {sim::Time::slow_loop, sim::Time::adversarial}) {
    ExploreOptions options;
    options.time = time;
    const Report report = sim::explore(body, options);
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_EQ(report.failures[0].kind, FindingKind::unhandled_exception);
    EXPECT_THAT(report.failures[0].message, HasSubstr("TimeoutError"));
  }
}

TEST(Explore, TriesEveryAnswerOfChoose) {
  const auto body = []() -> Coro<> {
    const int drop = sim::choose(5, "what to drop");
    SIM_CHECK_NE(drop, 3);
    co_return;
  };
  const Report report = sim::explore(body);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_THAT(report.failures[0].explanation(), HasSubstr("choose(5) was 3: what to drop"));
}

TEST(Explore, AStepBoundIsALivelock) {
  const auto body = []() -> Coro<> {
    for (;;) co_await sim::yield();
  };
  ExploreOptions options;
  options.max_steps = 100;
  EXPECT_EQ(sim::explore(body, options).failures.at(0).kind, FindingKind::livelock);
}

TEST(Explore, RefusesAStrategyThatIsNone) {
  EXPECT_THROW(Strategy::parse("rndom"), std::invalid_argument);
}

TEST(Replay, ShowsTheSameFailureAgain) {
  const Report report = sim::explore(one_deviation, with("random"));
  const sim::Failure& failure = report.failures.at(0);
  const Report again = sim::replay(one_deviation, failure.token);
  ASSERT_EQ(again.failures.size(), 1u);
  EXPECT_EQ(again.failures[0].message, failure.message);
  EXPECT_EQ(again.failures[0].deviations, failure.deviations);
  EXPECT_EQ(again.failures[0].token, failure.token);
  EXPECT_EQ(again.executions, 1u);
}

TEST(Replay, HasTheSeedOfTheRunThatFailed) {
  const auto body = []() -> Coro<> {
    SIM_CHECK_NE(sim::rng().below(1000), 1001u);
    SIM_CHECK_EQ(sim::rng().below(1000), 7u);
    co_return;
  };
  ExploreOptions options;
  options.seed = 12345;
  const Report report = sim::explore(body, options);
  EXPECT_EQ(sim::replay(body, report.failures.at(0).token).failures.at(0).message,
            report.failures[0].message);
}

std::string refusal(const sim::Body& body, std::string_view token, const ExploreOptions& options) {
  try {
    sim::replay(body, token, options);
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "taken";
}

TEST(Replay, RefusesATokenOfAnotherTestOrOtherOptions) {
  const std::string token = sim::explore(one_deviation, with("random")).failures.at(0).token;
  ExploreOptions other;
  other.scenario_name = "another";
  EXPECT_THAT(refusal(one_deviation, token, other), HasSubstr("belongs to another test"));
  ExploreOptions fifo;
  fifo.order = sim::Order::fifo;
  EXPECT_THAT(refusal(one_deviation, token, fifo), HasSubstr("belongs to another test"));
}

TEST(Replay, SaysAtWhichDecisionAProgramDoesNotFitAnyMore) {
  const std::string token = sim::explore(pingpong).failures.at(0).token;
  EXPECT_THAT(refusal(lost_update, token, {}), HasSubstr("does not fit this program any more: "
                                                         "decision "));
  const auto three = []() -> Coro<> {
    Shared<int> x{0};
    co_await sim::gather(player(x, 0, 2), player(x, 1, 2), player(x, 1, 2));
  };
  EXPECT_THAT(refusal(three, token, {}),
              testing::ContainsRegex("decision [0-9]+: recorded 2, found 3 ready tasks: player"));
}

TEST(Replay, RefusesWhatIsNoToken) {
  for (const char* bad : {"", "x", "AQASWgA", "not a token!", "====", "AQASWgCrJh"}) {
    EXPECT_THAT(refusal(lost_update, bad, {}), StartsWith("the token ")) << bad;
  }
}

TEST(Execution, AllocatesNothingThatGrows) {
  // Ten thousand runs of one schedule: the same trace each time, on memory that repeats.
  sim::Execution execution(lost_update, {.order = sim::Order::any, .canonical = true});
  sim::FifoSource fifo;
  const std::uint64_t trace = execution.run(fifo).stats.canonical_hash;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(execution.run(fifo).stats.canonical_hash, trace);
  }
}

TEST(Dfs, VisitsEveryScheduleOnce) {
  sim::Execution execution(lost_update, {.order = sim::Order::any, .canonical = true});
  sim::Dfs dfs;
  std::set<std::vector<std::pair<std::uint32_t, std::uint32_t>>> schedules;
  std::set<std::uint64_t> traces;
  int executions = 0;
  while (sim::DecisionSource* source = dfs.next()) {
    const sim::ExecutionResult& result = execution.run(*source);
    ++executions;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> schedule;
    for (const sim::Deviation& each : result.tape.deviations()) {
      schedule.emplace_back(each.decision, each.index);
    }
    schedules.insert(schedule);
    traces.insert(result.stats.canonical_hash);
  }
  EXPECT_EQ(executions, 6);
  EXPECT_EQ(schedules.size(), 6u);
  EXPECT_EQ(traces.size(), 4u) << "who read before whose write: (2!)^2 orders";
  EXPECT_TRUE(dfs.exhausted());
}

}  // namespace
