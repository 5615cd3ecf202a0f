// The command line of eval:
//
//   simrun eval [--programs NAME,...] [--strategies S,...] [--trials N] [--portfolio-trials N]
//               [--executions N] [--seed N] [--jobs N] [--write FILE] [--json]
#pragma once

#include "absl/status/statusor.h"
#include "tools/simrun/arguments.h"

namespace simrun {

absl::StatusOr<Command> eval_command(const Split& split);

}  // namespace simrun
