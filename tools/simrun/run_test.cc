// What simrun prints of a run, and with which exit code it ends.
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/in_test.h"
#include "tools/simrun/run_report.h"

namespace {

using namespace std::chrono_literals;
using simrun::call;
using simrun::Called;
using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

SIM_SCENARIO(run_parameters, "prints its parameters", sim::param("count", 5, "an int"),
             sim::param("ratio", 0.5, "a double"), sim::param("fast", false, "a bool"),
             sim::param("host", "example.org", "a string"),
             sim::param("delay", 250ms, "a duration")) {
  scenario.print(scenario.param<int>("count"), " ", scenario.param<double>("ratio"), " ",
                 scenario.param<bool>("fast"), " ", scenario.param<std::string>("host"), " ",
                 scenario.param<sim::Duration>("delay"));
  co_return;
}

sim::Coro<> say(sim::Scenario& scenario) {
  scenario.print("one line\nand another");
  co_return;
}

SIM_SCENARIO(run_columns, "prints at several times from several tasks") {
  co_await sim::create_task(say(scenario), "grün");
  co_await sim::sleep(2s);
  scenario.print("from main");
  co_await sim::sleep(1h);
  auto callback = [&] { scenario.print("from a callback"); };
  sim::running_loop().call_soon(callback);
  co_await sim::sleep(1us);
}

SIM_SCENARIO(run_throws, "throws") {
  co_await sim::sleep(1s);
  throw std::runtime_error("no luck");
}

SIM_SCENARIO(run_throws_an_int, "throws what is no exception") {
  co_await sim::sleep(1s);
  throw 7;
}

SIM_SCENARIO(run_deadlocks, "waits for what never comes") {
  sim::Event event;
  co_await event.wait();
}

SIM_SCENARIO(run_fails_a_check, "is wrong about something", sim::param("name", "", "any")) {
  const int answer = 41;
  co_await sim::sleep(1s);
  SIM_CHECK_EQ(answer, 42);
}

SIM_SCENARIO(run_leaves_a_task, "ends before its task does") {
  sim::create_task(sim::settle(sim::sleep(1h)), "sleeper");
  co_await sim::sleep(1s);
}

SIM_SCENARIO(run_stops_the_loop, "stops the loop by hand") {
  sim::running_loop().stop();
  co_await sim::sleep(1s);
}

SIM_SCENARIO(run_never_ends, "yields for ever") {
  for (;;) co_await sim::yield();
}

SIM_SCENARIO(run_is_binary, "prints what is no UTF-8") {
  scenario.print("\xff\x01");
  co_return;
}

sim::Coro<> never() { co_return; }

SIM_SCENARIO(run_forgets_often, "forgets a thousand awaits") {
  for (int i = 0; i < 1000; ++i) auto forgotten = never();
  co_return;
}

SIM_SCENARIO(run_may_fail, "fails in some schedules", sim::expects(sim::FindingKind::assertion)) {
  SIM_CHECK_EQ(sim::choose(2), 0);
  co_return;
}

TEST(Run, PassedPrintsTheTranscriptInColumnsAndTheVerdict) {
  const Called called = call({"--seed", "7", "run_columns"});
  EXPECT_EQ(called.code, 0);
  EXPECT_EQ(called.err, "");
  EXPECT_THAT(called.out, StartsWith("run_columns, seed 7\n"
                                     "\n"
                                     "    0.000 s  grün        one line\n"
                                     "                         and another\n"
                                     "    2.000 s  main        from main\n"
                                     "  1:00:02.000  (callback)  from a callback\n"
                                     "\n"
                                     "PASSED: 1:00:02.000001 of virtual time, "));
  EXPECT_THAT(called.out, ContainsRegex(" steps, 2 tasks, trace hash [0-9a-f]{16}\n$"));
}

TEST(Run, IsTheSameForTheSameSeed) {
  EXPECT_EQ(call({"--seed", "7", "run_columns"}), call({"run_columns", "--seed=0x7"}));
}

TEST(Run, HasSeed0AndAnyOrderByDefault) {
  EXPECT_EQ(call({"run_columns"}), call({"--seed", "0", "--order", "any", "run_columns"}));
}

TEST(Run, TakesParametersBeforeAndBehindTheNameInBothForms) {
  const std::vector<std::vector<std::string>> ways = {
      {"run_parameters", "--count=-7", "--ratio=2", "--fast", "--host=a b", "--delay=1.5h"},
      {"run_parameters", "--count", "-7", "--ratio", "2", "--fast=true", "--host", "a b", "--delay",
       "1h30m"},
      {"--count", "-7", "--ratio=2", "--fast=yes", "--host", "a b", "run_parameters",
       "--delay=90m"},
      {"--ratio=2", "--host=a b", "--delay=1.5h", "--count", "-7", "--fast", "run_parameters"},
  };
  for (const auto& arguments : ways) {
    EXPECT_THAT(call(arguments).out, HasSubstr("-7 2 true a b 1h30m\n"))
        << testing::PrintToString(arguments);
  }
}

TEST(Run, TakesANameOfAScenarioAsAValue) {
  EXPECT_THAT(call({"--host", "run_columns", "run_parameters"}).out, HasSubstr(" run_columns "));
}

TEST(Run, TakesAnEmptyString) {
  EXPECT_THAT(call({"run_parameters", "--host="}).out, HasSubstr("false  250ms"));
  EXPECT_THAT(call({"run_parameters", "--host", ""}).out, HasSubstr("false  250ms"));
}

TEST(Run, ShowsOnlyParametersThatAreNotAtTheirDefaults) {
  EXPECT_THAT(call({"run_parameters", "--count=5", "--delay=2s", "--order=fifo"}).out,
              StartsWith("run_parameters, seed 0, order fifo, delay=2s\n"));
}

TEST(Run, ThatThrowsFails) {
  const Called called = call({"--seed=42", "run_throws"});
  EXPECT_EQ(called.code, 1);
  EXPECT_EQ(called.err, "");
  EXPECT_THAT(called.out, HasSubstr("\nunhandled_exception: main ended with std::runtime_error: no "
                                    "luck\n"));
  EXPECT_THAT(called.out, HasSubstr("\nFAILED: 1.000 s of virtual time, "));
  EXPECT_THAT(called.out, EndsWith("\nrepeat: ./simrun --seed 42 run_throws\n"));
}

TEST(Run, ThatThrowsWhatIsNoExceptionFails) {
  const Called called = call({"run_throws_an_int"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, HasSubstr("\nunhandled_exception: main ended with "));
}

TEST(Run, ThatDeadlocksFailsWithTheWaitReport) {
  const Called called = call({"run_deadlocks"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, ContainsRegex("\ndeadlock: 1 task waits and nothing can wake it\n"
                                        "  main waits for .*Event made at .*run_test.cc:[0-9]+\n"
                                        "    at scenario_run_deadlocks  .*run_test.cc:[0-9]+\n"));
}

TEST(Run, ThatFailsACheckShowsValuesAndStackAndHowToRepeatIt) {
  const Called called = call({"--seed=3", "--order=fifo", "run_fails_a_check", "--name=it's"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out,
              ContainsRegex("\nassertion: SIM_CHECK_EQ\\(answer, 42\\), with 41 and 42 failed at "
                            ".*run_test.cc:[0-9]+\n"
                            "  at scenario_run_fails_a_check  .*run_test.cc:[0-9]+\n"));
  EXPECT_THAT(called.out, EndsWith("\nrepeat: ./simrun --seed 3 --order fifo run_fails_a_check "
                                   "'--name=it'\\''s'\n"));
}

TEST(Run, ThatLeavesATaskPendingFails) {
  const Called called = call({"run_leaves_a_task"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, HasSubstr("\npending_at_end: main ended before what it had started\n"
                                    "  sleeper waits for its sleep to end\n"));
}

TEST(Run, ThatStopsTheLoopFails) {
  const Called called = call({"run_stops_the_loop"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out,
              HasSubstr("\nunhandled_exception: the run ended with std::runtime_error"));
}

TEST(Run, ThatNeverEndsIsALivelock) {
  for (const sim::ScenarioInfo* info : sim::registered_scenarios()) {
    if (info->name != "run_never_ends") continue;
    const sim::ScenarioResult result = run_scenario(*info, {.max_steps = 1000});
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_EQ(result.findings[0].kind, sim::FindingKind::livelock);
    EXPECT_FALSE(result.passed);
  }
}

TEST(Run, WithMoreFindingsThanAnybodyReadsCountsTheRest) {
  const Called called = call({"run_forgets_often"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, HasSubstr("\n... and 900 more findings\n"));
}

TEST(Run, SaysWhatTheScenarioIsThereToShow) {
  std::string passed;
  std::string failed;
  for (int seed = 0; passed.empty() || failed.empty(); ++seed) {
    const Called called = call({"--seed", std::to_string(seed), "run_may_fail"});
    (called.code == 0 ? passed : failed) = called.out;
  }
  EXPECT_THAT(passed, EndsWith("\nthis scenario is there to show assertion; this run did not show "
                               "assertion\n"));
  EXPECT_THAT(failed, HasSubstr("\nthis scenario is there to show assertion\nrepeat: "));
}

TEST(Run, AsJsonIsOneObjectOnOneLine) {
  const Called called = call({"--json", "--seed", "18446744073709551615", "run_fails_a_check"});
  EXPECT_EQ(called.code, 1);
  EXPECT_EQ(called.err, "");
  EXPECT_EQ(called.out.find('\n'), called.out.size() - 1);
  const auto json = nlohmann::json::parse(called.out);
  EXPECT_EQ(json["scenario"], "run_fails_a_check");
  EXPECT_EQ(json["seed"], 18446744073709551615u);
  EXPECT_EQ(json["verdict"], "FAILED");
  EXPECT_EQ(json["virtual_time_ns"], 1000000000);
  EXPECT_EQ(json["tasks"], 1);
  EXPECT_GT(json["steps"], 1);
  EXPECT_EQ(json["trace_hash"].get<std::string>().size(), 16u);
  EXPECT_EQ(json["parameters"]["name"], "");
  EXPECT_EQ(json["findings"].size(), 1u);
  EXPECT_EQ(json["findings"][0]["kind"], "assertion");
  EXPECT_EQ(json["findings"][0]["fails"], true);
  EXPECT_TRUE(json["token"].is_null());
}

TEST(Run, AsJsonHasTheTranscriptAndReplacesWhatIsNoText) {
  const auto json = nlohmann::json::parse(call({"--json", "run_is_binary"}).out);
  EXPECT_EQ(json["verdict"], "PASSED");
  EXPECT_EQ(json["transcript"][0]["time_ns"], 0);
  EXPECT_EQ(json["transcript"][0]["task"], "main");
  EXPECT_EQ(json["transcript"][0]["text"], "\xef\xbf\xbd\x01");
}

TEST(List, ShowsScenariosSortedWithTheirParameters) {
  const Called called = call({"list"});
  EXPECT_EQ(called.code, 0);
  EXPECT_THAT(called.out, ContainsRegex("\nrun_may_fail +fails in some schedules "
                                        "\\[expects assertion\\]\n"
                                        "run_never_ends +yields for ever\n"
                                        "run_parameters +prints its parameters\n"
                                        "    --count=5           an int\n"
                                        "    --ratio=0.5         a double\n"
                                        "    --fast=false        a bool\n"
                                        "    --host=example.org  a string\n"
                                        "    --delay=250ms       a duration\n"));
}

TEST(List, AsJsonIsOneObject) {
  const auto json = nlohmann::json::parse(call({"list", "--json"}).out);
  for (const auto& scenario : json["scenarios"]) {
    if (scenario["name"] == "run_may_fail") {
      EXPECT_EQ(scenario["expects"], nlohmann::json::array({"assertion"}));
    }
    if (scenario["name"] != "run_parameters") continue;
    EXPECT_EQ(scenario["shows"], "prints its parameters");
    EXPECT_EQ(
        scenario["parameters"][0],
        (nlohmann::json{{"name", "count"}, {"type", "int"}, {"default", 5}, {"help", "an int"}}));
    EXPECT_EQ(scenario["parameters"][4]["default"], "250ms");
  }
}

TEST(Help, IsGivenForSimrunAndForAScenario) {
  const Called usage = call({"--help"});
  EXPECT_EQ(usage.code, 0);
  EXPECT_THAT(usage.out, StartsWith("usage:\n  simrun [--seed N] SCENARIO"));
  EXPECT_EQ(call({"help"}), usage);
  EXPECT_EQ(call({"-h"}), usage);
  EXPECT_EQ(call({"list", "--help"}), usage);
  const Called about = call({"help", "run_parameters"});
  EXPECT_THAT(about.out, AllOf(StartsWith("run_parameters: prints its parameters\n"),
                               HasSubstr("    --delay=250ms       a duration\n")));
  EXPECT_EQ(call({"run_parameters", "--help"}), about);
  EXPECT_EQ(call({"--version"}).out.rfind("simrun 0.", 0), 0u);
}

TEST(FormatTime, HasAsManyDigitsAsThereIsToTell) {
  EXPECT_EQ(simrun::format_time(0s), "0.000 s");
  EXPECT_EQ(simrun::format_time(2s), "2.000 s");
  EXPECT_EQ(simrun::format_time(1234567ns), "0.001234567 s");
  EXPECT_EQ(simrun::format_time(3599s + 999ms), "3599.999 s");
  EXPECT_EQ(simrun::format_time(1h + 2s + 3us), "1:00:02.000003");
  EXPECT_EQ(simrun::format_time(49h), "2 d 1:00:00.000");
  EXPECT_EQ(simrun::format_time(sim::Duration::max()), "106751 d 23:47:16.854775807");
}

}  // namespace
