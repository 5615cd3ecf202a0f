#include "sim/scenario_parameter.h"

#include <array>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace sim {

namespace {

// The shortest text that reads back as the same number.
std::string format_double(double value) {
  std::array<char, 32> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), written.ptr);
}

struct Formatter {
  std::string operator()(int value) const { return absl::StrCat(value); }
  std::string operator()(double value) const { return format_double(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(Duration value) const { return format_duration(value); }
};

}  // namespace

std::string_view type_name(const ParameterValue& value) {
  constexpr std::array<std::string_view, 5> kNames = {"int", "double", "bool", "string",
                                                      "duration"};
  static_assert(kNames.size() == std::variant_size_v<ParameterValue>);
  return kNames[value.index()];
}

std::string to_string(const ParameterValue& value) { return std::visit(Formatter(), value); }

std::string format_duration(Duration d) {
  return d == Duration::max() ? "inf" : absl::FormatDuration(absl::FromChrono(d));
}

}  // namespace sim
