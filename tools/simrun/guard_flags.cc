#include "tools/simrun/guard_flags.h"

namespace simrun {

absl::Status read_guard(const Given& given, Command& command) {
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
  command.options.outside = outside;
  command.explore.outside = outside;
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

}  // namespace simrun
