#include "tools/simrun/eval/measure.h"

#include <algorithm>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "sim/explore/stopwatch.h"

namespace simrun::eval {

namespace {

using Group = Program::Group;

// More schedules than these are too many to visit them all for a count of traces.
constexpr std::uint64_t kMostOfDfs = 200'000;
constexpr std::uint64_t kMostOfDpor = 1'000'000;

sim::ExploreOptions explore_options(const Unit& unit, const Program& program,
                                    const Options& options) {
  sim::ExploreOptions explore;
  explore.seed = unit.seed;
  explore.max_executions = options.executions;
  explore.time = program.time;
  explore.cancellations = program.cancellations;
  explore.ignore = program.ignore;
  explore.limits = program.scenario->limits;
  explore.scenario_name = program.name;
  explore.check_determinism = false;
  explore.shrink = unit.kind == Unit::Kind::shrink;
  switch (unit.kind) {
    case Unit::Kind::trial:
      explore.strategy = options.strategies[unit.strategy];
      break;
    case Unit::Kind::dpor:
      explore.strategy = sim::Strategy::dpor();
      explore.max_executions = kMostOfDpor;
      explore.max_failures = 0;
      break;
    case Unit::Kind::dfs:
      explore.strategy = sim::Strategy::dfs();
      explore.max_executions = kMostOfDfs;
      explore.max_failures = 0;
      break;
    case Unit::Kind::shrink:
    case Unit::Kind::silence:
      break;
  }
  return explore;
}

void note(const sim::Failure& failure, Outcome& outcome) {
  outcome.found_at = failure.executions_to_find;
  outcome.kind = failure.kind;
  outcome.deviations = failure.deviations.size();
  outcome.from_run_to_block = failure.minimality.from_run_to_block;
  outcome.replays = failure.minimality.replays;
  outcome.certain = failure.minimality.certain;
}

}  // namespace

std::vector<Unit> units_of(const std::vector<Program>& programs, const Options& options) {
  std::vector<Unit> units;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const Program& program = programs[i];
    if (program.group == Group::silent) {
      units.push_back({Unit::Kind::silence, i, 0, options.seed + 1});
      continue;
    }
    if (program.is_small) {
      units.push_back({Unit::Kind::dpor, i});
      if (program.traces == 0) units.push_back({Unit::Kind::dfs, i});
    }
    if (program.group == Group::exhaustive) continue;
    units.push_back({Unit::Kind::shrink, i, 0, options.seed + 1});
    for (std::size_t s = 0; s < options.strategies.size(); ++s) {
      for (std::uint64_t trial = 1; trial <= options.trials_of(options.strategies[s]); ++trial) {
        units.push_back({Unit::Kind::trial, i, s, options.seed + trial});
      }
    }
  }
  return units;
}

Outcome measure(const Unit& unit, const std::vector<Program>& programs, const Options& options) {
  const Program& program = programs[unit.program];
  sim::Scenario scenario(*program.scenario, program.parameters, {});
  const sim::Body body = [&] { return program.scenario->body(scenario); };
  Outcome outcome;
  try {
    const sim::Stopwatch watch;
    const sim::Report report = sim::explore(body, explore_options(unit, program, options));
    outcome.nanoseconds = watch.elapsed().count();
    outcome.executions = report.executions;
    outcome.traces = report.distinct_traces;
    outcome.redundant = report.redundant;
    outcome.exhausted = report.exhausted;
    if (!report.ok()) note(report.failures.front(), outcome);
  } catch (const std::invalid_argument&) {
    outcome.refused = true;
  }
  return outcome;
}

std::string describe(const Unit& unit, const std::vector<Program>& programs,
                     const Options& options) {
  const std::string& name = programs[unit.program].name;
  switch (unit.kind) {
    case Unit::Kind::trial:
      return absl::StrCat(name, " under ", options.strategies[unit.strategy].name(), " with seed ",
                          unit.seed);
    case Unit::Kind::shrink:
      return absl::StrCat(name, ", to be shrunk");
    case Unit::Kind::dpor:
      return absl::StrCat(name, " under dpor");
    case Unit::Kind::dfs:
      return absl::StrCat(name, " under dfs");
    case Unit::Kind::silence:
      return absl::StrCat(name, ", which is correct");
  }
  return name;
}

}  // namespace simrun::eval
