#include "tools/simrun/schedule_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "sim/explore/token.h"
#include "tools/simrun/arguments.h"

namespace simrun {

namespace {

constexpr std::uintmax_t kLargest = std::uintmax_t{1} << 20;
constexpr std::size_t kShortestToken = 10;

absl::StatusOr<std::string> contents(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return error("'", path, "' is no file");
  if (std::filesystem::file_size(path, failed) > kLargest) {
    return error("'", path, "' is larger than a schedule can be, 1 MiB");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream || stream.bad()) return error("cannot read '", path, "'");
  return text;
}

bool is_token(const std::string& text) {
  try {
    static_cast<void>(sim::Token::parse(text));
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

bool looks_like_token(absl::string_view text) {
  const auto may_stand = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  };
  return text.size() >= kShortestToken && text.front() == 'A' &&
         std::ranges::all_of(text, may_stand);
}

}  // namespace

absl::Status read_schedule(const std::string& argument, Command& command) {
  std::error_code failed;
  const bool is_file = std::filesystem::exists(argument, failed);
  const bool names_file = absl::StrContains(argument, '/') || absl::StrContains(argument, '.');
  if (!is_file && !names_file) {
    command.token = argument;
    return absl::OkStatus();
  }
  if (!is_file) return error("there is no file '", argument, "'");
  auto text = contents(argument);
  if (!text.ok()) return text.status();
  std::string token(absl::StripAsciiWhitespace(*text));
  if (is_token(token) || looks_like_token(token)) {
    command.token = std::move(token);
  } else {
    command.input.emplace(text->begin(), text->end());
  }
  return absl::OkStatus();
}

}  // namespace simrun
