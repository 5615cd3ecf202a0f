// JUnit XML, as CI systems read it: a <testsuite> for each scenario, a <testcase> for each failure
// of it, or one that passed.
#pragma once

#include <string>
#include <vector>

#include "sim/report/outcome.h"

namespace sim::report {

std::string junit(const std::vector<Outcome>& outcomes);

}  // namespace sim::report
