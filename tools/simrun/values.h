// The texts of the command line as values. Errors are one line that says what is wrong and what
// would be right.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/decision.h"
#include "sim/finding.h"
#include "sim/scenario_parameter.h"

namespace simrun {

// A value for a scenario's parameter, of its type and within its bounds.
absl::StatusOr<sim::ParameterValue> parse_value(const sim::Parameter& parameter,
                                                absl::string_view text);

// 0 to 2^64-1, decimal or with 0x in hexadecimal.
absl::StatusOr<std::uint64_t> parse_seed(absl::string_view text);

// "any" or "fifo".
absl::StatusOr<sim::Order> parse_order(absl::string_view text);

// "strict", "slow_loop" or "adversarial".
absl::StatusOr<sim::Time> parse_time(absl::string_view text);

// Kinds of finding as reports spell them, separated by commas: "stale_read,assertion".
absl::StatusOr<std::vector<sim::FindingKind>> parse_kinds(absl::string_view text);

}  // namespace simrun
