#include "property_tests/cpython.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace property {

namespace {

namespace fs = std::filesystem;

struct Ended {
  int code;
  std::string out;
};

Ended shell(const std::string& line) {
  std::FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run a shell");
  std::string out;
  std::array<char, 65536> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), std::move(out)};
}

// The minor version of a Python 3; -1 if it is no such thing.
int minor_version(const std::string& python) {
  const Ended ended =
      shell("'" + python + "' -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null");
  int major = 0;
  int minor = 0;
  if (std::sscanf(ended.out.c_str(), "%d %d", &major, &minor) != 2 || major != 3) return -1;
  return minor;
}

std::vector<std::string> candidates() {
  std::vector<std::string> found;
  std::vector<fs::path> roots;
  if (const char* root = std::getenv("PYENV_ROOT")) roots.emplace_back(root);
  if (const char* home = std::getenv("HOME")) roots.push_back(fs::path(home) / ".pyenv");
  roots.emplace_back("/root/.pyenv");
  for (const fs::path& root : roots) {
    std::error_code none;
    for (const auto& version : fs::directory_iterator(root / "versions", none)) {
      const fs::path python = version.path() / "bin" / "python3";
      if (fs::exists(python, none)) found.push_back(python.string());
    }
  }
  std::ranges::sort(found);
  found.insert(found.end(), {"python3.13", "python3.14", "python3"});
  return found;
}

// A file that goes with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::vector<std::string>& lines)
      : path_((fs::temp_directory_path() / "parity-XXXXXX").string()) {
    const int descriptor = mkstemp(path_.data());
    std::FILE* file = descriptor < 0 ? nullptr : fdopen(descriptor, "w");
    if (file == nullptr) throw std::runtime_error("cannot write " + path_);
    for (const std::string& line : lines) std::fprintf(file, "%s\n", line.c_str());
    std::fclose(file);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> split_transcripts(const std::string& out) {
  std::vector<std::string> transcripts;
  const std::string end = "\n--\n";
  for (std::size_t begin = 0;;) {
    const std::size_t at = out.find(end, begin);
    if (at == out.npos) return transcripts;
    transcripts.push_back(out.substr(begin, at + 1 - begin));
    begin = at + end.size();
  }
}

}  // namespace

std::optional<CPython> CPython::find() {
  if (const char* named = std::getenv("PARITY_PYTHON")) {
    if (minor_version(named) >= 13) return CPython(named);
    throw std::runtime_error(std::string("PARITY_PYTHON is no Python 3.13 or later: ") + named);
  }
  std::optional<CPython> later;
  for (const std::string& python : candidates()) {
    const int minor = minor_version(python);
    if (minor == 13) return CPython(python);
    if (minor > 13 && !later) later = CPython(python);
  }
  return later;
}

std::vector<std::string> CPython::transcripts(const std::vector<std::string>& programs) const {
  std::vector<std::string> all;
  while (all.size() < programs.size()) {
    const auto from = programs.begin() + static_cast<std::ptrdiff_t>(all.size());
    const TemporaryFile file(std::vector<std::string>(from, programs.end()));
    const Ended ended =
        shell("'" + path_ + "' '" SIMLOOP_SOURCE_DIR "/tests/parity/oracle.py' --lines '" +
              file.path() + "'");
    for (std::string& transcript : split_transcripts(ended.out)) {
      all.push_back(std::move(transcript));
    }
    if (ended.code == 0) break;
    if (ended.code < 128) throw std::runtime_error("oracle.py failed; see its message");
    all.emplace_back("RecursionError, too deep for the interpreter itself\n");
  }
  if (all.size() != programs.size()) throw std::runtime_error("oracle.py lost a transcript");
  return all;
}

}  // namespace property
