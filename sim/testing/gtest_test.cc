// SIM_TEST as its users see it: the output and exit code of a program with tests that fail,
// tests/gtest/suite.cc.
#include "sim/testing/gtest.h"

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "gmock/gmock.h"

namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

struct SuiteEnded {
  std::string output;  // both streams
  int code = -1;
};

// Runs the program; `environment` and `arguments` as a shell takes them.
SuiteEnded run_suite(const std::string& environment, const std::string& arguments = "") {
  // What ctest or a sharded run has set is not meant for the program.
  const std::string command = "env -u GTEST_TOTAL_SHARDS -u GTEST_SHARD_INDEX " + environment +
                              " " SIMLOOP_GTEST_SUITE " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  SuiteEnded ended;
  char text[4096];
  while (const std::size_t size = std::fread(text, 1, sizeof text, pipe)) {
    ended.output.append(text, size);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

SuiteEnded run_only(const std::string& test, const std::string& environment = "") {
  return run_suite(environment, "--gtest_filter=" + test);
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
  return found;
}

// What stands after `replay: ` in a failure.
std::string replay_line(const SuiteEnded& ended) {
  const std::size_t at = ended.output.find("replay: ");
  EXPECT_NE(at, std::string::npos) << ended.output;
  return ended.output.substr(at + 8, ended.output.find('\n', at) - at - 8);
}

std::string token_of(const SuiteEnded& ended) {
  const std::string line = replay_line(ended);
  return line.substr(std::string("SIM_REPLAY=").size(),
                     line.find(' ') - std::string("SIM_REPLAY=").size());
}

TEST(SimTest, FailsOnceWithTheExplanationAndTheReplayLine) {
  const SuiteEnded ended = run_only("Account.LosesADeposit");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(count(ended.output, ": Failure\n"), 1u) << ended.output;
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr("suite.cc:"), HasSubstr("It happens in asyncio's own order"),
                    HasSubstr("replay: SIM_REPLAY="),
                    HasSubstr(" --gtest_filter=Account.LosesADeposit\n")));
}

TEST(SimTest, PassesWhereNoScheduleFails) {
  const SuiteEnded ended = run_only("Account.KeepsDepositsUnderALock:Account.IsOpen");
  EXPECT_EQ(ended.code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("[  PASSED  ] 2 tests."));
}

TEST(SimTest, FailedExpectationIsAFindingWithItsPlace) {
  const SuiteEnded ended = run_only("Expect.BecomesAFinding");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(count(ended.output, ": Failure\n"), 1u) << ended.output;
  EXPECT_THAT(ended.output,
              AllOf(ContainsRegex("assertion: a GoogleTest assertion failed at .*suite.cc:[0-9]+"),
                    HasSubstr("\"ba\""), HasSubstr("round 0"), Not(HasSubstr("round 1")),
                    HasSubstr("1 decision that asyncio would not have made")));
}

TEST(SimTest, FailedAssertionOfAFunctionIsAFinding) {
  const SuiteEnded ended = run_only("Expect.OfAFunctionThatAsserts");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(count(ended.output, ": Failure\n"), 1u) << ended.output;
}

TEST(SimTest, SkipInTheBodySkipsTheTest) {
  const SuiteEnded ended = run_only("Expect.SkipIsPassedOn");
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, AllOf(HasSubstr("not on this machine"), HasSubstr("1 test, listed")));
}

TEST(SimTest, EscapedCancellationShowsItsMessageAndPlace) {
  const SuiteEnded ended = run_only("Cancelled.Escapes");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, ContainsRegex("cancelled: enough, at .*suite.cc:[0-9]+"));
}

TEST(SimTest, ExceptionOfTheBodyIsNoExceptionOfTheOptions) {
  const SuiteEnded ended = run_only("Options.AreRefused");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("unhandled_exception: main ended with "
                                      "std::invalid_argument: of the body"));
}

TEST(SimTestF, FixtureIsMadeForEachExecution) {
  const SuiteEnded ended = run_only("Fixture.IsMadeAnew:Fixture.CanAlsoBePlain");
  EXPECT_EQ(ended.code, 0) << ended.output;
}

TEST(SimTestF, TearDownRunsAndItsFailureCounts) {
  const SuiteEnded ended = run_only("Fixture.IsLookedAtInTearDown");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("(sum_) >= (1)"));
}

TEST(SimTestF, BodyDoesNotRunAfterAFailedSetUp) {
  const SuiteEnded ended = run_only("NeverReady.*");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, AllOf(HasSubstr("no set-up"), Not(HasSubstr("the body ran"))));
}

TEST(SimReplay, ShowsTheSameFailureAgain) {
  const SuiteEnded first = run_only("Account.LosesADeposit");
  const std::string token = token_of(first);
  const SuiteEnded again = run_only("Account.LosesADeposit", "SIM_REPLAY=" + token);
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(token_of(again), token);
}

TEST(SimReplay, LineOfAFailureRunsAsItStands) {
  const std::string line = replay_line(run_only("Expect.BecomesAFinding"));
  EXPECT_EQ(std::system((line + " >/dev/null").c_str()) >> 8, 1);
}

