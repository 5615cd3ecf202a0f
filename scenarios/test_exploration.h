// For tests: a registered scenario as something to explore, a search that visits traces rather than
// schedules, and what a search has found.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/event_loop.h"
#include "sim/explore/dfs.h"
#include "sim/explore/random_walk.h"
#include "sim/explore/shrink.h"
#include "sim/scenario.h"

namespace test_exploration {

using Parameters = std::vector<std::pair<std::string, sim::ParameterValue>>;

inline const sim::ScenarioInfo& scenario_named(const std::string& name) {
  for (const sim::ScenarioInfo* info : sim::registered_scenarios()) {
    if (info->name == name) return *info;
  }
  throw std::invalid_argument("no scenario " + name);
}

enum class Faulty : bool { no, yes };

// The scenarios that a folder's files register: those that expect a finding, or the others.
inline std::vector<const sim::ScenarioInfo*> registered_in(const std::string& folder,
                                                           Faulty faulty) {
  std::vector<const sim::ScenarioInfo*> found = sim::registered_scenarios();
  std::erase_if(found, [&](const sim::ScenarioInfo* info) {
    const bool is_there = std::string(info->place.file_name()).find(folder) != std::string::npos;
    return !is_there || info->expects.empty() == (faulty == Faulty::yes);
  });
  return found;
}

// The name of a test that is about one scenario.
inline std::string name_of_scenario(const testing::TestParamInfo<const sim::ScenarioInfo*>& info) {
  return info.param->name;
}

// Values for the named parameters, defaults for the others.
inline std::vector<sim::ParameterValue> values_of(const sim::ScenarioInfo& info,
                                                  const Parameters& given) {
  std::vector<sim::ParameterValue> values;
  for (const sim::Parameter& parameter : info.parameters) {
    const auto at = std::ranges::find(given, parameter.name, &Parameters::value_type::first);
    values.push_back(at == given.end() ? parameter.value : at->second);
  }
  return values;
}

inline sim::RunOptions any_order() {
  sim::RunOptions options;
  options.order = sim::Order::any;
  options.max_steps = 100'000;
  options.canonical = true;
  return options;
}

// A scenario, ready to be run under one schedule after the other.
class Subject {
 public:
  explicit Subject(const sim::ScenarioInfo& info, const Parameters& parameters = {},
                   sim::RunOptions options = any_order(),
                   std::vector<sim::FindingKind> ignored = {})
      : scenario_(info, values_of(info, parameters), {}),
        execution_([this] { return scenario_.info().body(scenario_); }, options,
                   std::move(ignored)) {}
  const sim::ExecutionResult& run(sim::DecisionSource& source) { return execution_.run(source); }
  sim::Execution& execution() { return execution_; }

 private:
  sim::Scenario scenario_;
  sim::Execution execution_;
};

// What a search of at most so many executions came to.
struct Found {
  std::uint64_t executions = 0;
  std::set<std::uint64_t> traces;
  std::set<sim::FindingKind> kinds;  // of the findings that fail a run
  std::uint64_t failed = 0;
  std::uint64_t first_failed = 0;    // the number of that execution, from 1
  std::string message;               // of the first that failed

  void add(const sim::ExecutionResult& result) {
    ++executions;
    traces.insert(result.stats.canonical_hash);
    if (!result.failed) return;
    for (const sim::Finding& finding : result.findings) {
      if (sim::fails_by_default(finding.kind)) kinds.insert(finding.kind);
    }
    if (failed++ != 0) return;
    first_failed = executions;
    message = result.failure().message + "\n" + result.failure().stack;
  }
};

inline Found search_all(Subject& subject, sim::Search& search, std::uint64_t most,
                        bool until_failed = false) {
  Found found;
  while (found.executions < most && !(until_failed && found.failed != 0)) {
    sim::DecisionSource* source = search.next();
    if (source == nullptr) break;
    found.add(subject.run(*source));
  }
  return found;
}

inline Found walk(Subject& subject, std::uint64_t executions, std::uint64_t seed = 1) {
  sim::RandomWalk search(seed);
  return search_all(subject, search, executions);
}
inline Found walk_until_failed(Subject& subject, std::uint64_t most, std::uint64_t seed = 1) {
  sim::RandomWalk search(seed);
  return search_all(subject, search, most, true);
}

// The least number of deviations with which a subject fails in this way, by running all schedules
// with none, with one, with two and so on. -1 if so many executions do not tell.
class FewestDeviations final : private sim::DecisionSource {
 public:
  FewestDeviations(Subject& subject, sim::Finding failure, std::uint64_t most)
      : subject_(subject), failure_(std::move(failure)), left_(most) {}

  int find() {
    for (int count = 0; left_ > 0; ++count) {
      if (fails_with(count, 0)) return count;
    }
    return -1;
  }

 private:
  struct Open {
    std::uint32_t decision;
    std::uint32_t choices;
  };
  // Whether what is chosen so far fails with `more` deviations at decision `from` or later.
  bool fails_with(int more, std::uint32_t from) {
    if (left_ == 0) return false;
    --left_;
    decision_ = 0;
    next_ = 0;
    open_.clear();
    const sim::ExecutionResult& result = subject_.run(*this);
    if (more == 0) return result.failed && sim::same_failure(result.failure(), failure_);
    const std::vector<Open> open = open_;
    for (const Open& each : open) {
      if (each.decision < from) continue;
      for (std::uint32_t index = 1; index < each.choices; ++index) {
        chosen_.push_back({each.decision, index});
        const bool fails = fails_with(more - 1, each.decision + 1);
        chosen_.pop_back();
        if (fails) return true;
      }
    }
    return false;
  }
  std::uint32_t pick(sim::DecisionKind, std::uint32_t n, const sim::DecisionContext&) override {
    const std::uint32_t decision = decision_++;
    open_.push_back({decision, n});
    if (next_ == chosen_.size() || chosen_[next_].first != decision) return 0;
    return chosen_[next_++].second;
  }

  Subject& subject_;
  sim::Finding failure_;
  std::uint64_t left_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> chosen_;
  std::size_t next_ = 0;
  std::uint32_t decision_ = 0;
  std::vector<Open> open_;
};

// Depth first, as Dfs, but an execution is given up where it comes to a prefix, as far as its trace
// goes, that another had come to after as many steps: what follows is the same. So it comes to
// every trace, by far fewer executions than there are schedules.
class TraceSearch final : private sim::DecisionSource {
 public:
  Found run(Subject& subject, std::uint64_t most) {
    Found found;
    do {
      depth_ = 0;
      try {
        found.add(subject.run(*this));
      } catch (const Met&) {
      }
    } while (advance() && found.executions < most);
    return found;
  }

 private:
  struct Met {};
  struct Open {
    std::uint32_t choices;
    std::uint32_t index;
  };

  std::uint32_t pick(sim::DecisionKind, std::uint32_t n,
                     const sim::DecisionContext& context) override {
    if (depth_ == path_.size()) {
      const sim::internal::Scheduler& scheduler = context.loop->scheduler();
      if (!met_.emplace(scheduler.canonical_hash(), scheduler.steps()).second) throw Met();
      path_.push_back({n, 0});
    }
    return path_[depth_++].index;
  }
  bool advance() {
    path_.resize(depth_);
    while (!path_.empty() && path_.back().index + 1 == path_.back().choices) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().index;
    return true;
  }

  std::set<std::pair<std::uint64_t, std::uint64_t>> met_;
  std::vector<Open> path_;
  std::size_t depth_ = 0;
};

}  // namespace test_exploration
