// TerminalLine: a line on a terminal that is overwritten as the work goes on, and gone at the end.
// Where there is no terminal nothing is written.
#pragma once

#include <cstdio>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace simrun {

class TerminalLine {
 public:
  explicit TerminalLine(std::FILE* file);
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;
  ~TerminalLine();

  // Whether it is time to show something new: not ten times a second already.
  bool is_due() const;
  void show(const std::string& text);
  // Since this object was made.
  absl::Duration elapsed() const { return absl::Now() - began_; }

 private:
  std::FILE* file_;  // null: no terminal
  absl::Time began_ = absl::Now();
  absl::Time shown_ = absl::InfinitePast();
  bool drawn_ = false;
};

}  // namespace simrun
