// Scenarios: registration, parameters, the transcript and its part in the trace hash.
#include "sim/scenario.h"

#include <stdexcept>

#include "gmock/gmock.h"
#include "primitives/sleep.h"
#include "sim/scenario_run.h"

namespace {

using namespace std::chrono_literals;
using sim::FindingKind;
using sim::ScenarioInfo;
using testing::ElementsAre;
using testing::HasSubstr;

SIM_SCENARIO(second_of_two, "comes second in the list") { co_return; }

SIM_SCENARIO(first_of_two, "has everything", sim::param("count", 5, "an int").at_least(1),
             sim::param("ratio", 0.25, "a double").at_most(1), sim::param("fast", true, "a bool"),
             sim::expects(FindingKind::never_awaited, FindingKind::deadlock),
             sim::param("host", "example.org", "a string"), sim::Limits{.tasks = 7, .ready = 8},
             sim::param("delay", 90s, "a duration").at_least(1ms)) {
  scenario.print("count ", scenario.param<int>("count"), ", ratio ",
                 scenario.param<double>("ratio"), ", fast ", scenario.param<bool>("fast"),
                 ", host ", scenario.param<std::string>("host"), ", delay ",
                 scenario.param<sim::Duration>("delay"), ", ", 1500us, ", ", 'c', ", ", 2.5);
  co_return;
}

SIM_SCENARIO(asks_for_what_is_not_there, "asks for an unknown parameter") {
  scenario.param<int>("n");
  co_return;
}

SIM_SCENARIO(asks_for_another_type, "asks for a parameter as another type",
             sim::param("n", 5, "an int")) {
  scenario.param<double>("n");
  co_return;
}

SIM_SCENARIO(prints_word, "prints a word", sim::param("word", "one", "what to print")) {
  scenario.print(scenario.param<std::string>("word"));
  co_return;
}

sim::Coro<> print_from(sim::Scenario& scenario, std::string word) {
  scenario.print(word);
  co_return;
}

SIM_SCENARIO(prints_from_two_tasks, "prints two words from two tasks",
             sim::param("swap", false, "which task prints which")) {
  const bool swap = scenario.param<bool>("swap");
  auto first = sim::create_task(print_from(scenario, swap ? "b" : "a"), "first");
  auto second = sim::create_task(print_from(scenario, swap ? "a" : "b"), "second");
  co_await first;
  co_await second;
}

SIM_SCENARIO(starts_three_tasks, "has one task too many", sim::Limits{.tasks = 3}) {
  std::vector<sim::Task<>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(sim::create_task(print_from(scenario, "here")));
  for (const auto& task : tasks) co_await task;
}

sim::Coro<> sleep_and_print(sim::Scenario& scenario) {
  co_await sim::sleep(1s);
  scenario.print("called");
}

SIM_SCENARIO(fails_after_a_call, "fails where a call that suspended has returned") {
  auto task = sim::create_task(sleep_and_print(scenario));
  co_await sleep_and_print(scenario);
  SIM_CHECK(false);
}

const ScenarioInfo& scenario_named(std::string_view name) {
  for (const ScenarioInfo* info : sim::registered_scenarios()) {
    if (info->name == name) return *info;
  }
  throw std::out_of_range("no such scenario");
}

std::vector<std::string> transcript(std::string_view name, sim::ScenarioOptions options = {}) {
  std::vector<std::string> lines;
  options.on_line = [&](const sim::TranscriptLine& line) {
    lines.push_back(line.task + ": " + line.text);
  };
  run_scenario(scenario_named(name), options);
  return lines;
}

std::uint64_t hash_of(std::string_view name, const sim::ScenarioOptions& options = {}) {
  return run_scenario(scenario_named(name), options).stats.trace_hash;
}

// The example of sim/scenario.h.
SIM_SCENARIO(countdown, "counts down in virtual time", sim::param("from", 3, "first number")) {
  for (int i = scenario.param<int>("from"); i > 0; --i) {
    scenario.print(i, " to go");
    co_await sim::sleep(1s);
  }
}

TEST(Scenario, ExampleOfTheHeaderCountsDown) {
  EXPECT_THAT(transcript("countdown"),
              ElementsAre("main: 3 to go", "main: 2 to go", "main: 1 to go"));
}

TEST(Scenario, RegistersItselfUnderItsName) {
  const ScenarioInfo& info = scenario_named("first_of_two");
  EXPECT_EQ(info.shows, "has everything");
  EXPECT_THAT(info.expects, ElementsAre(FindingKind::never_awaited, FindingKind::deadlock));
  EXPECT_EQ(info.limits.tasks, 7u);
  EXPECT_EQ(info.limits.ready, 8u);
  EXPECT_THAT(info.place.file_name(), testing::EndsWith("scenario_test.cc"));
}

TEST(Scenario, ListIsSortedByName) {
  const auto scenarios = sim::registered_scenarios();
  EXPECT_TRUE(std::ranges::is_sorted(scenarios, {}, &ScenarioInfo::name));
}

TEST(Scenario, ParametersHaveTheTypesOfTheirDefaults) {
  const auto& parameters = scenario_named("first_of_two").parameters;
  ASSERT_EQ(parameters.size(), 5u);
  std::vector<std::string> described;
  for (const sim::Parameter& parameter : parameters) {
    described.push_back(std::string(sim::type_name(parameter.value)) + " " + parameter.name + " " +
                        sim::to_string(parameter.value));
  }
  EXPECT_THAT(described, ElementsAre("int count 5", "double ratio 0.25", "bool fast true",
                                     "string host example.org", "duration delay 1m30s"));
  EXPECT_EQ(parameters[0].least, sim::ParameterValue(1));
  EXPECT_EQ(parameters[1].most, sim::ParameterValue(1.0));
  EXPECT_EQ(parameters[4].least, sim::ParameterValue(sim::Duration(1ms)));
}

TEST(Scenario, HasItsDefaultsUnlessOtherValuesAreGiven) {
  EXPECT_THAT(transcript("first_of_two"),
              ElementsAre("main: count 5, ratio 0.25, fast true, host example.org, delay 1m30s, "
                          "1.5ms, c, 2.5"));
  sim::ScenarioOptions options;
  options.parameters = {7, 0.5, false, std::string("localhost"), sim::Duration(2s)};
  EXPECT_THAT(transcript("first_of_two", options),
              ElementsAre("main: count 7, ratio 0.5, fast false, host localhost, delay 2s, "
                          "1.5ms, c, 2.5"));
}

TEST(Scenario, RefusesValuesThatDoNotFit) {
  sim::ScenarioOptions options;
  options.parameters = {7};
  EXPECT_THROW(run_scenario(scenario_named("first_of_two"), options), std::invalid_argument);
  options.parameters = {2.5};
  EXPECT_THROW(run_scenario(scenario_named("asks_for_another_type"), options),
               std::invalid_argument);
}

TEST(Scenario, ThatAsksForAnUnknownParameterOrTypeFails) {
  const auto unknown = run_scenario(scenario_named("asks_for_what_is_not_there"));
  ASSERT_EQ(unknown.findings.size(), 1u);
  EXPECT_THAT(unknown.findings[0].message,
              HasSubstr("scenario asks_for_what_is_not_there has no parameter 'n'"));
  const auto wrong = run_scenario(scenario_named("asks_for_another_type"));
  ASSERT_EQ(wrong.findings.size(), 1u);
  EXPECT_THAT(wrong.findings[0].message,
              HasSubstr("parameter 'n' of scenario asks_for_another_type is of type int"));
}

TEST(Transcript, TextCountsForTheTraceHash) {
  sim::ScenarioOptions other;
  other.parameters = {std::string("two")};
  EXPECT_EQ(hash_of("prints_word"), hash_of("prints_word"));
  EXPECT_NE(hash_of("prints_word"), hash_of("prints_word", other));
}

TEST(Transcript, TaskCountsForTheTraceHash) {
  sim::ScenarioOptions swapped;
  swapped.parameters = {true};
  sim::ScenarioOptions fifo;
  fifo.order = sim::Order::fifo;
  swapped.order = sim::Order::fifo;
  EXPECT_THAT(transcript("prints_from_two_tasks", fifo), ElementsAre("first: a", "second: b"));
  EXPECT_NE(hash_of("prints_from_two_tasks", fifo), hash_of("prints_from_two_tasks", swapped));
}

TEST(Transcript, HashIsTheSameWhetherAnybodyReads) {
  sim::ScenarioOptions read;
  read.on_line = [](const sim::TranscriptLine&) {};
  EXPECT_EQ(hash_of("first_of_two"), hash_of("first_of_two", read));
}

TEST(ScenarioRun, ReportsItsLimits) {
  const auto result = run_scenario(scenario_named("starts_three_tasks"));
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].kind, FindingKind::limit_exceeded);
  EXPECT_FALSE(result.passed);
}

