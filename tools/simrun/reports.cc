#include "tools/simrun/reports.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/explore/explanation.h"
#include "sim/report/chrome_trace.h"
#include "sim/report/github.h"
#include "sim/report/html.h"
#include "sim/report/json_lines.h"
#include "sim/report/junit.h"
#include "sim/report/sarif.h"
#include "tools/simrun/run_report.h"
#include "tools/simrun/values.h"

namespace simrun {

namespace {

using sim::report::Outcome;

struct ReportFlag {
  const char* name;
  std::string ReportFiles::*file;
};
constexpr ReportFlag kFiles[] = {{"--html", &ReportFiles::html},
                                 {"--junit", &ReportFiles::junit},
                                 {"--sarif", &ReportFiles::sarif},
                                 {"--json-lines", &ReportFiles::json_lines},
                                 {"--trace", &ReportFiles::trace}};

constexpr Flag kReportFlags[] = {
    {"--html", "a file, like report.html"},   {"--junit", "a file, like junit.xml"},
    {"--sarif", "a file, like report.sarif"}, {"--json-lines", "a file, like runs.jsonl"},
    {"--trace", "a file, like trace.json"},   {"--github", nullptr},
};

std::optional<std::string> read_source_file(const std::string& file) {
  std::error_code error;
  constexpr std::uintmax_t kMost = 8 << 20;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  if (std::filesystem::file_size(file, error) > kMost || error) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// 0, or the error number.
int write_to(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return errno;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  int problem = written && std::fflush(file) == 0 ? 0 : errno;
  if (std::fclose(file) != 0 && problem == 0) problem = errno;
  return problem;
}

// Under another name first, so that nobody ever finds half of it. What is no file (a terminal, a
// pipe) is written to as it is.
absl::Status write_whole(const std::string& wanted, const std::string& text) {
  std::error_code error;
  namespace fs = std::filesystem;
  const bool is_there = fs::exists(wanted, error);
  const bool is_file = fs::is_regular_file(wanted, error);
  const fs::path resolved = is_file ? fs::canonical(wanted, error) : fs::path(wanted);
  const std::string path = error ? wanted : resolved.string();
  int problem = 0;
  if (is_there && !is_file) {
    problem = write_to(path, text);
  } else {
    const std::string beside = absl::StrCat(path, ".tmp-", getpid());
    problem = write_to(beside, text);
    if (problem == 0 && std::rename(beside.c_str(), path.c_str()) != 0) problem = errno;
    if (problem != 0) std::remove(beside.c_str());
  }
  if (problem == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot write ", wanted, ": ", std::strerror(problem)));
}

const char* command_name(Command::Kind kind) {
  switch (kind) {
    case Command::Kind::explore: return "explore";
    case Command::Kind::verify: return "verify";
    case Command::Kind::replay: return "replay";
    case Command::Kind::shrink: return "shrink";
    default: return "run";
  }
}

// What replays it; an empty token is replayed by nothing.
std::string replay_of(const Command& command, const std::string& token) {
  return token.empty() ? "" : absl::StrCat(command.explore.replay_command, " ", token);
}

Outcome outcome_of_command(const Command& command, double seconds) {
  Outcome outcome;
  outcome.command = command_name(command.kind);
  outcome.scenario = command.explore.scenario_name;
  outcome.seed = command.explore.seed;
  outcome.seconds = seconds;
  outcome.outside = command.options.outside;
  const std::source_location& place = command.scenario->place;
  if (place.line() != 0) {
    outcome.file = place.file_name();
    outcome.line = place.line();
  }
  return outcome;
}

}  // namespace

absl::StatusOr<ReportFiles> take_report_flags(Arguments& rest, bool json) {
  auto given = take_flags(rest, kReportFlags);
  if (!given.ok()) return given.status();
  ReportFiles files;
  std::set<std::string> names;
  for (const auto& [flag, file] : kFiles) {
    const std::string* name = given->find(flag);
    if (name == nullptr) continue;
    if (name->empty()) return error(flag, " needs a value: the file to write");
    if (!names.insert(std::filesystem::path(*name).lexically_normal().string()).second) {
      return error(flag, " is to be written to ", *name, ", and so is another report");
    }
    files.*file = *name;
  }
  files.github = given->find("--github") != nullptr;
  if (files.github && json) {
    return error("--github prints lines of its own; with --json the output is one JSON object");
  }
  rest = std::move(given->rest);
  return files;
}

Outcome outcome_of(const Command& command, const sim::Report& report, double seconds) {
  Outcome outcome = outcome_of_command(command, seconds);
  outcome.passed = report.ok();
  const bool undecided = command.kind == Command::Kind::verify && !report.exhausted;
  outcome.undecided = report.ok() && (report.stopped || undecided);
  outcome.verdict = absl::StrCat(
      !outcome.undecided ? "" : report.stopped ? "INTERRUPTED: " : "UNDECIDED: ", report.verdict());
  outcome.strategy = report.strategy;
  outcome.executions = report.executions;
  outcome.steps = report.steps;
  outcome.distinct_traces = report.distinct_traces;
  outcome.warnings = report.warnings;
  if (report.ok()) outcome.run.findings = report.warnings;
  for (const sim::Failure& failure : report.failures) {
    outcome.incidents.push_back({failure, replay_of(command, failure.token)});
  }
  if (!report.failures.empty()) {
    const sim::Narration& told = report.failures.front().narration;
    outcome.virtual_time = static_cast<std::uint64_t>(told.virtual_time);
    outcome.trace_hash = told.trace_hash;
  }
  return outcome;
}

Outcome outcome_of(const Command& command, const sim::ScenarioResult& result,
                   const sim::Narration& told, double seconds) {
  Outcome outcome = outcome_of_command(command, seconds);
  outcome.passed = result.passed;
  outcome.verdict = absl::StrCat(result.passed ? "PASSED" : "FAILED", ": ",
                                 format_time(result.stats.virtual_time), " of virtual time, ",
                                 result.stats.steps, " steps");
  outcome.steps = result.stats.steps;
  outcome.executions = 1;
  outcome.virtual_time = static_cast<std::uint64_t>(result.stats.virtual_time.count());
  outcome.trace_hash = result.stats.trace_hash;
  for (const sim::Finding& each : result.findings) {
    if (!fails(each.kind, outcome.outside)) outcome.warnings.push_back(each);
  }
  outcome.run = told;
  outcome.run.findings = result.findings;
  const auto failure_of = [&](const sim::Finding& finding) {
    sim::Failure failure;
    failure.finding = finding;
    failure.kind = finding.kind;
    failure.message = finding.message;
    failure.deviations = result.deviations;
    failure.executions_to_find = 1;
    return failure;
  };
  // That two runs differ is told by no narration of one.
  const auto is_difference = [](const sim::Finding& each) {
    return each.kind == sim::FindingKind::not_deterministic;
  };
  const auto failed = std::ranges::find_if(result.findings, [&](const sim::Finding& each) {
    return fails(each.kind, outcome.outside) && !is_difference(each);
  });
  if (failed != result.findings.end()) {
    sim::Failure failure = failure_of(told.failed ? told.failure() : *failed);
    failure.narration = std::exchange(outcome.run, {});
    failure.text = sim::explain(failure, failure.narration, repeat_line(command));
    outcome.incidents.push_back({std::move(failure), repeat_line(command)});
  }
  const auto difference = std::ranges::find_if(result.findings, is_difference);
  if (difference != result.findings.end()) {
    sim::Failure failure = failure_of(*difference);
    failure.text = absl::StrCat(std::string(to_string(failure.kind)), ": ", failure.message, "\n");
    outcome.incidents.push_back({std::move(failure), repeat_line(command)});
  }
  return outcome;
}

absl::Status write_reports(const ReportFiles& files, const std::vector<Outcome>& all,
                           Output& output, const Page& html) {
  using Format = std::function<std::string(const std::vector<Outcome>&)>;
  std::vector<std::string> troubles;
  const auto write = [&](const std::string& file, const Format& format) {
    if (file.empty()) return;
    const absl::Status status = write_whole(file, format(all));
    if (!status.ok()) troubles.emplace_back(status.message());
  };
  if (files.github) output.write(sim::report::github(all));
  output.flush();
  write(files.html, [&](const auto& outcomes) {
    return html ? html(read_source_file) : sim::report::html(outcomes, read_source_file);
  });
  write(files.junit, sim::report::junit);
  write(files.sarif, sim::report::sarif);
  write(files.json_lines, sim::report::json_lines);
  write(files.trace, sim::report::chrome_trace);
  if (troubles.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrJoin(troubles, "; "));
}

}  // namespace simrun
