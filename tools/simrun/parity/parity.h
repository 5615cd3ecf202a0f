// What `simrun parity` does: reads parity programs, runs them, writes their transcripts.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/simrun/output.h"

namespace simrun::parity {

// Where the programs are. "-" is standard input.
struct Sources {
  std::vector<std::string> files;  // a program each
  std::string lines;               // if not empty: the file with a program on each line
};

// Writes the transcripts, one after another; those of `lines` with a line "--" behind each, as soon
// as they are there. With `json` it is one object instead. The error is one line: the file, the
// place in it, what is wrong.
absl::Status run_sources(const Sources& sources, bool json, Output& output);

}  // namespace simrun::parity
