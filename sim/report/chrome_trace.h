// Chrome's trace event format, which Perfetto opens: a process for each run, a thread for each
// task, a slice for each step, flows from what made a step ready to that step, and marks for
// decisions and findings.
//
// A step takes no virtual time, and a slice has to take some: steps are laid out one behind the
// other, kStepNanoseconds apart, from the virtual time they are at or the end of the one before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/report/outcome.h"

namespace sim::report {

inline constexpr std::int64_t kStepNanoseconds = 1'000;

std::string chrome_trace(const std::vector<Outcome>& outcomes);

}  // namespace sim::report
