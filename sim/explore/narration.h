// Narration: a run told step by step: who ran, where it resumed, what it read and wrote, and at the
// decisions that were not asyncio's, whom it overtook.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/explore/execution.h"
#include "sim/explore/replay_source.h"

namespace sim {

struct NarratedAccess {
  std::uint64_t object;  // its identity
  std::string object_name;  // "Shared made at bank.cc:9"
  std::string what;         // is done to it: "reads"
  bool write;
};

struct NarratedStep {
  std::int64_t time;     // virtual, in nanoseconds
  std::string task;      // its name; "callback", "timer of reader"
  std::string place;     // "deposit  bank.cc:12": where it resumes; empty for what is no task
  std::vector<NarratedAccess> accesses;
  int deviation = -1;    // the number of the one that led here
};

struct NarratedDeviation {
  DecisionKind kind;
  std::uint32_t index;
  std::uint32_t choices;
  std::int64_t time;
  std::string chosen;                  // who ran, was cancelled, or what fired
  std::vector<std::string> overtaken;  // who stood before it
  std::string label;                   // of a choose()
  std::size_t step;                    // the step that followed
};

struct Narration {
  std::vector<NarratedStep> steps;
  std::vector<NarratedDeviation> deviations;
  ExecutionResult result;
};

// Runs `deviations` once more and writes down what happens, at most `most` steps of it, the last.
Narration narrate(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                  std::size_t most = 2'000);

}  // namespace sim
