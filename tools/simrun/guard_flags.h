// The flags by which simrun is told what to do about calls that ask the world outside of a run:
//
//   --guard warn|fail|off    --virtualize    --check-determinism
//
// Every subcommand that runs a scenario takes them. See docs/determinism.md.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/simrun/arguments.h"

namespace simrun {

inline constexpr Flag kGuardFlags[] = {
    {"--guard", "warn, fail or off"},
    {"--virtualize", nullptr},
    {"--check-determinism", nullptr},
};

// Sets what they say in the command's options.
absl::Status read_guard(const Given& given, Command& command);

// The flags that ask for this, each after a blank: "", " --guard fail --virtualize".
std::string guard_flags(const sim::OutsideWorld& outside);
// What these ask for.
absl::StatusOr<sim::OutsideWorld> parse_guard_flags(const std::string& flags);

}  // namespace simrun
