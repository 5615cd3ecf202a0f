// The catalogue of scenarios: whether their registrations can stand, and how they are listed and
// explained.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/simrun/command.h"

namespace simrun {

// One line on the first registration that cannot stand: two of one name, a name that is a
// subcommand, a parameter that is a flag, is malformed, is there twice, or has a default outside
// its bounds.
absl::Status check_registrations(const Scenarios& scenarios);

// A line for each scenario, and one for each parameter under it.
std::string list_as_text(const Scenarios& scenarios);
// One object.
std::string list_as_json(const Scenarios& scenarios);

std::string usage();
// What a scenario shows and takes.
std::string usage_of(const sim::ScenarioInfo& scenario);

}  // namespace simrun
