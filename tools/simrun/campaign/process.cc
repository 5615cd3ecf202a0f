#include "tools/simrun/campaign/process.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace simrun::campaign {

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// In ticks since the machine was started; empty if there is no such process, or only what is left
// of it until its parent asks. See proc(5).
std::string start_of(const std::string& number) {
  std::ifstream file(absl::StrCat("/proc/", number, "/stat"));
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  // The second field is a name in parentheses, which may hold anything.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  constexpr std::size_t kStart = 22 - 2;  // counted from the name's field
  const std::vector<std::string> fields = absl::StrSplit(line.substr(name_end), ' ');
  if (fields.size() <= kStart || fields[1] == "Z" || fields[1] == "X") return {};
  return fields[kStart];
}

}  // namespace

std::string this_process() {
  const std::string number = absl::StrCat(getpid());
  return absl::StrCat(host_name(), " ", number, " ", start_of(number));
}

bool has_ended(const std::string& process) {
  const std::vector<std::string> parts = absl::StrSplit(process, ' ');
  int number = 0;
  if (parts.size() != 3 || parts[0] != host_name() || !absl::SimpleAtoi(parts[1], &number)) {
    return false;
  }
  return start_of(parts[1]) != parts[2];
}

}  // namespace simrun::campaign
