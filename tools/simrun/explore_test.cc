// What simrun explore, replay and shrink print, and with which exit code they end.
#include <ctime>
#include <string>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/in_test.h"

namespace {

using namespace std::chrono_literals;
using simrun::call;
using simrun::Called;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

sim::Coro<> use(sim::Shared<int>& open) {
  if (open.get() == 0) co_return;
  co_await sim::yield();
  SIM_CHECK_EQ(open.get(), 1);
}
sim::Coro<> close_it(sim::Shared<int>& open, int after) {
  for (int i = 0; i < after; ++i) co_await sim::yield();
  open.set(0);
}

SIM_SCENARIO(explore_one_deviation, "one other order breaks it", sim::param("after", 1, "steps"),
             sim::expects(sim::FindingKind::assertion)) {
  sim::Shared<int> open{1};
  const int after = scenario.param<int>("after");
  co_await sim::gather(use(open), close_it(open, after));
}

SIM_SCENARIO(explore_correct, "nothing is wrong") {
  sim::Lock lock;
  const auto both = [](sim::Lock& held) -> sim::Coro<> {
    auto guard = co_await held.guard();
    co_await sim::yield();
  };
  co_await sim::gather(both(lock), both(lock));
}

SIM_SCENARIO(explore_many_traces, "tasks that write one variable") {
  sim::Shared<int> x{0};
  const auto write = [&](int value) -> sim::Coro<> {
    for (int i = 0; i < 2; ++i) {
      co_await sim::yield();
      x.set(value);
    }
  };
  co_await sim::gather(write(1), write(2), write(3));
}

SIM_SCENARIO(explore_waiter, "a task waits for another, whoever is cancelled") {
  const auto event = std::make_shared<sim::Event>();
  const auto waits = [](std::shared_ptr<sim::Event> e) -> sim::Coro<> { co_await e->wait(); };
  const auto sets = [](std::shared_ptr<sim::Event> e) -> sim::Coro<> {
    e->set();
    co_return;
  };
  co_await sim::gather_settled(sim::spawn(waits, event), sim::spawn(sets, event));
}

SIM_SCENARIO(explore_callback, "waits for a callback") {
  sim::Event called;
  sim::running_loop().call_soon([&] { called.set(); });
  co_await called.wait();
}

SIM_SCENARIO(explore_plain_state, "a task waits or not, as a plain variable says") {
  sim::Shared<int> x{0};
  sim::Event never;
  bool open = false;
  const auto opens = [&]() -> sim::Coro<> {
    x.set(1);
    open = true;
    co_return;
  };
  const auto passes = [&]() -> sim::Coro<> {
    if (!open) co_await never.wait();
    co_await sim::yield();
  };
  const auto writes = [&]() -> sim::Coro<> {
    x.set(2);
    co_return;
  };
  co_await sim::gather(opens(), passes(), writes());
}

SIM_SCENARIO(explore_not_deterministic, "depends on how often it ran") {
  static int runs = 0;
  if (++runs % 2 == 0) co_await sim::sleep(1s);
  co_await sim::sleep(1s);
}

SIM_SCENARIO(explore_blocks, "computes for more than 100 ms of real time in one step",
             sim::expects(sim::FindingKind::blocking_step)) {
  co_await sim::yield();
  const std::clock_t began = std::clock();
  while (std::clock() - began < CLOCKS_PER_SEC * 12 / 100) {
  }
}

std::string token_in(const std::string& out) {
  const std::string before = "replay: ./simrun replay explore_one_deviation ";
  const std::size_t at = out.find(before);
  if (at == std::string::npos) return {};
  return out.substr(at + before.size(), out.find('\n', at) - at - before.size());
}

TEST(ExploreCommand, FindsShrinksExplainsAndSaysHowToReplay) {
  const Called called = call({"explore", "explore_one_deviation"});
  EXPECT_EQ(called.code, 1);
  EXPECT_EQ(called.err, "");
  EXPECT_THAT(called.out, HasSubstr("\nassertion: SIM_CHECK_EQ(open.get(), 1), with 0 and 1"));
  EXPECT_THAT(called.out, HasSubstr("1 decision that asyncio would not have made leads to it:"));
  EXPECT_THAT(called.out, HasSubstr("close_it-2 ran before use-1, which was ready first"));
  EXPECT_THAT(called.out, HasSubstr("\nFAILED: 1 bug in "));
  EXPECT_LE(token_in(called.out).size(), 24u);
}

TEST(ExploreCommand, SaysThatNothingWasFound) {
  const Called called = call({"explore", "explore_correct"});
  EXPECT_EQ(called.code, 0);
  EXPECT_THAT(called.out, StartsWith("\nPASSED: no bug: all schedules visited, "));
}

TEST(VerifyCommand, SaysWhatIsProvedAndOnWhatItRests) {
  const Called called = call({"verify", "explore_correct"});
  EXPECT_EQ(called.code, 0);
  EXPECT_EQ(called.out,
            "\nVERIFIED: all 4 traces in 4 executions, 0 redundant; state in Shared<T> and the "
            "library's primitives; orders: any; timers: strict; cancellations: 0\n");
}

TEST(VerifyCommand, FindsWhatBreaks) {
  const Called called = call({"verify", "explore_one_deviation"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, HasSubstr("\nFAILED: 1 bug in "));
}

TEST(VerifyCommand, HasNoVerdictWhereItsBudgetEndsFirst) {
  const Called called = call({"verify", "explore_many_traces", "--executions", "3"});
  EXPECT_EQ(called.code, 4);
  EXPECT_THAT(called.out, StartsWith("\nUNDECIDED: no bug in 3 executions, 3 distinct traces; "));
  EXPECT_THAT(called.out, EndsWith(" % of what is planned so far\n"));
}

TEST(VerifyCommand, SaysHowManyCancellationsItWasProvedFor) {
  const Called called = call({"verify", "explore_waiter", "--cancel", "1"});
  EXPECT_EQ(called.code, 0) << called.out;
  EXPECT_THAT(called.out, StartsWith("\nVERIFIED: all "));
  EXPECT_THAT(called.out, EndsWith("timers: strict; cancellations: 1\n"));
}

TEST(VerifyCommand, RefusesATestThatUsesWhatItDoesNotKnow) {
  const Called called = call({"verify", "explore_callback"});
  EXPECT_EQ(called.code, 2);
  EXPECT_EQ(called.err, "simrun: dpor does not know callbacks of the loop yet; dfs visits every "
                        "schedule of any test\n");
}

TEST(VerifyCommand, RefusesATestWhoseStateItDoesNotSee) {
  const Called called = call({"verify", "explore_plain_state"});
  EXPECT_EQ(called.code, 2);
  EXPECT_THAT(called.err, StartsWith("simrun: dpor cannot reduce this test: what is ready depends "
                                     "on state outside of Shared<T> and the primitives"));
}

TEST(ExploreCommand, IsTheSameEveryTime) {
  const std::vector<std::string> arguments = {"explore", "explore_one_deviation", "--seed=3",
                                              "--strategy", "random"};
  EXPECT_EQ(call(arguments), call(arguments));
}

TEST(ExploreCommand, TakesItsOptionsBeforeAndBehindTheName) {
  EXPECT_EQ(call({"explore", "--strategy=dfs", "--after=2", "explore_one_deviation"}),
            call({"explore", "explore_one_deviation", "--after", "2", "--strategy", "dfs"}));
}

TEST(ExploreCommand, KeepsToItsBudget) {
  const Called called =
      call({"explore", "explore_correct", "--strategy", "random", "--executions", "7"});
  EXPECT_THAT(called.out, HasSubstr("no bug in 7 executions, "));
}

TEST(ExploreCommand, RunsOnceAtLeastHoweverSmallItsTimeIs) {
  const Called called =
      call({"explore", "explore_correct", "--strategy", "random", "--budget", "1ns"});
  EXPECT_THAT(called.out, HasSubstr("no bug in 1 execution, "));
}

TEST(ExploreCommand, IgnoresKindsAndSaysSoInTheLineThatReplays) {
  const Called silent = call({"explore", "explore_one_deviation", "--ignore", "assertion"});
  EXPECT_EQ(silent.code, 0);
  const Called called = call({"explore", "explore_one_deviation", "--ignore=deadlock,livelock"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, HasSubstr("\nreplay: ./simrun replay explore_one_deviation "
                                    "--ignore deadlock,livelock "));
}

TEST(ExploreCommand, WarnsOfStepsThatBlockWhereItIsAsked) {
  const std::vector<std::string> plain = {"explore", "explore_blocks", "--executions=1"};
  EXPECT_THAT(call(plain).out, Not(HasSubstr("blocking_step")));
  std::vector<std::string> asked = plain;
  asked.push_back("--detect-blocking");
  const Called called = call(asked);
  EXPECT_EQ(called.code, 0);
  EXPECT_THAT(called.out, HasSubstr("warning: blocking_step: "));
}

TEST(ExploreCommand, PrintsOneObjectOfJson) {
  const Called called = call({"explore", "explore_one_deviation", "--json"});
  EXPECT_EQ(called.code, 1);
  const auto report = nlohmann::json::parse(called.out);
  EXPECT_EQ(report["ok"], false);
  EXPECT_EQ(report["failures"][0]["kind"], "assertion");
  EXPECT_EQ(report["failures"][0]["deviations"].size(), 1u);
  EXPECT_EQ(report["failures"][0]["minimal"], true);
}

TEST(ExploreCommand, NotDeterministicIsExitCode3) {
  const Called called = call({"explore", "explore_not_deterministic"});
  EXPECT_EQ(called.code, 3);
  EXPECT_THAT(called.out, HasSubstr("not_deterministic: two runs of the same decisions differ"));
}

TEST(ReplayCommand, ShowsTheSameFailure) {
  const Called found = call({"explore", "explore_one_deviation"});
  const std::string token = token_in(found.out);
  const Called again = call({"replay", "explore_one_deviation", token});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.out, HasSubstr("close_it-2 ran before use-1, which was ready first"));
  EXPECT_THAT(again.out, HasSubstr("replay: ./simrun replay explore_one_deviation " + token));
}

TEST(ReplayCommand, OfAnotherScenarioOrOtherOptionsIsRefused) {
  const std::string token = token_in(call({"explore", "explore_one_deviation"}).out);
  const std::vector<std::vector<std::string>> others = {
      {"replay", "explore_correct", token},
      {"replay", "explore_one_deviation", token, "--cancel=1"},
      {"replay", "explore_one_deviation", token, "--order=fifo"},
      {"replay", "explore_one_deviation", token, "--after=3"},
  };
  for (const auto& arguments : others) {
    const Called called = call(arguments);
    EXPECT_EQ(called.code, 2) << testing::PrintToString(arguments);
    EXPECT_THAT(called.err, HasSubstr("the token belongs to another test"));
  }
}

TEST(ShrinkCommand, MakesARandomRunSmall) {
  const Called found =
      call({"explore", "explore_one_deviation", "--after=3", "--strategy", "random"});
  const std::string before = "explore_one_deviation --after=3 ";
  const std::size_t at = found.out.find(before);
  ASSERT_NE(at, std::string::npos) << found.out;
  const std::string token =
      found.out.substr(at + before.size(), found.out.find('\n', at) - at - before.size());
  const Called called = call({"shrink", "explore_one_deviation", "--after=3", token});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, HasSubstr("minimal: none of the "));
}

TEST(RunCommand, ThatFailsIsShrunkAndExplained) {
  for (int seed = 0; seed < 50; ++seed) {
    const Called called = call({"--seed", std::to_string(seed), "explore_one_deviation"});
    if (called.code == 0) continue;
    EXPECT_THAT(called.out, HasSubstr("\nshrunk: assertion: "));
    EXPECT_THAT(called.out, HasSubstr("\nreplay: ./simrun replay explore_one_deviation "));
    return;
  }
  FAIL() << "no seed of 50 breaks it";
}

TEST(ExploreCommand, BadUsageIsOneLineAndExitCode2) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"explore"}, "explore needs a scenario"},
      {{"explore", "nosuch"}, "unknown scenario 'nosuch'"},
      {{"explore", "explore_corect"}, "did you mean 'explore_correct'?"},
      {{"explore", "explore_correct", "--strategy"}, "--strategy needs a value"},
      {{"explore", "explore_correct", "--strategy=rndom"}, "did you mean 'random'?"},
      {{"explore", "explore_correct", "--strategy=pct:x"}, "bad value for --strategy"},
      {{"explore", "explore_correct", "--executions=0"}, "bad value for --executions"},
      {{"explore", "explore_correct", "--executions=-3"}, "bad value for --executions"},
      {{"explore", "explore_correct", "--executions=many"}, "bad value for --executions"},
      {{"explore", "explore_correct", "--budget=10"}, "bad value for --budget"},
      {{"explore", "explore_correct", "--budget=-1s"}, "bad value for --budget"},
      {{"explore", "explore_correct", "--order=lifo"}, "bad order 'lifo'"},
      {{"explore", "explore_correct", "--time=soon"}, "bad time 'soon'"},
      {{"explore", "explore_correct", "--ignore"}, "--ignore needs a value"},
      {{"explore", "explore_correct", "--ignore=stale_rad"}, "did you mean 'stale_read'?"},
      {{"explore", "explore_correct", "--ignore=stale_read,"}, "bad value for --ignore"},
      {{"explore", "explore_correct", "--detect-blocking", "--detect-blocking"}, "is given twice"},
      {{"explore", "explore_correct", "--cancel=x"}, "bad value for --cancel"},
      {{"explore", "explore_correct", "--seed=x"}, "bad seed 'x'"},
      {{"explore", "explore_correct", "--executions=1", "--executions=2"}, "is given twice"},
      {{"explore", "explore_correct", "--nosuch=1"}, "unknown option '--nosuch'"},
      {{"replay", "explore_correct"}, "replay needs a token"},
      {{"replay", "explore_correct", "XYZ"}, "the token is cut"},
      {{"replay", "explore_correct", "AZZtyQDcD"}, "the token is cut off, or a character of it"},
      {{"replay", "explore_correct", "!!!!"}, "characters that no token has"},
      {{"replay", "explore_correct", "XYZ", "--strategy=random"}, "replay runs one schedule"},
      {{"shrink", "explore_correct", ""}, "the token is empty"},
      {{"verify", "explore_correct", "--order=fifo"}, "verify proves it for order any"},
      {{"verify", "explore_correct", "--strategy=dfs"}, "verify takes no --strategy"},
      {{"verify", "explore_correct", "--time=strict"}, "verify takes no --time"},
      {{"verify", "explore_correct", "--executions=0"}, "bad value for --executions"},
      {{"explore", "explore_correct", "--strategy=dpor", "--order=fifo"},
       "dpor is sound for order any and strict time, not for order fifo; dfs"},
      {{"explore", "explore_correct", "--strategy=dpor", "--time=slow_loop"},
       "not for timers that fire late"},
  };
  for (const auto& [arguments, message] : cases) {
    const Called called = call(arguments);
    EXPECT_EQ(called.code, 2) << testing::PrintToString(arguments);
    EXPECT_THAT(called.err, AllOf(StartsWith("simrun: "), HasSubstr(message), EndsWith("\n")))
        << testing::PrintToString(arguments);
    EXPECT_EQ(called.err.find('\n'), called.err.size() - 1);
    EXPECT_EQ(called.out, "");
  }
}

}  // namespace
