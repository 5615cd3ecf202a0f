// Outcome: what one scenario came to, as the reports take it. Each report is a function from
// outcomes to text; none runs anything, reads a clock or prints.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/report.h"
#include "sim/outside.h"

namespace sim::report {

struct Incident {
  Failure failure;
  std::string replay;  // the line that runs it again; empty for none
};

struct Outcome {
  std::string command;   // "explore", "verify", "replay", "shrink", "run"
  std::string scenario;  // with the parameters that are not at their defaults
  std::string file;      // where it is registered; empty if nobody knows
  std::uint32_t line = 0;
  bool passed = true;
  bool undecided = false;  // it has ended before there was a verdict
  OutsideWorld outside = {};
  std::string verdict;   // one line
  std::string strategy;
  std::uint64_t seed = 0;
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  std::uint64_t distinct_traces = 0;
  std::uint64_t virtual_time = 0;  // of a single run, in nanoseconds
  std::uint64_t trace_hash = 0;    // the same; 0 for none
  double seconds = 0;              // of real time
  std::vector<Incident> incidents;
  std::vector<Finding> warnings;
  Narration run;  // of a single run that passed
};

// The text of a file that a place names; none if it is not there.
using SourceReader = std::function<std::optional<std::string>(const std::string& file)>;

// "bank.cc", 12 of "deposit  bank.cc:12"; line 0 where it names none.
struct Place {
  std::string file;
  std::uint32_t line = 0;
};
Place place_in(const std::string& text);
// Where a failure is: what its finding says, else where its last step stood.
Place place_of(const Failure& failure);

// The first line.
std::string headline(const std::string& text);

}  // namespace sim::report
