// Summary: what the outcomes come to, and whether the goals are met.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/simrun/eval/measure.h"

namespace simrun::eval {

// What was measured.
struct Measured {
  std::vector<Program> programs;
  Options options;
  std::vector<Unit> units;
  std::vector<Outcome> outcomes;  // of the units
};

// The trials of one program under one strategy.
struct Trials {
  std::uint64_t count = 0;
  std::uint64_t hits = 0;  // how many found the bug
  std::uint64_t most = 0;  // executions of the one that took longest to find it
  double mean = 0;         // executions to the bug, of those that found it
  // The true mean is not lower, with a probability of 95 %: mean - 1.645 s / sqrt(hits).
  double at_least = 0;
  bool refused = false;

  bool all_found() const { return hits == count; }
};

class Summary {
 public:
  explicit Summary(const Measured& measured);

  const Measured& measured() const { return measured_; }
  const Trials& trials(std::size_t program, std::size_t strategy) const {
    return trials_[program * measured_.options.strategies.size() + strategy];
  }
  // The one outcome of that kind; null if there is none.
  const Outcome* outcome(std::size_t program, Unit::Kind kind) const;
  // Which of the strategies is the portfolio.
  std::optional<std::size_t> portfolio() const;

  // The geometric mean over the programs with published figures. One that was never found counts
  // as taking all executions of a trial: then it is no more than a lower bound.
  struct GeometricMean {
    double value;
    std::size_t never;  // how many programs were never found
  };
  std::optional<GeometricMean> geometric_mean(std::size_t strategy) const;
  // Of the best published figure of each.
  std::optional<double> geometric_mean_of_the_best() const;
  // The strategy with the lowest geometric mean but for the portfolio and searches that are none.
  std::optional<std::size_t> best_sampler() const;

  // How many traces a program has, as published or as dpor has found.
  std::optional<std::uint64_t> traces(std::size_t program) const;

 private:
  const Measured& measured_;
  std::vector<Trials> trials_;
};

// Twice the best published figure.
inline constexpr double kMostOverBest = 2;
// Whether that is not exceeded, for all that the trials say.
bool within_twice_the_best(const Program& program, const Trials& trials);
// How many executions dpor is to take: what is published, or the traces of all schedules.
std::optional<std::uint64_t> expected_traces(const Summary& summary, std::size_t program);
// In so many executions a bug of `traces` traces is found, where those are few.
inline constexpr std::uint64_t kFewTraces = 64;
inline std::uint64_t limit_of_few(std::uint64_t traces) { return 2 * traces + 16; }
// A historical bug.
inline constexpr std::uint64_t kMostForHistory = 100;

struct Goal {
  std::string what;
  std::string measured;
  std::string limit;
  bool met;
};
// Those that what was measured has something to say on.
std::vector<Goal> goals_of(const Summary& summary);

// exp of the mean of the logarithms. Requires at least one value.
double geometric_mean(const std::vector<double>& values);

}  // namespace simrun::eval
