#include "tools/simrun/parity/parity.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tools/simrun/json.h"
#include "tools/simrun/parity/interpreter.h"
#include "tools/simrun/parity/parser.h"

namespace simrun::parity {

namespace {

absl::Status error(absl::string_view file, absl::string_view what) {
  const absl::string_view name = file == "-" ? "standard input" : file;
  return absl::InvalidArgumentError(absl::StrCat(name, what));
}

class Input {
 public:
  explicit Input(const std::string& name)
      : name_(name), file_(name == "-" ? stdin : std::fopen(name.c_str(), "rb")) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() {
    std::free(line_);  // which getline made
    if (file_ != nullptr && file_ != stdin) std::fclose(file_);
  }

  // The next line without its end; false if there is none.
  bool read_line(absl::string_view* line) {
    if (file_ == nullptr) return false;
    const ssize_t size = getline(&line_, &capacity_, file_);
    if (size < 0) return false;
    *line = absl::StripSuffix(absl::string_view(line_, static_cast<std::size_t>(size)), "\n");
    return true;
  }
  std::string read_all() {
    std::string text;
    std::array<char, 4096> buffer;
    while (file_ != nullptr) {
      const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file_);
      if (count == 0) break;
      text.append(buffer.data(), count);
    }
    return text;
  }
  // To be asked when nothing more comes.
  absl::Status status() const {
    if (file_ != nullptr && !std::ferror(file_)) return absl::OkStatus();
    return error(name_, absl::StrCat(": cannot read it: ", std::strerror(errno)));
  }

 private:
  const std::string& name_;
  std::FILE* file_;
  char* line_ = nullptr;
  std::size_t capacity_ = 0;
};

// Text or one JSON object, as the caller likes.
class Transcripts {
 public:
  Transcripts(bool json, bool of_lines, Output& output)
      : json_(json), of_lines_(of_lines), output_(output) {}

  void add(const std::string& transcript) {
    if (json_) {
      all_.push_back(absl::StrSplit(absl::StripSuffix(transcript, "\n"), '\n'));
      return;
    }
    output_.write(transcript);
    if (!of_lines_) return;
    output_.write("--\n");
    output_.flush();
  }
  void end() {
    if (json_) output_.write(as_line({{"transcripts", all_}}));
  }

 private:
  bool json_;
  bool of_lines_;
  Output& output_;
  std::vector<std::vector<std::string>> all_;
};

absl::Status run_one(absl::string_view file, absl::string_view text, std::size_t line,
                     Transcripts& transcripts) {
  const std::string at_line = line == 0 ? "" : absl::StrCat(", line ", line);
  const auto spec = read_json(text);
  if (!spec.ok()) {
    absl::string_view what = spec.status().message();
    if (line != 0) absl::ConsumePrefix(&what, "line 1, ");
    return error(file, absl::StrCat(at_line, ", ", what));
  }
  const auto program = check_program(*spec);
  if (!program.ok()) return error(file, absl::StrCat(at_line, ": ", program.status().message()));
  transcripts.add(run_program(*program));
  return absl::OkStatus();
}

absl::Status run_file(const std::string& file, Transcripts& transcripts) {
  Input input(file);
  const std::string text = input.read_all();
  if (absl::Status status = input.status(); !status.ok()) return status;
  return run_one(file, text, 0, transcripts);
}

absl::Status run_lines(const std::string& file, Transcripts& transcripts) {
  Input input(file);
  absl::string_view text;
  for (std::size_t line = 1; input.read_line(&text); ++line) {
    if (absl::Status status = run_one(file, text, line, transcripts); !status.ok()) return status;
  }
  return input.status();
}

}  // namespace

absl::Status run_sources(const Sources& sources, bool json, Output& output) {
  Transcripts transcripts(json, !sources.lines.empty(), output);
  if (!sources.lines.empty()) {
    if (absl::Status status = run_lines(sources.lines, transcripts); !status.ok()) return status;
  }
  for (const std::string& file : sources.files) {
    if (absl::Status status = run_file(file, transcripts); !status.ok()) return status;
  }
  transcripts.end();
  return absl::OkStatus();
}

}  // namespace simrun::parity
