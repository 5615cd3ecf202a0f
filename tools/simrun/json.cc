#include "tools/simrun/json.h"

#include <variant>

namespace simrun {

Json as_json(const sim::ParameterValue& value) {
  if (const int* number = std::get_if<int>(&value)) return *number;
  if (const double* number = std::get_if<double>(&value)) return *number;
  if (const bool* truth = std::get_if<bool>(&value)) return *truth;
  return sim::to_string(value);
}

std::string as_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace simrun
