// What is to be replayed: a token, a file that holds one, or a file that a fuzzer has kept.
//
// A file whose text is a token, blanks around it left out, is that token. One that begins as tokens
// do and has no other characters than they is a damaged one, which is an error. Whatever else is in
// a file is a schedule in bytes; see sim/testing/bytes_source.h.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/simrun/command.h"

namespace simrun {

// Sets Command::token or Command::input to what `argument` is or names.
absl::Status read_schedule(const std::string& argument, Command& command);

}  // namespace simrun