TEST(ScenarioRun, StackOfAFailureIsOfFramesThatAreThere) {
  const auto result = run_scenario(scenario_named("fails_after_a_call"));
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_THAT(result.findings[0].stack,
              testing::ContainsRegex("^  at scenario_fails_after_a_call  .*\n$"));
  EXPECT_GT(result.stats.steps, 2u);  // counted although the run broke off
  EXPECT_EQ(result.stats.tasks, 2u);
}

TEST(ScenarioRun, OrderFifoIsAsynciosOrderForEverySeed) {
  sim::ScenarioOptions fifo;
  fifo.order = sim::Order::fifo;
  for (fifo.seed = 0; fifo.seed < 20; ++fifo.seed) {
    EXPECT_THAT(transcript("prints_from_two_tasks", fifo), ElementsAre("first: a", "second: b"));
  }
}

TEST(FormatDuration, ReadsAsItIsWritten) {
  EXPECT_EQ(sim::format_duration(0s), "0");
  EXPECT_EQ(sim::format_duration(250ms), "250ms");
  EXPECT_EQ(sim::format_duration(2s), "2s");
  EXPECT_EQ(sim::format_duration(90min), "1h30m");
  EXPECT_EQ(sim::format_duration(1h + 1ns), "1h0.000000001s");
  EXPECT_EQ(sim::format_duration(-1500us), "-1.5ms");
  EXPECT_EQ(sim::format_duration(sim::Duration::max()), "inf");
}

}  // namespace
