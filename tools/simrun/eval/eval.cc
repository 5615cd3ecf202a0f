#include "tools/simrun/eval/eval.h"

#include <fnmatch.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/simrun/arguments.h"
#include "tools/simrun/eval/processes.h"
#include "tools/simrun/eval/tables.h"
#include "tools/simrun/nearest.h"
#include "tools/simrun/terminal_line.h"

namespace simrun::eval {

namespace {

bool fits(const std::string& pattern, const Program& program) {
  return fnmatch(pattern.c_str(), program.name.c_str(), 0) == 0;
}

absl::Status fits_none(const std::string& pattern, const std::vector<Program>& programs) {
  std::vector<std::string> names;
  for (const Program& each : programs) names.push_back(each.name);
  std::string storage;
  return error("bad value for --programs: no program is called '", pattern, "'",
               hint(nearest(pattern, names), storage, "docs/bug_finding.md lists them"));
}

// Before hours of work, whether the page can be written behind them.
absl::Status check_page(const std::string& page) {
  if (page.empty() || std::ofstream(page, std::ios::app)) return absl::OkStatus();
  return error("cannot write the page to '", page, "': ", std::strerror(errno));
}

absl::Status write_page(const std::string& page, const std::string& text) {
  if (page.empty()) return absl::OkStatus();
  std::ofstream file(page, std::ios::trunc);
  file << text;
  file.close();
  if (file) return absl::OkStatus();
  return error("cannot write the page to '", page, "': ", std::strerror(errno));
}

absl::StatusOr<std::vector<Outcome>> measure_all(const Measured& measured, std::FILE* err) {
  TerminalLine line(err);
  const auto describe_unit = [&](std::size_t unit) {
    return describe(measured.units[unit], measured.programs, measured.options);
  };
  return measure_in_processes(
      measured.units.size(), measured.options.jobs,
      [&](std::size_t unit) {
        return measure(measured.units[unit], measured.programs, measured.options);
      },
      describe_unit,
      [&](std::size_t done, std::size_t unit) {
        if (!line.is_due()) return;
        line.show(absl::StrCat(done, " of ", measured.units.size(), " measured, the last was ",
                               describe_unit(unit)));
      });
}

}  // namespace

absl::StatusOr<std::vector<Program>> choose(std::vector<Program> programs,
                                            const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    const auto is_meant = [&](const Program& program) { return fits(pattern, program); };
    if (std::ranges::none_of(programs, is_meant)) return fits_none(pattern, programs);
  }
  if (patterns.empty()) return programs;
  std::erase_if(programs, [&](const Program& program) {
    return std::ranges::none_of(patterns,
                                [&](const std::string& pattern) { return fits(pattern, program); });
  });
  return programs;
}

std::string command_line(const Options& options) {
  const Options defaults;
  std::string line = "./simrun eval";
  if (!options.programs.empty()) {
    absl::StrAppend(&line, " --programs '", absl::StrJoin(options.programs, ","), "'");
  }
  if (options.strategies != default_strategies()) {
    absl::StrAppend(&line, " --strategies ",
                    absl::StrJoin(options.strategies, ",", [](std::string* out, const auto& each) {
                      absl::StrAppend(out, each.name());
                    }));
  }
  if (options.trials != defaults.trials) absl::StrAppend(&line, " --trials ", options.trials);
  if (options.portfolio_trials != options.trials) {
    absl::StrAppend(&line, " --portfolio-trials ", options.portfolio_trials);
  }
  if (options.executions != defaults.executions) {
    absl::StrAppend(&line, " --executions ", options.executions);
  }
  if (options.seed != defaults.seed) absl::StrAppend(&line, " --seed ", options.seed);
  if (!options.page.empty()) absl::StrAppend(&line, " --write ", options.page);
  return line;
}

absl::Status run_eval(const Options& options, const Scenarios& scenarios, bool json, Output& output,
                      std::FILE* err) {
  std::vector<Program> all = corpus(scenarios);
  if (all.empty()) {
    return error("eval measures the programs that ship with simloop, and this simrun has none");
  }
  auto programs = choose(std::move(all), options.programs);
  if (!programs.ok()) return programs.status();
  if (absl::Status status = check_page(options.page); !status.ok()) return status;

  Measured measured{*std::move(programs), options, {}, {}};
  measured.units = units_of(measured.programs, options);
  auto outcomes = measure_all(measured, err);
  if (!outcomes.ok()) return outcomes.status();
  measured.outcomes = *std::move(outcomes);

  const Summary summary(measured);
  output.write(json ? as_json(summary) : text_of(summary));
  return write_page(options.page, page_of(summary, command_line(options)));
}

}  // namespace simrun::eval
