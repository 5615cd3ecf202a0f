#include "tools/simrun/guard_flags.h"

#include "absl/strings/str_split.h"

namespace simrun {

namespace {

absl::StatusOr<sim::OutsideWorld> outside_of(const Given& given) {
  sim::OutsideWorld outside;
  if (const std::string* text = given.find("--guard")) {
    if (*text == "off") {
      outside.calls = sim::OutsideCalls::ignored;
    } else if (*text == "fail") {
      outside.calls = sim::OutsideCalls::fatal;
    } else if (*text != "warn") {
      return error("bad value for --guard: '", *text, "' is not warn, fail or off");
    }
  }
  outside.virtualize = given.find("--virtualize") != nullptr;
  return outside;
}

}  // namespace

absl::Status read_guard(const Given& given, Command& command) {
  const auto outside = outside_of(given);
  if (!outside.ok()) return outside.status();
  command.options.outside = *outside;
  command.explore.outside = *outside;
  command.explore.check_every_execution = given.find("--check-determinism") != nullptr;
  return absl::OkStatus();
}

std::string guard_flags(const sim::OutsideWorld& outside) {
  std::string flags;
  if (outside.calls == sim::OutsideCalls::fatal) flags += " --guard fail";
  if (outside.calls == sim::OutsideCalls::ignored) flags += " --guard off";
  if (outside.virtualize) flags += " --virtualize";
  return flags;
}

absl::StatusOr<sim::OutsideWorld> parse_guard_flags(const std::string& flags) {
  const auto given = take_flags(absl::StrSplit(flags, ' ', absl::SkipEmpty()), kGuardFlags);
  if (!given.ok()) return given.status();
  if (!given->rest.empty()) return error("no flag of the guard: '", given->rest.front(), "'");
  return outside_of(*given);
}

}  // namespace simrun
