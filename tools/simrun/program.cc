#include "tools/simrun/program.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/explore/crash_report.h"
#include "sim/explore/detectors.h"
#include "sim/explore/stopwatch.h"
#include "tools/simrun/campaign/campaign.h"
#include "tools/simrun/campaign/merge.h"
#include "tools/simrun/catalog.h"
#include "tools/simrun/eval/eval.h"
#include "tools/simrun/explore_run.h"
#include "tools/simrun/output.h"
#include "tools/simrun/reports.h"
#include "tools/simrun/run_report.h"

namespace simrun {

int complain(std::FILE* err, absl::string_view what) {
  const std::string line = absl::StrCat(
      "simrun: ", absl::StrReplaceAll(what, {{"\n", "\\n"}, {"\r", "\\r"}, {"\033", "\\e"}}), "\n");
  std::fwrite(line.data(), 1, line.size(), err);
  return kBadUsage;
}

namespace {

bool found(const sim::ScenarioResult& result, sim::FindingKind kind) {
  return std::ranges::find(result.findings, kind, &sim::Finding::kind) != result.findings.end();
}

// The run, and where it was asked for whether the same decisions come to the same again.
sim::ScenarioResult run(const Command& command,
                        const std::function<void(const sim::TranscriptLine&)>& on_line) {
  const sim::CrashReport crash_report(command.scenario->name, repeat_line(command), {});
  sim::internal::Detectors detectors;
  sim::ScenarioOptions options = command.options;
  options.detectors = &detectors;
  options.on_line = on_line;
  sim::ScenarioResult result = run_scenario(*command.scenario, options);
  if (!command.explore.check_every_execution) return result;
  if (auto difference = difference_of_runs(command, result.deviations)) {
    result.findings.push_back(*std::move(difference));
    result.passed = false;
  }
  return result;
}

sim::ScenarioResult run_for_a_person(const Command& command, Output& output) {
  RunReport report(command, output);
  report.begin();
  const auto on_line = [&report](const sim::TranscriptLine& line) { report.line(line); };
  const sim::ScenarioResult result = run(command, on_line);
  // A run that made asyncio's choices needs no explanation by its choices, one that is another the
  // next time has none.
  const bool explain = !result.passed && !result.deviations.empty() &&
                       !found(result, sim::FindingKind::not_deterministic);
  report.end(result, explain ? explain_run(command, result.deviations) : "");
  return result;
}

sim::ScenarioResult run_for_a_program(const Command& command, Output& output) {
  std::vector<sim::TranscriptLine> transcript;
  const auto on_line = [&](const sim::TranscriptLine& line) { transcript.push_back(line); };
  const sim::ScenarioResult result = run(command, on_line);
  output.write(run_as_json(command, transcript, result));
  return result;
}

// The exit code; 2 where a report cannot be written.
int run_once(const Command& command, Output& output, std::FILE* err) {
  const sim::Stopwatch stopwatch;
  const sim::ScenarioResult result =
      command.json ? run_for_a_program(command, output) : run_for_a_person(command, output);
  const double seconds = std::chrono::duration<double>(stopwatch.elapsed()).count();
  absl::Status reported;
  if (command.reports.any()) {
    const sim::Narration told = tell_run(command, result.deviations);
    reported =
        write_reports(command.reports, {outcome_of(command, result, told, seconds)}, output);
  }
  output.flush();
  if (!reported.ok()) complain(err, reported.message());
  if (found(result, sim::FindingKind::not_deterministic)) return kNotDeterministic;
  if (!reported.ok()) return kBadUsage;
  if (command.options.outside.calls == sim::OutsideCalls::fatal &&
      found(result, sim::FindingKind::outside_call)) {
    return kNotDeterministic;
  }
  return result.passed ? kNoBug : kBugFound;
}

int run_parity(const Command& command, Output& output, std::FILE* err) {
  const absl::Status status = parity::run_sources(command.parity, command.json, output);
  if (status.ok()) return kNoBug;
  output.flush();  // what was run before stands first
  return complain(err, status.message());
}

int run_explorer(const Command& command, Output& output, std::FILE* err) {
  const absl::StatusOr<int> code = run_exploration(command, output, err);
  return code.ok() ? *code : complain(err, code.status().message());
}

int run_evaluation(const Command& command, const Scenarios& scenarios, Output& output,
                   std::FILE* err) {
  const absl::Status status =
      eval::run_eval(command.eval, scenarios, command.json, output, err);
  if (status.ok()) return kNoBug;
  complain(err, status.message());
  return absl::IsInvalidArgument(status) ? kBadUsage : kNoVerdict;
}

int run_campaign(const Command& command, const Scenarios& scenarios, Output& output,
                 std::FILE* err) {
  const auto without_workers = [err](const std::string& why) {
    complain(err, absl::StrCat(why, "; without workers"));
  };
  sim::Jobs jobs = command.limits;
  jobs.count = command.jobs.value_or(processors());
  campaign::Explorer explorer = campaign::explorer_here();
  if (jobs.count > 0) {
    explorer = campaign::explorer_in_workers(
        jobs, command.jobs ? std::function<void(const std::string&)>() : without_workers);
  }
  const absl::StatusOr<int> code =
      campaign::run_campaign(command.campaign, scenarios, explorer, command.reports, command.json,
                             output, err);
  return code.ok() ? *code : complain(err, code.status().message());
}

int execute(const Command& command, const Scenarios& scenarios, Output& output, std::FILE* err) {
  switch (command.kind) {
    case Command::Kind::list:
      output.write(command.json ? list_as_json(scenarios) : list_as_text(scenarios));
      return kNoBug;
    case Command::Kind::explore:
    case Command::Kind::verify:
    case Command::Kind::replay:
    case Command::Kind::shrink:
      return run_explorer(command, output, err);
    case Command::Kind::parity:
      return run_parity(command, output, err);
    case Command::Kind::eval:
      return run_evaluation(command, scenarios, output, err);
    case Command::Kind::campaign:
      return run_campaign(command, scenarios, output, err);
    case Command::Kind::merge:
      return campaign::run_merge(command.merge, command.json, output, err);
    case Command::Kind::help:
      output.write(command.scenario != nullptr ? usage_of(*command.scenario) : usage());
      return kNoBug;
    case Command::Kind::version:
      output.write(absl::StrCat("simrun ", SIMLOOP_VERSION, "\n"));
      return kNoBug;
    case Command::Kind::run:
      return run_once(command, output, err);
  }
  return kBadUsage;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, const Scenarios& scenarios,
                std::FILE* out, std::FILE* err) {
  if (absl::Status status = check_registrations(scenarios); !status.ok()) {
    return complain(err, status.message());
  }
  const absl::StatusOr<Command> command = parse_command(arguments, scenarios);
  if (!command.ok()) return complain(err, command.status().message());
  Output output(out);
  const int code = execute(*command, scenarios, output, err);
  if (const int error = output.finish(); error != 0) {
    return complain(err, absl::StrCat("cannot write the output: ", std::strerror(error)));
  }
  return code;
}

}  // namespace simrun
