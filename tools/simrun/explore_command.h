// The command lines of the subcommands that explore:
//
//   simrun explore SCENARIO [--strategy S] [--executions N] [--budget 10s] [--order any|fifo]
//                  [--time strict|slow_loop|adversarial] [--cancel K] [--max-failures K] [--seed N]
//                  [--shard i/n]
//   simrun verify SCENARIO [--executions N] [--budget 10s] [--max-failures K] [--seed N]
//   simrun replay SCENARIO TOKEN|FILE       simrun shrink SCENARIO TOKEN|FILE
//
// A file holds a token or what a fuzzer has kept; see schedule_file.h. Both need the options they
// were found with: --order, --time, --cancel and the parameters.
// Each takes [--jobs J] [--step-limit 10s] [--memory-limit 2GB], about the processes it runs in,
// and what guard_flags.h lists.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/simrun/arguments.h"

namespace simrun {

// `subject` is "explore", "verify", "replay" or "shrink".
absl::StatusOr<Command> explore_command(const Split& split, const std::string& subject,
                                        const Scenarios& scenarios);

// What `campaign` takes too.
// --budget; nothing if it is not given.
absl::StatusOr<std::optional<absl::Duration>> read_budget(const Given& given);
// --seed, --order, --time and --cancel.
absl::Status read_freedom(const Split& split, const Given& given, sim::ExploreOptions& options);
// --jobs, --step-limit and --memory-limit.
absl::Status read_jobs(const Given& given, Command& command);

}  // namespace simrun
