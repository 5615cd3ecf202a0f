// Dpor over everything that ships: it visits each trace once that visiting every schedule shows.
#include <array>
#include <string_view>

#include "scenarios/test_exploration.h"
#include "sim/explore/dpor.h"

namespace {

using namespace test_exploration;
using sim::ScenarioInfo;

constexpr std::uint64_t kMost = 50'000;

// Those whose faulty algorithms keep a part of their state in plain variables, which dpor does not
// see, as it says.
bool keeps_plain_state(const ScenarioInfo& info) {
  return std::ranges::any_of(
      std::array{"aiohttp_4936", "async_std_452", "bb8_122", "condition_gh_112202", "coredis_106",
                 "gather_bpo_32684", "generator_gh_74956", "go_37852", "httpcore_830",
                 "lock_bpo_27585", "pingora_931", "semaphore_bpo_45997", "semaphore_gh_90155",
                 "slack_1926"},
      [&](std::string_view name) { return info.name.starts_with(name); });
}
// More than one wants to wait for.
bool has_many_schedules(const ScenarioInfo& info) {
  return info.name == "future" || info.name == "unbounded_tasks" ||
         info.name.starts_with("drain_bpo_29930");
}

// With few tasks, so that every schedule can be visited.
Parameters small_parameters(const ScenarioInfo& info) {
  Parameters small;
  for (const sim::Parameter& each : info.parameters) {
    if (each.name == "n" || each.name == "items") small.emplace_back(each.name, 2);
    if (each.name == "setters") small.emplace_back(each.name, 2);
    if (each.name == "urls") small.emplace_back(each.name, 3);
  }
  return small;
}

std::vector<const ScenarioInfo*> with_visible_state() {
  std::vector<const ScenarioInfo*> found = sim::registered_scenarios();
  std::erase_if(found, [](const ScenarioInfo* info) {
    return keeps_plain_state(*info) || has_many_schedules(*info);
  });
  return found;
}

void expect_each_trace_once(Subject& subject) {
  sim::Dfs dfs;
  const Found all = search_all(subject, dfs, kMost);
  ASSERT_TRUE(dfs.exhausted());
  sim::Dpor dpor;
  Found reduced;
  while (sim::DecisionSource* source = dpor.next()) {
    const sim::ExecutionResult& result = subject.run(*source);
    reduced.add(result);
    try {
      dpor.ended(result, false);
    } catch (const sim::NotSuited& why) {  // what it says it does not know
      EXPECT_EQ(std::string(why.what()).find("dpor does not know "), 0u) << why.what();
      return;
    }
    ASSERT_LE(reduced.executions, all.executions);
  }
  EXPECT_EQ(reduced.traces, all.traces);
  EXPECT_EQ(reduced.executions, all.traces.size());
  EXPECT_EQ(reduced.kinds, all.kinds);
}

class DporOfEachScenario : public testing::TestWithParam<const ScenarioInfo*> {};

TEST_P(DporOfEachScenario, VisitsEachTraceOnce) {
  Subject subject(*GetParam(), small_parameters(*GetParam()));
  expect_each_trace_once(subject);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, DporOfEachScenario,
                         testing::ValuesIn(with_visible_state()), name_of_scenario);

}  // namespace
