#include "tools/simrun/campaign/signature.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/internal/fnv1a.h"

namespace simrun::campaign {

namespace {

// FNV-1a, with an end behind each part, so that no two lists of parts are one text.
class Hash {
 public:
  void add(absl::string_view part) {
    value_ = sim::internal::fnv1a({part.data(), part.size()}, value_);
    value_ = sim::internal::fnv1a({"\0", 1}, value_);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = sim::internal::fnv1a("");
};

// Who waits for whom or wrote before whom is told by these; that changes with the schedule.
bool is_told_by_its_place(sim::FindingKind kind) {
  using enum sim::FindingKind;
  return kind != assertion && kind != unhandled_exception && kind != exception_never_retrieved &&
         kind != crash && kind != invariant && kind != liveness && kind != limit_exceeded;
}

absl::string_view without_folders(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

bool is_word(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Where the quoted text ends that begins at `at`; `at` if it does not end on this line.
std::size_t end_of_quoted(absl::string_view line, std::size_t at) {
  const std::size_t end = line.find(line[at], at + 1);
  return end == absl::string_view::npos ? at : end + 1;
}

// Where the number ends that begins at `at`: 12, -3.5, 0x1f.
std::size_t end_of_number(absl::string_view line, std::size_t at) {
  std::size_t end = at;
  if (line[end] == '-') ++end;
  if (end >= line.size() || !absl::ascii_isdigit(static_cast<unsigned char>(line[end]))) return at;
  const bool hexadecimal = line.substr(end, 2) == "0x";
  if (hexadecimal) end += 2;
  while (end < line.size()) {
    const auto c = static_cast<unsigned char>(line[end]);
    const bool fraction = c == '.' && end + 1 < line.size() &&
                          absl::ascii_isdigit(static_cast<unsigned char>(line[end + 1]));
    if (!(hexadecimal ? absl::ascii_isxdigit(c) : absl::ascii_isdigit(c)) && !fraction) break;
    ++end;
  }
  return end;
}

// A check that failed is known by its text in the program: "SIM_CHECK_EQ(a, 2)" of
// "SIM_CHECK_EQ(a, 2), with 1 and 2 failed at x.cc:3". Empty for any other message.
absl::string_view check_of(absl::string_view line) {
  const std::size_t failed = line.rfind(" failed at ");
  if (failed == absl::string_view::npos) return {};
  const std::size_t values = line.find("), with ");
  return line.substr(0, values < failed ? values + 1 : failed);
}

// Drops the folders of paths: "at /home/a/x.cc" is "at x.cc".
std::string without_paths(absl::string_view line) {
  std::string text;
  std::size_t word = 0;  // where in `text` the current word begins
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool in_path = line[i] == '/' && i + 1 < line.size() && is_word(line[i + 1]);
    if (in_path) {
      text.resize(word);
      continue;
    }
    text += line[i];
    const bool separates = !is_word(line[i]) && line[i] != '.' && line[i] != '-';
    if (separates) word = text.size();
  }
  return text;
}

}  // namespace

std::string Signature::id() const {
  Hash hash;
  for (const std::string* part : {&scenario, &parameters, &kind, &file, &function, &pattern}) {
    hash.add(*part);
  }
  return absl::StrFormat("%016x", hash.value());
}

std::string message_pattern(absl::string_view message) {
  const absl::string_view first = message.substr(0, message.find('\n'));
  if (const absl::string_view check = check_of(first); !check.empty()) return std::string(check);
  const std::string line = without_paths(first);
  std::string pattern;
  for (std::size_t i = 0; i < line.size();) {
    const bool quoted = line[i] == '\'' || line[i] == '"';
    std::size_t end = quoted ? end_of_quoted(line, i) : end_of_number(line, i);
    if (end > i) {
      pattern += quoted ? "'...'" : "#";
    } else {
      end = i + 1;
      pattern += line[i];
    }
    i = end;
  }
  return pattern;
}

std::string bare_function(absl::string_view function) {
  // A lambda has its name from the function that it stands in.
  std::size_t end = function.find('(');
  while (end == 0 || (end != absl::string_view::npos && !is_word(function[end - 1]))) {
    end = function.find('(', end + 1);
  }
  if (end == absl::string_view::npos) end = function.size();
  std::size_t begin = end;
  while (begin > 0 && is_word(function[begin - 1])) --begin;
  return std::string(function.substr(begin, end - begin));
}

Signature signature_of(absl::string_view scenario, absl::string_view parameters,
                       const sim::Finding& finding) {
  Signature signature{std::string(scenario),
                      std::string(parameters),
                      std::string(to_string(finding.kind)),
                      {},
                      {},
                      {}};
  if (finding.place.line() != 0) {
    signature.file = std::string(without_folders(finding.place.file_name()));
    signature.function = bare_function(finding.place.function_name());
  }
  if (!is_told_by_its_place(finding.kind)) signature.pattern = message_pattern(finding.message);
  return signature;
}

}  // namespace simrun::campaign
