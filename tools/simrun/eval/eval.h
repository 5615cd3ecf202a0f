// eval: how soon bugs that are known are found. Measures the corpus and prints what came of it.
//
// Everything but seconds depends on the options alone, not on how many processes measure.
#pragma once

#include <cstdio>

#include "absl/status/status.h"
#include "tools/simrun/eval/measure.h"
#include "tools/simrun/output.h"

namespace simrun::eval {

// Programs of the corpus whose row's name fits one of the patterns; all where there are none. The
// error names the pattern that fits none.
absl::StatusOr<std::vector<Program>> choose(std::vector<Program> programs,
                                            const std::vector<std::string>& patterns);

// The command line that gives such options.
std::string command_line(const Options& options);

// Progress goes to `err` where that is a terminal. An InvalidArgumentError is about the options;
// any other is about a process that did not do its work.
absl::Status run_eval(const Options& options, const Scenarios& scenarios, bool json, Output& output,
                      std::FILE* err);

}  // namespace simrun::eval
