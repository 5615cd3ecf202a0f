#include "sim/report/sarif.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "sim/internal/fnv1a.h"
#include "sim/report/escape.h"

namespace sim::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "https://json.schemastore.org/sarif-2.1.0.json";

using internal::fnv1a;

std::string without_numbers(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      result += c;
    } else if (result.empty() || result.back() != '#') {
      result += '#';
    }
  }
  return result;
}

// "deposit transfer" of "  at deposit  bank.cc:12\n  at transfer  bank.cc:30".
std::string functions_of(const std::string& stack) {
  std::string functions;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(stack, '\n'))) {
    const std::size_t at = line.find("at ");
    if (at == std::string::npos) continue;
    const std::string rest = line.substr(at + 3);
    absl::StrAppend(&functions, rest.substr(0, rest.find("  ")), " ");
  }
  return functions;
}

// RFC 3986: what is not unreserved or a slash is escaped. Roots are left out: URIs are relative.
std::string uri(const std::string& file) {
  std::string result;
  for (const char c : clean(file)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '/' || c == '.' || c == '-' || c == '_';
    if (plain && !(result.empty() && c == '/')) {
      result += c;
    } else if (!plain) {
      absl::StrAppendFormat(&result, "%%%02X", byte);
    }
  }
  return result;
}

Json location(const Place& place) {
  Json physical = {{"artifactLocation", {{"uri", uri(place.file)}, {"uriBaseId", "SRCROOT"}}},
                   {"region", {{"startLine", place.line}}}};
  return {{"physicalLocation", std::move(physical)}};
}

Json result(const Outcome& outcome, FindingKind kind, const std::string& message,
            const std::string& stack, Place place) {
  if (place.line == 0) place = {outcome.file, outcome.line};
  Json locations = Json::array();
  if (place.line != 0 && !place.file.empty()) locations.push_back(location(place));
  return {{"ruleId", to_string(kind)},
          {"ruleIndex", static_cast<int>(kind)},
          {"level", "warning"},
          {"message", {{"text", clean(message)}}},
          {"locations", std::move(locations)},
          {"partialFingerprints",
           {{"simloopFinding/v1", fingerprint(outcome, kind, message, stack, place.file)}}}};
}

Json result_of(const Outcome& outcome, const Incident& incident) {
  const Failure& failure = incident.failure;
  Json value = result(outcome, failure.kind, failure.message, failure.finding.stack,
                      place_of(failure));
  value["level"] = "error";
  Json steps = Json::array();
  for (const NarratedDeviation& each : failure.narration.deviations) {
    const NarratedStep* step = failure.narration.step(each.step);
    const Place place = step != nullptr ? place_in(step->place) : Place{};
    if (place.line != 0) steps.push_back({{"location", location(place)}});
  }
  if (!steps.empty()) {
    Json flows = Json::array();
    flows.push_back({{"locations", std::move(steps)}});
    Json code_flows = Json::array();
    code_flows.push_back({{"threadFlows", std::move(flows)}});
    value["codeFlows"] = std::move(code_flows);
  }
  value["properties"] = {{"scenario", clean(outcome.scenario)},
                         {"token", failure.token},
                         {"replay", clean(incident.replay)}};
  return value;
}

Json rules() {
  Json all = Json::array();
  for (int i = 0; i < kFindingKinds; ++i) {
    const auto kind = static_cast<FindingKind>(i);
    all.push_back({{"id", to_string(kind)},
                   {"name", to_string(kind)},
                   {"shortDescription", {{"text", help_of(kind)}}},
                   {"help", {{"text", help_of(kind)}}},
                   {"defaultConfiguration",
                    {{"level", fails_by_default(kind) ? "error" : "warning"}}}});
  }
  return all;
}

}  // namespace

std::string help_of(FindingKind kind) {
  static constexpr std::array<const char*, kFindingKinds> kHelp = {
      "A check of the program does not hold.",
      "Main ended with an exception, or a callback threw.",
      "Tasks wait and nothing can wake them.",
      "Steps go on without an end in which nothing changes, or there are too many of them.",
      "A coroutine, or an operation of a primitive, was made and dropped.",
      "Main left tasks behind.",
      "A task or future failed and nobody looked.",
      "A cancelled task neither passed the CancelledError on nor called uncancel().",
      "A shared value was read, written by somebody else, and then written from what was read.",
      "A task released a lock that another task holds.",
      "A lock that still exists is held when the run has ended.",
      "Locks are taken in orders that can deadlock.",
      "A primitive was destroyed while it was held or waited for.",
      "Something dead was used: a Shared variable or a primitive that has been destroyed.",
      "More tasks, ready handles or items in a queue than the limits allow.",
      "A step takes so long that everything else is late.",
      "A task that waits was passed over by many later arrivals.",
      "A condition that is always to hold does not hold after a step.",
      "What was to come to pass within a time did not.",
      "The process died, or a step did not end.",
      "Two runs of the same decisions differ.",
      "A step asks the world outside of the run: the time of day, random numbers, a nap, a thread.",
  };
  static_assert(kHelp.back() != nullptr, "a kind has no help");
  return kHelp[static_cast<std::size_t>(kind)];
}

std::string fingerprint(const Outcome& outcome, FindingKind kind, const std::string& message,
                        const std::string& stack, const std::string& file) {
  const std::string scenario = outcome.scenario.substr(0, outcome.scenario.find(' '));
  return absl::StrFormat(
      "%016x", fnv1a(absl::StrCat(std::string(to_string(kind)), "\n", scenario, "\n", file, "\n",
                                  functions_of(stack), "\n",
                                  without_numbers(headline(message)))));
}

std::string sarif(const std::vector<Outcome>& outcomes) {
  Json results = Json::array();
  for (const Outcome& outcome : outcomes) {
    for (const Incident& each : outcome.incidents) results.push_back(result_of(outcome, each));
    for (const Finding& each : outcome.warnings) {
      const Place place = each.place.line() != 0 ? place_in(to_string(each.place)) : Place{};
      results.push_back(result(outcome, each.kind, each.message, each.stack, place));
    }
  }
  Json run = {{"tool", {{"driver", {{"name", "simloop"}, {"rules", rules()}}}}},
              {"columnKind", "unicodeCodePoints"},
              {"results", std::move(results)}};
  Json runs = Json::array();
  runs.push_back(std::move(run));
  const Json log = {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", std::move(runs)}};
  return log.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sim::report
