#include "tools/simrun/run_report.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tools/simrun/guard_flags.h"
#include "tools/simrun/json.h"

namespace simrun {

namespace {

using sim::Finding;
using sim::FindingKind;
using sim::ScenarioResult;

absl::string_view name_of(FindingKind kind) {
  const std::string_view name = sim::to_string(kind);
  return {name.data(), name.size()};
}

// Characters of UTF-8, not bytes.
std::size_t width_of(absl::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string spaces(std::size_t count) { return std::string(count, ' '); }

// `text` with every line after the first behind `indent` spaces, and without a line end.
std::string indented(absl::string_view text, std::size_t indent) {
  return absl::StrReplaceAll(absl::StripSuffix(text, "\n"),
                             {{"\n", absl::StrCat("\n", spaces(indent))}});
}

// "1 step", "2 steps".
std::string counted(std::uint64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

// As one word of a shell.
std::string quoted(const std::string& word) {
  const bool is_plain = std::ranges::all_of(word, [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("_-./:=,+@%", absl::string_view(&c, 1));
  });
  return is_plain ? word : absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string& called_as() {
  static std::string name = "./simrun";
  return name;
}

// "urls=3" for each parameter that is not at its default.
std::vector<std::string> changed_parameters(const Command& command) {
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < command.options.parameters.size(); ++i) {
    const sim::Parameter& parameter = command.scenario->parameters[i];
    const sim::ParameterValue& value = command.options.parameters[i];
    if (value != parameter.value) {
      changed.push_back(absl::StrCat(parameter.name, "=", sim::to_string(value)));
    }
  }
  return changed;
}

absl::string_view name_of(sim::Order order) { return order == sim::Order::any ? "any" : "fifo"; }

std::string trace_hash(const ScenarioResult& result) {
  return absl::StrFormat("%016x", result.stats.trace_hash);
}

std::vector<FindingKind> expected_but_absent(const Command& command, const ScenarioResult& result) {
  std::vector<FindingKind> absent = command.scenario->expects;
  std::erase_if(absent, [&](FindingKind kind) {
    return std::ranges::find(result.findings, kind, &Finding::kind) != result.findings.end();
  });
  return absent;
}

std::string joined(const std::vector<FindingKind>& kinds) {
  return absl::StrJoin(
      kinds, ", ", [](std::string* out, FindingKind kind) { absl::StrAppend(out, name_of(kind)); });
}

}  // namespace

std::string format_time(sim::Duration time) {
  using namespace std::chrono_literals;
  const std::int64_t nanoseconds = time % 1s / 1ns;
  std::string fraction = absl::StrFormat("%09d", nanoseconds);
  while (fraction.size() > 3 && absl::EndsWith(fraction, "000")) {
    fraction.resize(fraction.size() - 3);
  }
  const std::int64_t seconds = time / 1s;
  if (seconds < 3600) return absl::StrFormat("%d.%s s", seconds, fraction);
  std::string text = absl::StrFormat("%d:%02d:%02d.%s", seconds / 3600 % 24, seconds / 60 % 60,
                                     seconds % 60, fraction);
  const std::int64_t days = seconds / 86400;
  return days == 0 ? text : absl::StrCat(days, " d ", text);
}

void set_called_as(const std::string& path) { called_as() = quoted(path); }

std::string repeat_line(const Command& command) {
  std::string line = absl::StrCat(called_as(), " --seed ", command.options.seed);
  if (command.options.order != sim::Order::any) {
    absl::StrAppend(&line, " --order ", name_of(command.options.order));
  }
  absl::StrAppend(&line, " ", command.scenario->name);
  absl::StrAppend(&line, guard_flags(command.options.outside));
  if (command.explore.check_every_execution) absl::StrAppend(&line, " --check-determinism");
  for (const std::string& parameter : changed_parameters(command)) {
    absl::StrAppend(&line, " ", quoted(absl::StrCat("--", parameter)));
  }
  return line;
}

void name_for_tokens(Command& command) {
  std::string& name = command.explore.scenario_name;
  std::string& line = command.explore.replay_command;
  name = command.scenario->name;
  line = absl::StrCat(called_as(), " replay ", name);
  if (command.explore.order != sim::Order::any) absl::StrAppend(&line, " --order fifo");
  if (command.explore.time == sim::Time::slow_loop) absl::StrAppend(&line, " --time slow_loop");
  if (command.explore.time == sim::Time::adversarial) absl::StrAppend(&line, " --time adversarial");
  if (command.explore.cancellations > 0) {
    absl::StrAppend(&line, " --cancel ", command.explore.cancellations);
  }
  if (!command.explore.ignore.empty()) {
    absl::StrAppend(&line, " --ignore ",
                    absl::StrJoin(command.explore.ignore, ",", [](std::string* out, auto kind) {
                      absl::StrAppend(out, name_of(kind));
                    }));
  }
  absl::StrAppend(&line, guard_flags(command.explore.outside));
  for (const std::string& parameter : changed_parameters(command)) {
    absl::StrAppend(&name, " ", parameter);
    absl::StrAppend(&line, " ", quoted(absl::StrCat("--", parameter)));
  }
  command.explore.limits = command.scenario->limits;
}

void RunReport::begin() {
  std::string rest = absl::StrCat(", seed ", command_.options.seed);
  if (command_.options.order != sim::Order::any) {
    absl::StrAppend(&rest, ", order ", name_of(command_.options.order));
  }
  for (const std::string& parameter : changed_parameters(command_)) {
    absl::StrAppend(&rest, ", ", parameter);
  }
  output_.write(absl::StrCat(output_.paint(Colour::bold, command_.scenario->name), rest, "\n"));
}

void RunReport::line(const sim::TranscriptLine& line) {
  if (!has_lines_) output_.write("\n");
  has_lines_ = true;
  const std::string time = format_time(line.time);
  time_width_ = std::max(time_width_, time.size());
  task_width_ = std::max(task_width_, width_of(line.task));
  const std::size_t text_column = 2 + time_width_ + 2 + task_width_ + 2;
  output_.write(absl::StrCat(
      spaces(2 + time_width_ - time.size()), output_.paint(Colour::dim, time), "  ",
      output_.paint(Colour::cyan, line.task), spaces(task_width_ - width_of(line.task) + 2),
      indented(line.text, text_column), "\n"));
}

void RunReport::end(const ScenarioResult& result, const std::string& explained) {
  for (const Finding& each : result.findings) finding(each);
  if (result.further_findings > 0) {
    output_.write(
        absl::StrCat("\n... and ", counted(result.further_findings, "more finding"), "\n"));
  }
  if (!explained.empty()) output_.write(absl::StrCat("\n", explained));
  verdict(result);
}

void RunReport::finding(const Finding& finding) {
  const bool fails = sim::fails(finding.kind, command_.options.outside);
  std::string text =
      absl::StrCat("\n",
                   output_.paint(fails ? Colour::red : Colour::yellow,
                                 absl::StrCat(fails ? "" : "warning: ", name_of(finding.kind))),
                   ": ", indented(finding.message, 2), "\n");
  if (!finding.stack.empty()) {
    absl::StrAppend(&text, "  ", indented(absl::StripAsciiWhitespace(finding.stack), 0), "\n");
  }
  output_.write(text);
}

void RunReport::verdict(const ScenarioResult& result) {
  const Colour colour = result.passed ? Colour::green : Colour::red;
  std::string text =
      absl::StrCat("\n", output_.paint(colour, result.passed ? "PASSED" : "FAILED"), ": ",
                   format_time(result.stats.virtual_time), " of virtual time, ",
                   counted(result.stats.steps, "step"), ", ", counted(result.stats.tasks, "task"),
                   ", trace hash ", trace_hash(result), "\n");
  if (!command_.scenario->expects.empty()) {
    const std::vector<FindingKind> absent = expected_but_absent(command_, result);
    absl::StrAppend(&text, "this scenario is there to show ", joined(command_.scenario->expects),
                    absent.empty() ? "" : "; this run did not show ", joined(absent), "\n");
  }
  if (!result.passed) absl::StrAppend(&text, "repeat: ", repeat_line(command_), "\n");
  output_.write(text);
}

std::string run_as_json(const Command& command, const std::vector<sim::TranscriptLine>& transcript,
                        const ScenarioResult& result) {
  Json parameters = Json::object();
  for (std::size_t i = 0; i < command.options.parameters.size(); ++i) {
    parameters[command.scenario->parameters[i].name] = as_json(command.options.parameters[i]);
  }
  Json lines = Json::array();
  for (const sim::TranscriptLine& line : transcript) {
    lines.push_back({{"time_ns", line.time.count()}, {"task", line.task}, {"text", line.text}});
  }
  Json findings = Json::array();
  for (const Finding& finding : result.findings) {
    const bool has_place = finding.place.line() != 0;
    findings.push_back({{"kind", sim::to_string(finding.kind)},
                        {"fails", sim::fails(finding.kind, command.options.outside)},
                        {"message", finding.message},
                        {"place", has_place ? Json(sim::to_string(finding.place)) : Json()},
                        {"stack", finding.stack}});
  }
  return as_line({{"seed", command.options.seed},
                  {"scenario", command.scenario->name},
                  {"order", std::string(name_of(command.options.order))},
                  {"parameters", std::move(parameters)},
                  {"verdict", result.passed ? "PASSED" : "FAILED"},
                  {"virtual_time_ns", result.stats.virtual_time.count()},
                  {"steps", result.stats.steps},
                  {"tasks", result.stats.tasks},
                  {"trace_hash", trace_hash(result)},
                  {"findings", std::move(findings)},
                  {"further_findings", result.further_findings},
                  {"transcript", std::move(lines)},
                  {"token", nullptr},
                  {"repeat", repeat_line(command)}});
}

}  // namespace simrun