TEST(SimReplay, LineOfADisabledTestRunsIt) {
  const SuiteEnded first =
      run_suite("", "--gtest_also_run_disabled_tests --gtest_filter=DISABLED_*");
  const std::string line = replay_line(first);
  EXPECT_THAT(line, HasSubstr("--gtest_also_run_disabled_tests"));
  EXPECT_EQ(std::system((line + " >/dev/null").c_str()) >> 8, 1);
}

TEST(SimReplay, SkipsAllOtherTests) {
  const std::string token = token_of(run_only("Account.LosesADeposit"));
  const SuiteEnded ended = run_suite("SIM_REPLAY=" + token);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, AllOf(HasSubstr("[  PASSED  ] 0 tests."), HasSubstr(" 1 FAILED TEST"),
                                  HasSubstr("[  SKIPPED ] Plain.Passes"),
                                  HasSubstr("the token belongs to Account.LosesADeposit")));
}

TEST(SimReplay, WithATokenOfNoTestFailsTheProgram) {
  const auto fails = []() -> sim::Coro<> {
    SIM_CHECK(false);
    co_return;
  };
  const sim::Report report = sim::explore(fails, {.scenario_name = "Elsewhere.Test"});
  const std::string token = report.failures.at(0).token;
  const SuiteEnded ended = run_suite("SIM_REPLAY=" + token);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output,
              HasSubstr("SIM_REPLAY=" + token + ": the token belongs to no test of "));
}

TEST(SimReplay, OfATestThatTheFilterLeavesOutFailsTheProgram) {
  const std::string token = token_of(run_only("Account.LosesADeposit"));
  const SuiteEnded ended = run_only("Plain.Passes", "SIM_REPLAY=" + token);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output,
              HasSubstr("the token belongs to Account.LosesADeposit, which did not run"));
}

TEST(SimReplay, WorksWithShards) {
  const std::string token = token_of(run_only("Account.LosesADeposit"));
  int failed = 0;
  for (const char* index : {"0", "1", "2"}) {
    const SuiteEnded ended = run_suite("SIM_REPLAY=" + token +
                                  " GTEST_TOTAL_SHARDS=3 GTEST_SHARD_INDEX=" + index);
    failed += ended.code;
    EXPECT_THAT(ended.output, Not(HasSubstr("which did not run")));
  }
  EXPECT_EQ(failed, 1);
}

TEST(SimTest, IsDealtToOneShard) {
  std::size_t runs = 0;
  for (const char* index : {"0", "1", "2"}) {
    const SuiteEnded ended =
        run_suite(std::string("GTEST_TOTAL_SHARDS=3 GTEST_SHARD_INDEX=") + index);
    runs += count(ended.output, "[ RUN      ] Account.LosesADeposit");
  }
  EXPECT_EQ(runs, 1u);
}

struct BadVariable {
  const char* setting;
  const char* message;
};

class BadEnvironment : public testing::TestWithParam<BadVariable> {};

TEST_P(BadEnvironment, FailsTheProgramWithOneLine) {
  const SuiteEnded ended = run_only("Account.IsOpen", GetParam().setting);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr(std::string(GetParam().setting) + ": "));
  EXPECT_THAT(ended.output, HasSubstr(GetParam().message));
  EXPECT_EQ(count(ended.output, "Failure\n"), 1u) << ended.output;
}

INSTANTIATE_TEST_SUITE_P(
    Variables, BadEnvironment,
    testing::Values(BadVariable{"SIM_SEED=many", "a whole number"},
                    BadVariable{"SIM_SEED=-1", "a whole number"},
                    BadVariable{"SIM_SEED=18446744073709551616", "a whole number"},
                    BadVariable{"SIM_BUDGET=10", "a time such as 10s"},
                    BadVariable{"SIM_BUDGET=0s", "a time such as 10s"},
                    BadVariable{"SIM_BUDGET=-1s", "a time such as 10s"},
                    BadVariable{"SIM_BUDGET=inf", "a time such as 10s"},
                    BadVariable{"SIM_STRATEGY=guess", "guess"},
                    BadVariable{"SIM_REPLAY=AAAA", "the token is "},
                    BadVariable{"SIM_REPLAY=not+a+token", "characters that no token has"}),
    [](const auto& tested) {
      std::string name = tested.param.setting;
      for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      }
      return name;
    });

TEST(Environment, BudgetOfTimeTakesThePlaceOfTheNumberOfExecutions) {
  const SuiteEnded ended = run_suite("SIM_BUDGET=300ms",
                                "--gtest_filter=Account.IsOpen --gtest_output=xml:/dev/stdout");
  EXPECT_EQ(ended.code, 0);
  const std::size_t at = ended.output.find("name=\"executions\" value=\"");
  ASSERT_NE(at, std::string::npos) << ended.output;
  EXPECT_GT(std::stoi(ended.output.substr(at + 25)), 0);
}

TEST(Environment, EmptyVariableIsNotSet) {
  EXPECT_EQ(run_only("Account.IsOpen", "SIM_SEED= SIM_BUDGET= SIM_STRATEGY= SIM_REPLAY=").code, 0);
}

TEST(Environment, StrategyTakesThePlaceOfTheTestsOwn) {
  const SuiteEnded ended = run_only("Expect.BecomesAFinding", "SIM_STRATEGY=fifo");
  EXPECT_EQ(ended.code, 0) << "asyncio's order does not show it\n" << ended.output;
}

}  // namespace
