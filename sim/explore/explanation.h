// explain(): a failing schedule in words: what went wrong, the few decisions that made it so, and
// the steps that matter, one column a task.
#pragma once

#include <string>

#include "sim/explore/narrated.h"
#include "sim/explore/report.h"

namespace sim {

// `replay_line` is the command that runs it again; empty for none.
std::string explain(const Failure& failure, const Narration& narration,
                    const std::string& replay_line);

// "1.250 s".
std::string format_seconds(std::int64_t nanoseconds);

}  // namespace sim
