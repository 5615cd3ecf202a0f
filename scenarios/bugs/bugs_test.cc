// The historical bugs: each is found soon, by schedules and at most one cancellation, comes down to
// the fewest decisions there are, shows what it expects and nothing else, and its repaired twin
// never fails. The table of docs/historical_bugs.md is about all of them.
#include <fstream>
#include <iterator>
#include <string>

#include "gmock/gmock.h"
#include "scenarios/test_exploration.h"
#include "sim/explore/explore.h"

namespace {

using sim::ScenarioInfo;
using namespace test_exploration;
using testing::AllOf;
using testing::Contains;
using testing::IsSubsetOf;

std::vector<const ScenarioInfo*> faulty_bugs() {
  return registered_in("scenarios/bugs/", Faulty::yes);
}
std::vector<const ScenarioInfo*> repaired() { return registered_in("scenarios/bugs/", Faulty::no); }

sim::RunOptions with_a_cancellation(sim::Time time = sim::Time::strict) {
  sim::RunOptions options = any_order();
  options.cancellations = 1;
  options.time = time;
  return options;
}

std::string text_of_file(const std::string& file) {
  std::ifstream stream(SIMLOOP_SOURCE_DIR "/" + file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The scenario's row of the page, without the end of the line; empty if there is none.
std::string row_of_bug(const std::string& name) {
  const std::string page = text_of_file("docs/historical_bugs.md");
  const std::size_t begin = page.find("\n| `" + name + "` |");
  if (begin == page.npos) return {};
  return page.substr(begin + 1, page.find('\n', begin + 1) - begin - 1);
}

class EachBug : public testing::TestWithParam<const ScenarioInfo*> {};

TEST_P(EachBug, IsFound) {
  Subject subject(*GetParam(), {}, with_a_cancellation());
  const Found found = walk_until_failed(subject, 20'000);
  ASSERT_EQ(found.failed, 1u);
  EXPECT_THAT(found.kinds, AllOf(Contains(GetParam()->expects[0]), IsSubsetOf(GetParam()->expects)))
      << found.message;
}

TEST_P(EachBug, ShowsNothingElse) {
  for (const sim::Time time : {sim::Time::strict, sim::Time::slow_loop}) {
    Subject subject(*GetParam(), {}, with_a_cancellation(time));
    EXPECT_THAT(walk(subject, 2'000).kinds, IsSubsetOf(GetParam()->expects));
  }
}

TEST_P(EachBug, IsFoundIn100ExecutionsAndShrinksToTheFewestDeviations) {
  sim::Scenario scenario(*GetParam(), {}, {});
  sim::ExploreOptions options;
  options.max_executions = 100;
  options.cancellations = 1;
  options.limits = GetParam()->limits;
  const sim::Report report = sim::explore([&] { return GetParam()->body(scenario); }, options);
  ASSERT_EQ(report.failures.size(), 1u);
  const sim::Failure& failure = report.failures[0];
  EXPECT_THAT(GetParam()->expects, Contains(failure.kind)) << failure.message;
  const int decisions = static_cast<int>(failure.deviations.size());
  Subject subject(*GetParam(), {}, with_a_cancellation());
  EXPECT_EQ(decisions, FewestDeviations(subject, failure.finding, 100'000).find())
      << failure.message;
  EXPECT_THAT(row_of_bug(GetParam()->name),
              testing::EndsWith("| " + std::to_string(decisions) + " |"));
}

TEST_P(EachBug, HasARowWithTheSourceThatItsFileNames) {
  const std::string row = row_of_bug(GetParam()->name);
  ASSERT_NE(row, "");
  const std::size_t link = row.find("](https://");
  if (link == row.npos) return;  // asio's release notes
  const std::string address = row.substr(link + 2, row.find(')', link) - link - 2);
  EXPECT_THAT(text_of_file(GetParam()->place.file_name()), testing::HasSubstr(address));
}

INSTANTIATE_TEST_SUITE_P(Bugs, EachBug, testing::ValuesIn(faulty_bugs()), name_of_scenario);

class EachRepairedBug : public testing::TestWithParam<const ScenarioInfo*> {};
class EachRepairedBugLongRun : public EachRepairedBug {};

TEST_P(EachRepairedBug, NeverFails) {
  for (const sim::Time time : {sim::Time::strict, sim::Time::slow_loop}) {
    Subject subject(*GetParam(), {}, with_a_cancellation(time));
    const Found found = walk(subject, 2'000);
    EXPECT_EQ(found.failed, 0u) << found.message;
  }
}

TEST_P(EachRepairedBugLongRun, NeverFails) {
  for (const sim::Time time : {sim::Time::strict, sim::Time::slow_loop}) {
    Subject subject(*GetParam(), {}, with_a_cancellation(time));
    const Found found = walk(subject, 100'000);
    EXPECT_EQ(found.failed, 0u) << found.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Bugs, EachRepairedBug, testing::ValuesIn(repaired()), name_of_scenario);
INSTANTIATE_TEST_SUITE_P(Bugs, EachRepairedBugLongRun, testing::ValuesIn(repaired()),
                         name_of_scenario);

TEST(Bugs, HaveATwinEach) {
  std::vector<std::string> twins;
  std::vector<std::string> expected;
  for (const ScenarioInfo* info : repaired()) twins.push_back(info->name);
  for (const ScenarioInfo* info : faulty_bugs()) expected.push_back(info->name + "_fixed");
  EXPECT_THAT(twins, testing::UnorderedElementsAreArray(expected));
}

}  // namespace
