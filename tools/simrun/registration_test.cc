// Registrations that cannot stand are refused before anything runs.
#include <string>

#include "gmock/gmock.h"
#include "sim/scenario.h"
#include "tools/simrun/catalog.h"
#include "tools/simrun/in_test.h"

namespace {

using sim::ScenarioInfo;
using testing::HasSubstr;
using testing::StartsWith;

sim::Coro<> nothing(sim::Scenario&) { co_return; }

ScenarioInfo named(std::string name) {
  return {.name = std::move(name),
          .shows = "nothing",
          .body = nothing,
          .place = std::source_location::current()};
}

ScenarioInfo with_parameter(std::string name) {
  ScenarioInfo info = named("fine");
  info.parameters.push_back({std::move(name), 1, "something", {}, {}});
  return info;
}

std::string refused(const simrun::Scenarios& scenarios) {
  return std::string(simrun::check_registrations(scenarios).message());
}

TEST(Registration, OfThisExecutableStands) {
  EXPECT_EQ(refused(sim::registered_scenarios()), "");
}

TEST(Registration, TwiceIsRefused) {
  const ScenarioInfo first = named("twin");
  const ScenarioInfo second = named("twin");
  EXPECT_THAT(refused({&first, &second}),
              testing::MatchesRegex("scenario 'twin' \\(.*registration_test.cc:[0-9]+\\) is "
                                    "registered twice, first at .*registration_test.cc:[0-9]+"));
}

TEST(Registration, WithTheNameOfASubcommandIsRefused) {
  for (const char* name : {"list", "explore", "verify", "replay", "shrink", "parity", "eval",
                           "campaign", "merge", "help"}) {
    const ScenarioInfo info = named(name);
    EXPECT_THAT(refused({&info}), HasSubstr("has the name of a subcommand of simrun")) << name;
  }
}

TEST(Registration, WithAParameterThatIsAFlagIsRefused) {
  for (const char* name : {"seed", "order", "json", "help", "version", "executions", "strategy"}) {
    const ScenarioInfo info = with_parameter(name);
    EXPECT_THAT(refused({&info}), HasSubstr("which is a flag of simrun")) << name;
  }
}

TEST(Registration, WithAParameterThatIsNoOptionIsRefused) {
  for (const char* name : {"", "two words", "-n", "a=b", "7"}) {
    const ScenarioInfo info = with_parameter(name);
    EXPECT_THAT(refused({&info}), HasSubstr("which cannot be written as an option")) << name;
  }
}

TEST(Registration, WithTwoParametersOfOneNameIsRefused) {
  ScenarioInfo info = with_parameter("n");
  info.parameters.push_back(info.parameters.front());
  EXPECT_THAT(refused({&info}), HasSubstr("has two parameters 'n'"));
}

TEST(Registration, WithADefaultOutsideItsBoundsIsRefused) {
  ScenarioInfo info = with_parameter("n");
  info.parameters.front().least = 2;
  EXPECT_THAT(refused({&info}), HasSubstr("whose default is outside its bounds"));
}

TEST(Registration, ThatIsRefusedEndsSimrunInOneLine) {
  const ScenarioInfo info = named("list");
  const simrun::Called called = simrun::call({"list"}, {&info});
  EXPECT_EQ(called.code, simrun::kBadUsage);
  EXPECT_EQ(called.out, "");
  EXPECT_THAT(called.err, StartsWith("simrun: scenario 'list' ("));
  EXPECT_EQ(std::ranges::count(called.err, '\n'), 1);
}

}  // namespace
