// The explorer over everything that ships: it says the same twice and under either compiler, and
// raises no false alarm.
#include "gmock/gmock.h"
#include "scenarios/test_exploration.h"
#include "sim/explore/explore.h"
#include "sim/explore/strategy.h"
#include "sim/rng.h"

namespace {

using namespace test_exploration;
using sim::ScenarioInfo;

// A hash of the trace of each execution, one after the other.
std::uint64_t traces_of_a_mixed_suite(std::uint64_t executions_each) {
  std::uint64_t hash = 0;
  for (const char* room : {"scenarios/programs/", "scenarios/bugs/"}) {
    for (const Faulty faulty : {Faulty::yes, Faulty::no}) {
      for (const ScenarioInfo* info : registered_in(room, faulty)) {
        sim::RunOptions options = any_order();
        options.cancellations = 1;
        options.time = sim::Time::slow_loop;
        Subject subject(*info, {}, options);
        const auto search = sim::make_search(sim::Strategy::parse("portfolio"), 1);
        for (std::uint64_t i = 0; i < executions_each; ++i) {
          sim::DecisionSource* source = search->next();
          if (source == nullptr) break;
          const sim::ExecutionResult& result = subject.run(*source);
          search->ended(result, false);
          hash = sim::internal::mix(hash, result.stats.canonical_hash);
        }
      }
    }
  }
  return hash;
}

// Golden, so that both compilers are held to the same. About 95 subjects.
TEST(MixedSuite, ExploresTheSameTwiceAndUnderEitherCompiler) {
  const std::uint64_t hash = traces_of_a_mixed_suite(100);
  EXPECT_EQ(hash, traces_of_a_mixed_suite(100));
  EXPECT_EQ(hash, 334118497043428796u);
}
TEST(MixedSuiteLongRun, ExploresTheSameTwiceAndUnderEitherCompiler) {
  const std::uint64_t hash = traces_of_a_mixed_suite(2'000);
  EXPECT_EQ(hash, traces_of_a_mixed_suite(2'000));
  EXPECT_EQ(hash, 15121413003656624810u);
}

std::vector<const ScenarioInfo*> without_a_finding() {
  std::vector<const ScenarioInfo*> found;
  for (const ScenarioInfo* info : sim::registered_scenarios()) {
    if (info->expects.empty()) found.push_back(info);
  }
  return found;
}
// Those that have no long test of their own, as the programs and the historical bugs have.
std::vector<const ScenarioInfo*> others_without_a_finding() {
  std::vector<const ScenarioInfo*> found = without_a_finding();
  std::erase_if(found, [](const ScenarioInfo* info) {
    const std::string file = info->place.file_name();
    return file.find("scenarios/programs/") != file.npos ||
           file.find("scenarios/bugs/") != file.npos;
  });
  return found;
}

class EachScenarioWithoutAFinding : public testing::TestWithParam<const ScenarioInfo*> {};
class EachScenarioWithoutAFindingLongRun : public EachScenarioWithoutAFinding {};

sim::Report explored(const ScenarioInfo& info, std::uint64_t executions) {
  sim::Scenario scenario(info, {}, {});
  sim::ExploreOptions options;
  options.max_executions = executions;
  options.limits = info.limits;
  return sim::explore([&] { return info.body(scenario); }, options);
}

TEST_P(EachScenarioWithoutAFinding, GivesNoAlarm) {
  const sim::Report report = explored(*GetParam(), 300);
  EXPECT_TRUE(report.ok()) << report.failures[0].explanation();
}
TEST_P(EachScenarioWithoutAFindingLongRun, GivesNoAlarm) {
  const sim::Report report = explored(*GetParam(), 100'000);
  EXPECT_TRUE(report.ok()) << report.failures[0].explanation();
}

TEST(Pos, CallsNoTaskALivelockThatYieldsUntilOthersHaveRun) {
  const ScenarioInfo& info = scenario_named("drain_bpo_29930_fixed");
  sim::Scenario scenario(info, {}, {});
  sim::ExploreOptions options;
  options.strategy = sim::Strategy::parse("pos");
  options.max_executions = 2'000;
  const sim::Report report = sim::explore([&] { return info.body(scenario); }, options);
  EXPECT_TRUE(report.ok()) << report.failures[0].message;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, EachScenarioWithoutAFinding,
                         testing::ValuesIn(without_a_finding()), name_of_scenario);
INSTANTIATE_TEST_SUITE_P(Scenarios, EachScenarioWithoutAFindingLongRun,
                         testing::ValuesIn(others_without_a_finding()), name_of_scenario);

}  // namespace
