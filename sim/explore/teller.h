// Teller: makes of an execution that failed what is told of it: sees that it fails twice, shrinks
// it, narrates it, looks whether asyncio's own order shows it too, and writes its token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/crash_report.h"
#include "sim/explore/execution.h"
#include "sim/explore/explore.h"
#include "sim/explore/narration.h"
#include "sim/explore/token.h"

namespace sim {

// A failure as it was found.
struct Found {
  Finding finding;
  std::vector<Deviation> deviations;
  std::uint64_t execution = 0;  // counted from 1
};

// What a token belongs to: the scenario and the options.
std::uint16_t token_context(const ExploreOptions& options);
// ExploreOptions::replay_command with the token in its place.
std::string replay_line(const ExploreOptions& options, const std::string& token);
// The finding of a test whose two runs of the same decisions differ; `shape` is the token's.
Failure not_deterministic(const ExploreOptions& options, std::uint16_t shape,
                          const std::string& difference, std::vector<Deviation> deviations,
                          std::uint64_t execution);
// Of a schedule that could not be repeated.
std::string not_repeated(const std::string& difference);

class Teller {
 public:
  // Both must outlive it. `crash_report`, if there is one, is told the shape.
  Teller(const Body& body, const ExploreOptions& options, CrashReport* crash_report = nullptr);

  // Runs asyncio's order twice; null if both came to the same.
  std::optional<Failure> check_determinism();
  // Makes the decisions of an execution again; null if they came to the trace that it had.
  std::optional<Failure> check_repeats(const Trace& trace, const std::vector<Deviation>& deviations,
                                       std::uint64_t execution);
  Failure tell(const Found& found);
  // Without looking whether it fails twice; so does the next.
  Failure tell_shrunk(const Found& found);
  // As it was found.
  Failure tell_unshrunk(const Found& found);
  // Of the default run.
  std::uint16_t shape();
  void set_shape(std::uint16_t shape);

 private:
  std::optional<Failure> check(const std::vector<Deviation>& deviations, std::uint64_t execution);
  std::string calls_outside(const ExecutionResult& result) const;
  Failure complete(Failure failure);
  bool fails_under_fifo(const Finding& finding, const std::vector<NarratedDeviation>& deviations);

  const Body& body_;
  const ExploreOptions& options_;
  CrashReport* crash_report_;
  Execution execution_;
  std::optional<std::uint16_t> shape_;
};

}  // namespace sim
