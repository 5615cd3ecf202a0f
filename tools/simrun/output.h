// Output: text that goes to a file or terminal, with colours where a person reads it. What cannot
// be written is remembered, not fatal: a reader that went away (a closed pipe) is no error.
#pragma once

#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"

namespace simrun {

enum class Colour { none, bold, dim, red, green, yellow, cyan };

class Output {
 public:
  // Colours only on a terminal, and never with NO_COLOR (no-color.org) or TERM=dumb.
  explicit Output(std::FILE* file);

  void write(absl::string_view text);
  // `text` in a colour, where there are any.
  std::string paint(Colour colour, absl::string_view text) const;

  // Writes out what is buffered.
  void flush();
  // flush(), and the error number of the first failure; 0 if there was none, or the
  // reader went away.
  int finish();

 private:
  void remember_failure();

  std::FILE* file_;
  bool coloured_;
  bool failed_ = false;
  int error_ = 0;
};

}  // namespace simrun
