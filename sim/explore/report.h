// Report: what an exploration came to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/explore/coverage.h"
#include "sim/explore/narrated.h"
#include "sim/finding.h"
#include "sim/tape.h"

namespace sim {

// What is known of how small a failing schedule is.
struct Minimality {
  std::uint64_t replays = 0;        // executions that shrinking took
  std::uint64_t certified = 0;      // schedules with fewer deviations that were visited
  bool certain = false;             // they were all there are
  // How many decisions it takes where each task runs until it blocks; 0: no fewer than those.
  std::size_t from_run_to_block = 0;
};

struct Failure {
  FindingKind kind = FindingKind::assertion;
  std::string message;
  std::string token;                   // replay() takes it
  std::vector<Deviation> deviations;   // from the default run; none: it fails by itself
  std::uint64_t executions_to_find = 0;
  bool also_under_fifo = false;        // asyncio's own order shows it too
  Finding finding;
  Minimality minimality;
  std::string text;                    // see explanation()
  Narration narration;                 // of the run that is told; empty where none could be

  // What went wrong, by which decisions, step by step, and the line that replays it.
  const std::string& explanation() const { return text; }
};

struct Report {
  std::vector<Failure> failures;
  std::vector<Finding> warnings;      // of kinds that fail no run, each once
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  std::uint64_t distinct_traces = 0;
  bool distinct_is_exact = true;
  std::uint64_t redundant = 0;        // executions of a trace that had been seen
  bool exhausted = false;             // every schedule has been visited; under dpor, each trace
  // Of the portfolio: one schedule of each trace has been visited, which is all there is to see of
  // state in Shared<T> and the primitives, not of plain variables.
  bool all_traces = false;
  double explored = 0;                // of a search that ends, which share is done; 1: all
  bool stopped = false;               // by ExploreOptions::stop
  Coverage estimate;                  // of the sampler that had the most executions
  std::string strategy;
  std::uint32_t cancellations = 0;    // ExploreOptions::cancellations

  bool ok() const { return failures.empty(); }
  // One line: "no bug in 12,480 executions, 3,112 distinct traces; chance that the next one is new
  // < 0.8 % (95 %, random)".
  std::string verdict() const;
  // One object, with the names above.
  std::string to_json() const;
};

}  // namespace sim
