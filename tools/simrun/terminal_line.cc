#include "tools/simrun/terminal_line.h"

#include <unistd.h>

namespace simrun {

TerminalLine::TerminalLine(std::FILE* file) : file_(isatty(fileno(file)) != 0 ? file : nullptr) {}

TerminalLine::~TerminalLine() {
  if (drawn_) show("");
}

bool TerminalLine::is_due() const {
  return file_ != nullptr && absl::Now() - shown_ >= absl::Milliseconds(100);
}

void TerminalLine::show(const std::string& text) {
  if (file_ == nullptr) return;
  std::fprintf(file_, "\r\033[K%s", text.c_str());
  std::fflush(file_);
  shown_ = absl::Now();
  drawn_ = !text.empty();
}

}  // namespace simrun
