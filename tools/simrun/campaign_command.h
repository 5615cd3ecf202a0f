// The command lines of the subcommands about many scenarios and their store:
//
//   simrun campaign [SCENARIO-GLOB ...] --store FILE.db --budget 10m [--executions N] [--seed N]
//                   [--order any|fifo] [--time strict|slow_loop|adversarial] [--cancel K]
//                   [--shard i/n] [--commit HASH] [--max-failures K] [--fail-on new|any] [--json]
//                   [--jobs J] [--step-limit TIME] [--memory-limit SIZE]
//   simrun merge --store FILE.db A.db B.db ... [--json]
#pragma once

#include "absl/status/statusor.h"
#include "tools/simrun/arguments.h"

namespace simrun {

absl::StatusOr<Command> campaign_command(const Split& split, const Scenarios& scenarios);
absl::StatusOr<Command> merge_command(const Split& split);

}  // namespace simrun
