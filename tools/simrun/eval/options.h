// What eval is asked to measure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/explore/strategy.h"

namespace simrun::eval {

// The portfolio, and the samplers that figures are published for.
inline std::vector<sim::Strategy> default_strategies() {
  using sim::Strategy;
  return {Strategy::portfolio(), Strategy::random(), Strategy::pct(3), Strategy::pct(10),
          Strategy::pos(),       Strategy::surw(),   Strategy::urw()};
}

struct Options {
  std::vector<std::string> programs = {};  // names of rows, with * and ?; none: all
  std::vector<sim::Strategy> strategies = default_strategies();
  std::uint64_t trials = 20;
  // Of the portfolio, which is what the limits are about.
  std::uint64_t portfolio_trials = 20;
  std::uint64_t executions = 10'000;  // of a trial, at most
  std::uint64_t seed = 0;             // trial i, from 1, has seed + i
  int jobs = 1;
  std::string page = {};  // the file to write it to; empty: none

  std::uint64_t trials_of(const sim::Strategy& strategy) const {
    return strategy == sim::Strategy::portfolio() ? portfolio_trials : trials;
  }
};

}  // namespace simrun::eval
