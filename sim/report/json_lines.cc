#include "sim/report/json_lines.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "sim/report/escape.h"

namespace sim::report {

namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& record) {
  return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json hash(std::uint64_t value) {
  return value == 0 ? Json() : Json(absl::StrFormat("%016x", value));
}

Json findings_of(const std::vector<Finding>& findings, const OutsideWorld& outside) {
  Json all = Json::array();
  for (const Finding& each : findings) {
    all.push_back({{"kind", to_string(each.kind)},
                   {"fails", fails(each.kind, outside)},
                   {"message", each.message},
                   {"place", each.place.line() != 0 ? Json(to_string(each.place)) : Json()}});
  }
  return all;
}

Json token_of(const std::string& token) { return token.empty() ? Json() : Json(token); }

// A single run: all that it showed.
Json run_record(const Outcome& outcome) {
  const Incident* incident = outcome.incidents.empty() ? nullptr : &outcome.incidents.front();
  // The narration is with the incident, but for one that no narration of one run tells.
  const Narration& told = incident != nullptr && outcome.run.findings.empty()
                              ? incident->failure.narration
                              : outcome.run;
  return {{"record", "run"},
          {"command", outcome.command},
          {"scenario", outcome.scenario},
          {"seed", outcome.seed},
          {"token", token_of(incident != nullptr ? incident->failure.token : "")},
          {"verdict", outcome.passed ? "PASSED" : "FAILED"},
          {"trace_hash", hash(outcome.trace_hash)},
          {"virtual_time_ns", outcome.trace_hash == 0 ? Json() : Json(outcome.virtual_time)},
          {"real_seconds", outcome.seconds},
          {"steps", outcome.steps},
          {"findings", findings_of(told.findings, outcome.outside)}};
}

Json exploration_record(const Outcome& outcome) {
  return {{"record", "exploration"},
          {"command", outcome.command},
          {"scenario", outcome.scenario},
          {"seed", outcome.seed},
          {"strategy", outcome.strategy},
          {"verdict", outcome.verdict},
          {"executions", outcome.executions},
          {"steps", outcome.steps},
          {"distinct_traces", outcome.distinct_traces},
          {"real_seconds", outcome.seconds},
          {"failures", outcome.incidents.size()},
          {"warnings", findings_of(outcome.warnings, outcome.outside)}};
}

Json failure_record(const Outcome& outcome, const Incident& incident) {
  const Failure& failure = incident.failure;
  const Place place = place_of(failure);
  return {{"record", "failure"},
          {"scenario", outcome.scenario},
          {"seed", outcome.seed},
          {"token", token_of(failure.token)},
          {"kind", to_string(failure.kind)},
          {"message", failure.message},
          {"place", place.line == 0 ? Json() : Json(absl::StrCat(place.file, ":", place.line))},
          {"executions_to_find", failure.executions_to_find},
          {"deviations", failure.deviations.size()},
          {"minimal", failure.minimality.certain},
          {"also_under_fifo", failure.also_under_fifo},
          {"trace_hash", hash(failure.narration.trace_hash)},
          {"virtual_time_ns", failure.narration.virtual_time},
          {"steps", failure.narration.run_steps},
          {"findings", findings_of(failure.narration.findings, outcome.outside)},
          {"replay", incident.replay.empty() ? Json() : Json(incident.replay)}};
}

}  // namespace

std::string json_lines(const std::vector<Outcome>& outcomes) {
  std::string text;
  for (const Outcome& outcome : outcomes) {
    if (outcome.command == "run" || outcome.command == "replay") {
      text += line_of(run_record(outcome));
      continue;
    }
    text += line_of(exploration_record(outcome));
    for (const Incident& each : outcome.incidents) text += line_of(failure_record(outcome, each));
  }
  return text;
}

}  // namespace sim::report
