// The parser of parity programs. What is wrong is one line that names the place and says what would
// be right: `main[3].spawn[0][1]: unknown operation 'slep'; did you mean 'sleep'?`. Operations are
// counted from 0; behind the name of one that holds blocks stands which of them.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json_fwd.hpp"
#include "tools/simrun/parity/program.h"

namespace simrun::parity {

// How deep blocks may nest: deeper than CPython's stack can run them.
inline constexpr int kMaxDepth = 500;
// The longest time that a program may name, in units.
inline constexpr std::int64_t kMaxTime = 1'000'000'000'000;

// The error is "line 2, column 5: broken JSON: ...".
absl::StatusOr<nlohmann::json> read_json(absl::string_view text);

// The error begins with the place: "main[3]: ...".
absl::StatusOr<Program> check_program(const nlohmann::json& spec);

}  // namespace simrun::parity
