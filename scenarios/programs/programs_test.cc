// The programs: those that are faulty fail as they say, as often as theory has it; those that are
// correct never do; and each has as many traces as have been published.
#include "gmock/gmock.h"
#include "scenarios/test_exploration.h"
#include "sim/explore/dpor.h"

namespace {

using sim::ScenarioInfo;
using namespace test_exploration;
using testing::AllOf;
using testing::Contains;
using testing::IsSubsetOf;

std::vector<const ScenarioInfo*> faulty_programs() {
  return registered_in("scenarios/programs/", Faulty::yes);
}
std::vector<const ScenarioInfo*> correct_programs() {
  return registered_in("scenarios/programs/", Faulty::no);
}

class EachFaultyProgram : public testing::TestWithParam<const ScenarioInfo*> {};

TEST_P(EachFaultyProgram, IsFoundFailingAsItExpects) {
  Subject subject(*GetParam());
  const Found found = walk_until_failed(subject, 10'000);
  ASSERT_EQ(found.failed, 1u);
  EXPECT_THAT(found.kinds, AllOf(Contains(GetParam()->expects[0]), IsSubsetOf(GetParam()->expects)))
      << found.message;
}

TEST_P(EachFaultyProgram, ShrinksToTheFewestDeviationsInAtMost200Replays) {
  // Of all schedules of ten pushes and pops there are too many.
  const Parameters small = GetParam()->name == "stack" ? Parameters{{"items", 2}} : Parameters{};
  Subject subject(*GetParam(), small);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    sim::RandomWalk search(seed);
    const sim::ExecutionResult* result = &subject.run(*search.next());
    while (!result->failed) result = &subject.run(*search.next());
    const sim::Finding failure = result->failure();
    const auto shrunk =
        sim::shrink(subject.execution(), result->tape.deviations(), failure);
    EXPECT_LE(shrunk.minimality.replays, 200u);
    EXPECT_EQ(static_cast<int>(shrunk.deviations.size()),
              FewestDeviations(subject, failure, 1'000'000).find())
        << failure.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, EachFaultyProgram, testing::ValuesIn(faulty_programs()),
                         name_of_scenario);

class EachCorrectProgram : public testing::TestWithParam<const ScenarioInfo*> {};
class EachCorrectProgramLongRun : public EachCorrectProgram {};

TEST_P(EachCorrectProgram, NeverFails) {
  Subject subject(*GetParam());
  const Found found = walk(subject, 2'000);
  EXPECT_EQ(found.failed, 0u) << found.message;
}

TEST_P(EachCorrectProgramLongRun, NeverFails) {
  Subject subject(*GetParam());
  const Found found = walk(subject, 100'000);
  EXPECT_EQ(found.failed, 0u) << found.message;
}

INSTANTIATE_TEST_SUITE_P(Programs, EachCorrectProgram, testing::ValuesIn(correct_programs()),
                         name_of_scenario);
INSTANTIATE_TEST_SUITE_P(Programs, EachCorrectProgramLongRun, testing::ValuesIn(correct_programs()),
                         name_of_scenario);

// A program with parameters, and how many traces it has.
struct Counted {
  const char* name;
  Parameters parameters;
  std::uint64_t traces;

  friend void PrintTo(const Counted& counted, std::ostream* out) { *out << counted.name; }
};

std::string name_of_counted(const testing::TestParamInfo<Counted>& info) {
  std::string name = info.param.name;
  for (const auto& [parameter, value] : info.param.parameters) {
    name += "_" + parameter + sim::to_string(value);
  }
  return name;
}

const Counted kFew[] = {
    {"lastzero", {{"n", 1}}, 2},
    {"lastzero", {{"n", 2}}, 5},
    {"lastzero", {{"n", 3}}, 12},
    {"lastzero", {{"n", 4}}, 28},
    {"readers", {{"n", 3}}, 8},
    {"readers", {{"n", 6}}, 64},
    {"casrot", {{"n", 2}}, 2},
    {"casrot", {{"n", 3}}, 5},
    {"casrot", {{"n", 4}}, 14},
    {"casrot", {{"n", 5}}, 43},
    {"casrot", {{"n", 6}}, 144},
    {"casrot", {{"n", 7}}, 523},
    {"fib_bench", {{"n", 1}}, 3},
    {"fib_bench", {{"n", 2}}, 19},
    {"fib_bench", {{"n", 3}}, 141},
    {"counter_race", {{"n", 2}}, 4},
    {"counter_race", {{"n", 3}}, 36},
    {"counter_race", {{"n", 4}}, 576},
    {"reorder", {{"setters", 2}}, 52},
    {"reorder", {{"setters", 3}}, 1'089},
    {"cache_fill", {{"n", 2}}, 6},
    {"cache_fill", {{"n", 3}}, 63},
    {"overdraw", {}, 6},
    {"pingpong", {{"n", 2}}, 5},
    {"pingpong", {{"n", 3}}, 10},
    {"pingpong", {{"n", 4}}, 17},
    {"bluetooth_driver", {}, 10},
};

void expect_one_execution_a_trace(const Counted& counted) {
  Subject subject(scenario_named(counted.name), counted.parameters);
  sim::Dpor dpor;
  Found found;
  while (sim::DecisionSource* source = dpor.next()) {
    const sim::ExecutionResult& result = subject.run(*source);
    found.add(result);
    dpor.ended(result, false);
  }
  EXPECT_EQ(found.traces.size(), counted.traces);
  EXPECT_EQ(found.executions, counted.traces);
}

class EachCount : public testing::TestWithParam<Counted> {};

TEST_P(EachCount, IsThatOfAllSchedules) {
  Subject subject(scenario_named(GetParam().name), GetParam().parameters);
  sim::Dfs dfs;
  const Found found = search_all(subject, dfs, 200'000);
  EXPECT_TRUE(dfs.exhausted());
  EXPECT_EQ(found.traces.size(), GetParam().traces);
}

TEST_P(EachCount, IsThatOfTheExecutionsOfDpor) {
  expect_one_execution_a_trace(GetParam());
}

TEST_P(EachCount, IsReachedWithoutEverySchedule) {
  Subject subject(scenario_named(GetParam().name), GetParam().parameters);
  EXPECT_EQ(TraceSearch().run(subject, 200'000).traces.size(), GetParam().traces);
}

INSTANTIATE_TEST_SUITE_P(Programs, EachCount, testing::ValuesIn(kFew), name_of_counted);

// With more schedules than one would want to wait for.
const Counted kMany[] = {
    {"lastzero", {{"n", 5}}, 64},
    {"readers", {{"n", 8}}, 256},
    {"casrot", {{"n", 8}}, 2'048},
};
const Counted kMore[] = {
    {"readers", {{"n", 13}}, 8'192},
    {"casrot", {{"n", 9}}, 8'597},
};

class EachLargeCount : public testing::TestWithParam<Counted> {};
class EachLargeCountLongRun : public EachLargeCount {};

TEST_P(EachLargeCount, IsReachedWithoutEverySchedule) {
  Subject subject(scenario_named(GetParam().name), GetParam().parameters);
  EXPECT_EQ(TraceSearch().run(subject, 10'000'000).traces.size(), GetParam().traces);
}

TEST_P(EachLargeCountLongRun, IsReachedWithoutEverySchedule) {
  Subject subject(scenario_named(GetParam().name), GetParam().parameters);
  EXPECT_EQ(TraceSearch().run(subject, 10'000'000).traces.size(), GetParam().traces);
}

INSTANTIATE_TEST_SUITE_P(Programs, EachLargeCount, testing::ValuesIn(kMany), name_of_counted);
INSTANTIATE_TEST_SUITE_P(Programs, EachLargeCountLongRun, testing::ValuesIn(kMore),
                         name_of_counted);

// Too many for any other search.
const Counted kForDpor[] = {
    {"lastzero", {{"n", 5}}, 64},
    {"lastzero", {{"n", 10}}, 3'328},
    {"readers", {{"n", 8}}, 256},
    {"casrot", {{"n", 8}}, 2'048},
};
const Counted kMoreForDpor[] = {
    {"lastzero", {{"n", 15}}, 147'456},
    {"readers", {{"n", 13}}, 8'192},
    {"casrot", {{"n", 9}}, 8'597},
};

class EachCountOfDpor : public testing::TestWithParam<Counted> {};
class EachCountOfDporLongRun : public EachCountOfDpor {};

TEST_P(EachCountOfDpor, IsThatOfItsExecutions) { expect_one_execution_a_trace(GetParam()); }
TEST_P(EachCountOfDporLongRun, IsThatOfItsExecutions) { expect_one_execution_a_trace(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Programs, EachCountOfDpor, testing::ValuesIn(kForDpor), name_of_counted);
INSTANTIATE_TEST_SUITE_P(Programs, EachCountOfDporLongRun, testing::ValuesIn(kMoreForDpor),
                         name_of_counted);

// How many executions a random walk takes to the bug, on the average.
struct Rated {
  const char* name;
  Parameters parameters;
  double executions;
};

TEST(RandomWalk, FindsEachProgramsBugAsOftenAsTheorySays) {
  const std::vector<Rated> programs = {
      {"bluetooth_driver", {}, 25.6},      {"deadlock01", {}, 2},       {"reorder", {}, 20.3},
      {"reorder", {{"setters", 3}}, 26.3}, {"twostage", {}, 32},        {"lost_wakeup", {}, 8},
      {"dining", {{"n", 4}}, 4.4},         {"dining", {{"n", 5}}, 6.3}, {"overdraw", {}, 1.8},
      {"pingpong", {{"n", 2}}, 64},
  };
  constexpr std::uint64_t kExecutions = 10'000;
  for (const Rated& program : programs) {
    // What is published counts what came of a stale read.
    Subject subject(scenario_named(program.name), program.parameters, any_order(),
                    {sim::FindingKind::stale_read});
    const Found found = walk(subject, kExecutions);
    const double mean = static_cast<double>(kExecutions) / static_cast<double>(found.failed);
    EXPECT_NEAR(mean / program.executions, 1, 0.15) << program.name;
  }
}

}  // namespace
