// Narration: a run told step by step: who ran, where it resumed, what it read and wrote, and at the
// decisions that were not asyncio's, whom it overtook.
#pragma once

#include <cstdint>
#include <functional>
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
  std::string place;        // "bank.cc:12"; empty where the task's latest co_await says it
};

struct NarratedStep {
  std::uint64_t number;  // of the run, counted from 1
  std::int64_t time;     // virtual, in nanoseconds
  std::string task;      // its name; "callback", "timer of reader"
  std::string place;     // "deposit  bank.cc:12": where it resumes; empty for what is no task
  std::vector<NarratedAccess> accesses;
};

struct NarratedDeviation {
  DecisionKind kind;
  std::uint32_t ordinal;  // among the decisions of its kind, counted from 0
  std::uint32_t index;
  std::uint32_t choices;
  std::int64_t time;
  std::string chosen;                  // who ran, was cancelled, or what fired
  std::vector<std::string> overtaken;  // who stood before it
  std::string label;                   // of a choose()
  std::uint64_t step;                  // the one it was made in, or led to
};

struct Narration {
  std::vector<NarratedStep> steps;
  bool whole = true;  // these are all that there were
  std::vector<NarratedDeviation> deviations;
  ExecutionResult result;

  // Null for a step that is not told.
  const NarratedStep* step(std::uint64_t number) const;
};

// Runs `deviations` once more and writes down what happens up to the step that fails, the last
// `most` steps of it. Findings of the kinds in `ignored` are none.
Narration narrate(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                  const std::vector<FindingKind>& ignored = {}, std::size_t most = 2'000);

// The same of a run that does not come back from its step `last`: `at_last` is shown the narration
// before that step is made.
void narrate_to(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                std::uint64_t last, const std::function<void(Narration&)>& at_last,
                const std::vector<FindingKind>& ignored = {}, std::size_t most = 2'000);

}  // namespace sim
