#include "tools/simrun/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace simrun {

namespace {

bool wants_colours(std::FILE* file) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term == nullptr || absl::string_view(term) == "dumb") return false;
  const int descriptor = fileno(file);
  return descriptor >= 0 && isatty(descriptor) == 1;
}

absl::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::bold:
      return "\033[1m";
    case Colour::dim:
      return "\033[2m";
    case Colour::red:
      return "\033[1;31m";
    case Colour::green:
      return "\033[1;32m";
    case Colour::yellow:
      return "\033[1;33m";
    case Colour::cyan:
      return "\033[36m";
  }
  return "";
}

}  // namespace

Output::Output(std::FILE* file) : file_(file), coloured_(wants_colours(file)) {}

void Output::write(absl::string_view text) {
  if (failed_ || text.empty()) return;
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) remember_failure();
}

std::string Output::paint(Colour colour, absl::string_view text) const {
  if (!coloured_ || colour == Colour::none || text.empty()) return std::string(text);
  return absl::StrCat(code_of(colour), text, "\033[0m");
}

void Output::flush() {
  if (!failed_ && std::fflush(file_) != 0) remember_failure();
}

int Output::finish() {
  flush();
  return error_ == EPIPE ? 0 : error_;
}

void Output::remember_failure() {
  failed_ = true;
  error_ = errno;
}

}  // namespace simrun
