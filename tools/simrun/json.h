// JSON as simrun writes it: members in the order they were added, one object a line.
#pragma once

#include <string>

#include "nlohmann/json.hpp"
#include "sim/scenario_parameter.h"

namespace simrun {

using Json = nlohmann::ordered_json;

// A number, boolean or string; durations as "250ms".
Json as_json(const sim::ParameterValue& value);

// With a line end. Bytes that are no UTF-8 become U+FFFD.
std::string as_line(const Json& object);

}  // namespace simrun
