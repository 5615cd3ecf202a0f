// Annotations of GitHub workflows: a line for each failure, which the runner takes from what a step
// prints and shows at the place in the source.
#pragma once

#include <string>
#include <vector>

#include "sim/report/outcome.h"

namespace sim::report {

std::string github(const std::vector<Outcome>& outcomes);

}  // namespace sim::report
