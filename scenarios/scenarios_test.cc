// Every scenario that ships: its facts hold for every seed, each run can be repeated, and where
// orders are free, different seeds give different ones.
#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "sim/explore/detectors.h"
#include "sim/scenario_run.h"

namespace {

using sim::FindingKind;
using sim::ScenarioInfo;

constexpr std::uint64_t kSeeds = 1000;

struct Outcome {
  std::vector<std::string> transcript;
  std::vector<FindingKind> findings;
  std::string messages;
  bool passed;
  std::uint64_t trace_hash;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome_of(const ScenarioInfo& info, sim::ScenarioOptions options) {
  Outcome outcome;
  sim::internal::Detectors detectors;
  options.detectors = &detectors;
  options.on_line = [&outcome](const sim::TranscriptLine& line) {
    outcome.transcript.push_back(std::to_string(line.time.count()) + " " + line.task + " " +
                                 line.text);
  };
  const sim::ScenarioResult result = run_scenario(info, options);
  for (const sim::Finding& finding : result.findings) {
    outcome.findings.push_back(finding.kind);
    outcome.messages += finding.message + "\n" + finding.stack;
  }
  outcome.passed = result.passed;
  outcome.trace_hash = result.stats.trace_hash;
  return outcome;
}

// Programs and historical bugs show what they expect under some schedules only; their own tests see
// to it that these are found.
bool fails_now_and_then(const ScenarioInfo& info) {
  const std::string file = info.place.file_name();
  return file.find("scenarios/programs/") != std::string::npos ||
         file.find("scenarios/bugs/") != std::string::npos;
}

// Whether a run has shown what it was to show and nothing else.
bool as_expected(const ScenarioInfo& info, const Outcome& seen) {
  const bool passed = std::ranges::none_of(seen.findings, sim::fails_by_default);
  if (seen.passed != passed) return false;
  if (!fails_now_and_then(info)) return seen.findings == info.expects;
  return std::ranges::all_of(seen.findings, [&](FindingKind kind) {
    return std::ranges::find(info.expects, kind) != info.expects.end();
  });
}

class EachScenario : public testing::TestWithParam<const ScenarioInfo*> {};

TEST_P(EachScenario, ShowsWhatItExpectsAndNothingElseForEverySeed) {
  sim::ScenarioOptions options;
  for (options.seed = 0; options.seed < kSeeds; ++options.seed) {
    const Outcome seen = outcome_of(*GetParam(), options);
    ASSERT_TRUE(as_expected(*GetParam(), seen)) << "seed " << options.seed << "\n"
                                                << seen.messages;
  }
}

TEST_P(EachScenario, RunsTheSameTwiceForEverySeed) {
  sim::ScenarioOptions options;
  for (options.seed = 0; options.seed < kSeeds; ++options.seed) {
    ASSERT_EQ(outcome_of(*GetParam(), options), outcome_of(*GetParam(), options))
        << "seed " << options.seed;
  }
}

TEST_P(EachScenario, HoldsInAsynciosOrderToo) {
  sim::ScenarioOptions options;
  options.order = sim::Order::fifo;
  for (options.seed = 0; options.seed < 20; ++options.seed) {
    const Outcome seen = outcome_of(*GetParam(), options);
    ASSERT_TRUE(as_expected(*GetParam(), seen)) << seen.messages;
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, EachScenario, testing::ValuesIn(sim::registered_scenarios()),
                         [](const auto& scenario) { return scenario.param->name; });

// Values for the named parameters, defaults for the others.
sim::ScenarioOptions with(const ScenarioInfo& info,
                          const std::vector<std::pair<std::string, sim::ParameterValue>>& values) {
  sim::ScenarioOptions options;
  for (const sim::Parameter& parameter : info.parameters) {
    const auto given = std::ranges::find(values, parameter.name,
                                         &std::pair<std::string, sim::ParameterValue>::first);
    options.parameters.push_back(given == values.end() ? parameter.value : given->second);
  }
  return options;
}

const ScenarioInfo& scenario_named(const std::string& name) {
  const auto scenarios = sim::registered_scenarios();
  return **std::ranges::find(scenarios, name, [](const ScenarioInfo* info) { return info->name; });
}

std::size_t orders_seen(const std::string& name) {
  std::set<std::vector<std::string>> transcripts;
  sim::ScenarioOptions options;
  for (options.seed = 0; options.seed < kSeeds; ++options.seed) {
    transcripts.insert(outcome_of(scenario_named(name), options).transcript);
  }
  return transcripts.size();
}

TEST(Orders, AreAllSeenWhereTheyAreFree) {
  EXPECT_EQ(orders_seen("lock"), 2u);        // who is first
  EXPECT_EQ(orders_seen("counter"), 8u);     // who is first in each of three seconds
  EXPECT_EQ(orders_seen("mock_http"), 6u);   // permutations of three requests
  EXPECT_GT(orders_seen("semaphore"), 24u);  // who gets the permits, and who is done first
  EXPECT_EQ(orders_seen("web_scraper"), kSeeds);
}

TEST(Orders, AreNotInventedWhereThereIsOne) {
  EXPECT_EQ(orders_seen("hello"), 1u);
  EXPECT_EQ(orders_seen("gather_two"), 1u);
}

// A hash of the trace hashes of the first hundred seeds.
std::uint64_t hash_of_hashes(const ScenarioInfo& info) {
  std::uint64_t hash = 0;
  sim::ScenarioOptions options;
  for (options.seed = 0; options.seed < 100; ++options.seed) {
    hash = sim::internal::mix(hash, outcome_of(info, options).trace_hash);
  }
  return hash;
}

// The same with every compiler, level of optimisation and layout of memory. Another line here means
// that a seed stands for another run than before: replace it if that was meant.
const std::string kTraceHashes = R"(
aceae28c0d8266bd async_context
4317378884f985c4 async_generator
a75705e238826c45 blocking_step
500e1659ef90d36d counter
df584ee20d7e7d98 error_handling
73a1f64c77ec1caa fetch
0b1bda45e52e3906 forgotten_await
5549e9e420d5e270 future
6c0a09d4215fbb99 gather_errors
3295f286031c3107 gather_two
034ac380275f1ea6 hello
25728c584a62a71c lock
0f0b0c7df4e9d34a mock_http
6f7139a64487c889 producer_consumer
ec165a256e6172d3 semaphore
92da38d45d1959dc task
96767ec221fa5aad unbounded_tasks
b4fa45c13109de1b unhandled_exception
4cfc7cdc672f7c15 wait_for_timeout
54bfc82b7fb1efe6 web_scraper
)";

TEST(TraceHashes, AreTheSameWithEveryCompilerAndOptimisation) {
  std::string hashes = "\n";
  for (const ScenarioInfo* info : sim::registered_scenarios()) {
    if (fails_now_and_then(*info)) continue;
    std::array<char, 17> digits;
    std::snprintf(digits.data(), digits.size(), "%016llx",
                  static_cast<unsigned long long>(hash_of_hashes(*info)));
    hashes += std::string(digits.data()) + " " + info->name + "\n";
  }
  EXPECT_EQ(hashes, kTraceHashes);
}

TEST(WebScraper, HoldsForOtherParametersToo) {
  using namespace std::chrono_literals;
  const ScenarioInfo& info = scenario_named("web_scraper");
  const std::vector<std::vector<std::pair<std::string, sim::ParameterValue>>> settings = {
      {{"urls", 0}},
      {{"urls", 1}, {"connections", 100}},
      {{"urls", 57}, {"connections", 1}},
      {{"urls", 300}, {"connections", 7}, {"retries", 5}},
      {{"retries", 0}},
      {{"retries", 100}, {"urls", 5}},
      {{"backoff", sim::Duration(0s)}},
      {{"backoff", sim::Duration::max()}},
      {{"timeout", sim::Duration(1ms)}},
      {{"timeout", sim::Duration(200ms)}},  // now and then too short for a fast host
      {{"timeout", sim::Duration(1h)}},
  };
  for (const auto& setting : settings) {
    sim::ScenarioOptions options = with(info, setting);
    for (options.seed = 0; options.seed < 50; ++options.seed) {
      const Outcome seen = outcome_of(info, options);
      ASSERT_TRUE(seen.passed) << setting.back().first << "="
                               << sim::to_string(setting.back().second) << ", seed " << options.seed
                               << "\n"
                               << seen.messages;
    }
  }
}

}  // namespace
