#include "tools/simrun/values.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "tools/simrun/nearest.h"

namespace simrun {

namespace {

using sim::Duration;
using sim::Parameter;
using sim::ParameterValue;

absl::Status bad_value(const Parameter& parameter, absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("bad value for --", parameter.name, ": '", text, "' ", what));
}

// Abseil's numbers may have white space around them; ours may not.
bool has_spaces(absl::string_view text) { return text != absl::StripAsciiWhitespace(text); }

absl::StatusOr<ParameterValue> parse_int(const Parameter& parameter, absl::string_view text) {
  int value = 0;
  if (!has_spaces(text) && absl::SimpleAtoi(text, &value)) return value;
  const absl::string_view digits = text.substr(text.size() > 1 && text[0] == '-' ? 1 : 0);
  if (!digits.empty() && std::ranges::all_of(digits, absl::ascii_isdigit)) {
    return bad_value(parameter, text, "is out of range; an int is at most 2147483647 either way");
  }
  return bad_value(parameter, text, "is not a whole number");
}

absl::StatusOr<ParameterValue> parse_double(const Parameter& parameter, absl::string_view text) {
  double value = 0;
  if (has_spaces(text) || !absl::SimpleAtod(text, &value) || !std::isfinite(value)) {
    return bad_value(parameter, text, "is not a number that is finite");
  }
  return value;
}

absl::StatusOr<ParameterValue> parse_bool(const Parameter& parameter, absl::string_view text) {
  bool value = false;
  if (!absl::SimpleAtob(text, &value)) {
    return bad_value(parameter, text, "is neither true nor false");
  }
  return value;
}

absl::StatusOr<ParameterValue> parse_duration(const Parameter& parameter, absl::string_view text) {
  absl::Duration value;
  if (has_spaces(text) || !absl::ParseDuration(text, &value)) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits > 0 && absl::ParseDuration(absl::StrCat("1", text.substr(digits)), &value)) {
      return bad_value(parameter, text, "is out of range; virtual time ends after 292 years");
    }
    return bad_value(parameter, text,
                     "is not a duration; write a number and a unit, like 250ms, 2s or 1.5h");
  }
  if (value == absl::InfiniteDuration()) return Duration::max();
  const Duration whole = absl::ToChronoNanoseconds(value);
  if (whole == Duration::max() || whole == Duration::min()) {
    return bad_value(parameter, text, "is out of range; virtual time ends after 292 years");
  }
  if (absl::FromChrono(whole) != value) {
    return bad_value(parameter, text, "is not a whole number of nanoseconds");
  }
  return whole;
}

absl::StatusOr<ParameterValue> parse_unbounded(const Parameter& parameter, absl::string_view text) {
  if (std::holds_alternative<int>(parameter.value)) return parse_int(parameter, text);
  if (std::holds_alternative<double>(parameter.value)) return parse_double(parameter, text);
  if (std::holds_alternative<bool>(parameter.value)) return parse_bool(parameter, text);
  if (std::holds_alternative<Duration>(parameter.value)) return parse_duration(parameter, text);
  return ParameterValue(std::string(text));
}

}  // namespace

absl::StatusOr<ParameterValue> parse_value(const Parameter& parameter, absl::string_view text) {
  absl::StatusOr<ParameterValue> value = parse_unbounded(parameter, text);
  if (!value.ok()) return value;
  if (parameter.least && *value < *parameter.least) {
    return bad_value(parameter, text,
                     absl::StrCat("is too small; the least is ", sim::to_string(*parameter.least)));
  }
  if (parameter.most && *value > *parameter.most) {
    return bad_value(parameter, text,
                     absl::StrCat("is too large; the most is ", sim::to_string(*parameter.most)));
  }
  return value;
}

absl::StatusOr<std::uint64_t> parse_seed(absl::string_view text) {
  std::uint64_t seed = 0;
  const bool is_hex = absl::StartsWithIgnoreCase(text, "0x");
  const bool has_digits = !text.empty() && absl::ascii_isdigit(text[0]) && !has_spaces(text);
  if (has_digits && (is_hex ? absl::SimpleHexAtoi(text, &seed) : absl::SimpleAtoi(text, &seed))) {
    return seed;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("bad seed '", text, "': a seed is a whole number from 0 to ",
                   "18446744073709551615, decimal or 0x and hexadecimal"));
}

absl::StatusOr<sim::Order> parse_order(absl::string_view text) {
  if (text == "any") return sim::Order::any;
  if (text == "fifo") return sim::Order::fifo;
  return absl::InvalidArgumentError(absl::StrCat("bad order '", text, "': it is any or fifo"));
}

absl::StatusOr<sim::Time> parse_time(absl::string_view text) {
  if (text == "strict") return sim::Time::strict;
  if (text == "slow_loop") return sim::Time::slow_loop;
  if (text == "adversarial") return sim::Time::adversarial;
  return absl::InvalidArgumentError(
      absl::StrCat("bad time '", text, "': it is strict, slow_loop or adversarial"));
}

absl::StatusOr<std::vector<sim::FindingKind>> parse_kinds(absl::string_view text) {
  std::vector<std::string> names;
  for (int i = 0; i < sim::kFindingKinds; ++i) {
    names.emplace_back(to_string(static_cast<sim::FindingKind>(i)));
  }
  std::vector<sim::FindingKind> kinds;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const auto at = std::ranges::find(names, part);
    if (at == names.end()) {
      const std::optional<std::string> meant = nearest(part, names);
      const std::string rest = meant ? absl::StrCat("; did you mean '", *meant, "'?")
                                     : ": docs/findings.md lists them";
      return absl::InvalidArgumentError(
          absl::StrCat("no kind of finding is called '", part, "'", rest));
    }
    kinds.push_back(static_cast<sim::FindingKind>(at - names.begin()));
  }
  return kinds;
}

}  // namespace simrun
