// simrun as a function: reads arguments, does what they ask for, and gives the exit code.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/simrun/command.h"

namespace simrun {

// The exit codes. kBadUsage is also for output that cannot be written.
inline constexpr int kNoBug = 0;
inline constexpr int kBugFound = 1;
inline constexpr int kBadUsage = 2;
inline constexpr int kNotDeterministic = 3;
inline constexpr int kNoVerdict = 4;  // of verify, and no bug until then; of eval
inline constexpr int kInterrupted = 130;  // and no bug until then

// Writes what is wrong as one line, also where it quotes what was typed. Gives kBadUsage.
int complain(std::FILE* err, absl::string_view what);

// `arguments` without the program's name; `scenarios` sorted by name. Errors are one line on `err`.
int run_program(const std::vector<std::string>& arguments, const Scenarios& scenarios,
                std::FILE* out, std::FILE* err);

}  // namespace simrun
