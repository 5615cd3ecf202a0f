// Execution: a test run once under one schedule, with what that showed; then once more under
// another. All runs are on one loop, whose memory starts from the same address each time.
#pragma once

#include <cstdint>
#include <functional>
#include <source_location>
#include <vector>

#include "sim/explore/detectors.h"
#include "sim/run.h"

namespace sim {

// The test: called anew for each execution, inside its loop.
using Body = std::function<Coro<>()>;

// What one execution came to.
struct ExecutionResult {
  bool failed = false;            // there is a finding that fails a run
  // In the order they were made, but for those that are ignored. What an earlier execution has told
  // may come without its text: see Execution::in_words().
  std::vector<Finding> findings;
  RunStats stats;
  Tape tape;

  std::size_t failure_at = 0;     // which of them failed the run
  std::uint64_t failure_step = 0;  // RunStats::steps when it did

  // What failed the run: the first finding that does, but a stale_read only where nothing came of
  // it that fails the run too; it tells why. Requires that the run failed.
  const Finding& failure() const { return findings[failure_at]; }
};

// The tapes of all executions of this process are shown there as they are recorded; null: nowhere.
void show_tapes_in(ShownTape* shown);

class Execution final : private Observer {
 public:
  // Of `options` the source, the observer and the tape are this object's. Findings of the kinds in
  // `ignored` are none; of those that only warn, the ones in `fatal` fail the run.
  Execution(Body body, const RunOptions& options, std::vector<FindingKind> ignored = {},
            std::vector<FindingKind> fatal = {});
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  // Runs the body with the choices of `source`. What it returns is good until the next run. Throws
  // what `source` throws, and nothing of the body.
  const ExecutionResult& run(DecisionSource& source);
  // The same with every step recorded in a trace.
  const ExecutionResult& run_traced(DecisionSource& source, Trace& trace);

  // A finding of result() with the text that the first of its kind and place was told with.
  const Finding& in_words(const Finding& finding) const;

  std::uint64_t executions() const { return executions_; }
  std::uint64_t steps() const { return steps_; }

 private:
  struct Told {
    Finding finding;
    std::uint64_t execution;  // counted from 0
  };

  void on_finding(const Finding& finding) override;
  // From an earlier execution: each has its findings in words the first time.
  bool knows(FindingKind kind, const std::source_location& place) const override;
  const Told* find_told(FindingKind kind, const std::source_location& place) const;
  void run_once(DecisionSource& source, Trace* trace);

  Body body_;
  RunOptions options_;
  std::vector<FindingKind> ignored_;
  std::vector<FindingKind> fatal_;
  std::vector<Told> told_;  // of each kind and place the first
  internal::Detectors detectors_;
  ExecutionResult result_;
  std::uint64_t executions_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace sim
