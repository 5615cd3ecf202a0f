#include "sim/report/github.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/report/escape.h"

namespace sim::report {

namespace {

// Text behind "::". The percent sign goes first, as StrReplaceAll takes each character once.
std::string data(const std::string& text) {
  return absl::StrReplaceAll(clean(text), {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}
// In a property, where colons and commas mean something too.
std::string property(const std::string& text) {
  return absl::StrReplaceAll(data(text), {{":", "%3A"}, {",", "%2C"}});
}

std::string annotation(const char* level, FindingKind kind, const std::string& message,
                       const Place& place, const Outcome& outcome) {
  std::string line = absl::StrCat("::", level, " ");
  if (place.line != 0) {
    absl::StrAppend(&line, "file=", property(place.file), ",line=", place.line, ",");
  }
  const std::string title = absl::StrCat(outcome.scenario, ": ", std::string(to_string(kind)));
  return absl::StrCat(line, "title=", property(title), "::", data(message), "\n");
}

}  // namespace

std::string github(const std::vector<Outcome>& outcomes) {
  std::string text;
  for (const Outcome& outcome : outcomes) {
    for (const auto& [failure, replay] : outcome.incidents) {
      const std::string more = replay.empty() ? "" : absl::StrCat("\nreplay: ", replay);
      Place place = place_of(failure);
      if (place.line == 0) place = {outcome.file, outcome.line};
      text += annotation("error", failure.kind, failure.message + more, place, outcome);
    }
    for (const Finding& each : outcome.warnings) {
      Place place = {outcome.file, outcome.line};
      if (each.place.line() != 0) place = place_in(to_string(each.place));
      text += annotation("warning", each.kind, each.message, place, outcome);
    }
  }
  return text;
}

}  // namespace sim::report
