// Runs what the subcommands explore, replay and shrink ask for, and prints what they found.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>

#include "absl/status/statusor.h"
#include "sim/explore/narrated.h"
#include "tools/simrun/command.h"
#include "tools/simrun/output.h"

namespace simrun {

// How many this process may use.
std::uint32_t processors();

// The exit code, or what is wrong with the token. Progress goes to `err` where that is a terminal.
absl::StatusOr<int> run_exploration(const Command& command, Output& output, std::FILE* err);

// Of a run that failed: how it fails with the fewest decisions, and with which token. `deviations`
// are what the run decided.
std::string explain_run(const Command& command, const std::vector<sim::Deviation>& deviations);

// The same run told step by step.
sim::Narration tell_run(const Command& command, const std::vector<sim::Deviation>& deviations);

// That two runs of these decisions differ, as a finding; nothing if they do not.
std::optional<sim::Finding> difference_of_runs(const Command& command,
                                               const std::vector<sim::Deviation>& deviations);

}  // namespace simrun
