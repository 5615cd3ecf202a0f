// JSON lines: a record for each outcome, and behind it one for each failure of an exploration.
#pragma once

#include <string>
#include <vector>

#include "sim/report/outcome.h"

namespace sim::report {

std::string json_lines(const std::vector<Outcome>& outcomes);

}  // namespace sim::report
