// Narration: a run told step by step, as plain data: who ran, who made it ready, where it resumed,
// what it read and wrote, what it waited for then; at the decisions that were not asyncio's, whom
// it overtook; and at the end, who waits for whom. What text and pictures are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/decision.h"
#include "sim/finding.h"

namespace sim {

struct NarratedAccess {
  std::uint64_t object = 0;  // its identity
  std::string object_name;   // "Shared made at bank.cc:9"
  std::string what;          // is done to it: "reads"
  bool write = false;
  std::string place;         // "bank.cc:12"; empty where the task's latest co_await says it
  // What a Shared is read as or set to; where it is updated in place, what it was before. Empty
  // where nobody can say.
  std::string value;
};

inline constexpr std::uint32_t kNoTask = 0xffffffff;

struct NarratedStep {
  std::uint64_t number = 0;  // of the run, counted from 1
  std::int64_t time = 0;     // virtual, in nanoseconds
  std::string task;          // its name; "callback", "timer of reader"
  std::string place;         // "deposit  bank.cc:12": where it resumes; empty for what is no task
  std::vector<NarratedAccess> accesses;
  std::uint32_t task_index = kNoTask;  // in Narration::tasks
  std::uint64_t ready_by = 0;    // the step that made it ready; 0: the clock, or what is not told
  std::string ready_by_task;     // whose step that was
  std::int64_t ready_time = 0;   // since when it was ready
  bool ended = false;            // the task has ended with it
  std::string waits_for;         // then: "Lock made at bank.cc:9"; empty: ready again, or ended
  std::string suspended_at;      // "deposit  bank.cc:14"; empty where it has ended
};

struct NarratedDeviation {
  DecisionKind kind = DecisionKind::ready;
  std::uint32_t ordinal = 0;  // among the decisions of its kind, counted from 0
  std::uint32_t index = 0;
  std::uint32_t choices = 0;
  std::int64_t time = 0;
  std::string chosen;                  // who ran, was cancelled, or what fired
  std::vector<std::string> overtaken;  // who stood before it
  std::string label;                   // of a choose()
  std::uint64_t step = 0;              // the one it was made in, or led to
};

struct NarratedTask {
  std::string name;
  std::uint32_t parent = kNoTask;  // whose step made it
  std::uint64_t made_in = 0;       // that step; 0: it is not told
};

// A task that has not ended when the telling ends.
struct NarratedWait {
  std::uint32_t task = kNoTask;
  std::string waits_for;                // empty: it is ready
  std::string remark;                   // "held by worker-1"
  std::vector<std::uint32_t> blockers;  // the tasks whose progress could end the wait
  std::string place;                    // "deposit  bank.cc:14"
};

struct Narration {
  std::vector<NarratedStep> steps;
  bool whole = true;  // these are all that there were
  std::vector<NarratedDeviation> deviations;
  std::vector<NarratedTask> tasks;  // those that ran or were there at the end
  std::vector<NarratedWait> waits;
  // What the run showed, and which of it failed the run: see ExecutionResult.
  std::vector<Finding> findings;
  bool failed = false;
  std::uint64_t failure_at = 0;
  std::uint64_t failure_step = 0;
  std::uint64_t run_steps = 0;      // of the whole run
  std::int64_t virtual_time = 0;    // it took
  std::uint64_t trace_hash = 0;     // 0 where the run ended its process

  // Requires that the run failed.
  const Finding& failure() const { return findings[failure_at]; }
  // Null for a step that is not told.
  const NarratedStep* step(std::uint64_t number) const;
};

}  // namespace sim
