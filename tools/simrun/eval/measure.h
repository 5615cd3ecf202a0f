// Measuring: the units of work that eval consists of, each one exploration, and what it came to.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "tools/simrun/eval/corpus.h"
#include "tools/simrun/eval/options.h"

namespace simrun::eval {

struct Unit {
  enum class Kind {
    trial,    // until the first bug
    shrink,   // the first bug of the portfolio, shrunk
    dpor,     // all traces
    dfs,      // all schedules, where there are not too many
    silence,  // the portfolio on what is correct
  };
  Kind kind;
  std::size_t program;       // index into the corpus
  std::size_t strategy = 0;  // of a trial: index into Options::strategies
  std::uint64_t seed = 0;
};

// What one unit came to. It goes through a pipe as it is.
struct Outcome {
  std::uint64_t executions = 0;
  std::uint64_t found_at = 0;  // the number of the execution, from 1; 0: nothing was found
  std::uint64_t traces = 0;
  std::uint64_t redundant = 0;
  std::int64_t nanoseconds = 0;  // of real time: shown, never decided on
  std::uint64_t deviations = 0;  // of the shrunk schedule
  std::uint64_t from_run_to_block = 0;
  std::uint64_t replays = 0;
  sim::FindingKind kind = sim::FindingKind::assertion;  // of what was found
  bool exhausted = false;
  bool certain = false;  // that there is none with fewer deviations
  bool refused = false;  // the strategy is not for such a program
};
static_assert(std::is_trivially_copyable_v<Outcome>);

// All that is to be measured of the programs, in the order in which it is told.
std::vector<Unit> units_of(const std::vector<Program>& programs, const Options& options);

Outcome measure(const Unit& unit, const std::vector<Program>& programs, const Options& options);

// "reorder_3 under pct:3 with seed 7".
std::string describe(const Unit& unit, const std::vector<Program>& programs,
                     const Options& options);

}  // namespace simrun::eval
