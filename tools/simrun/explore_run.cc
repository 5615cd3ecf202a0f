#include "tools/simrun/explore_run.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/explore/narration.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/stopwatch.h"
#include "sim/jobs/explore_jobs.h"
#include "sim/testing/bytes_source.h"
#include "tools/simrun/interruption.h"
#include "tools/simrun/program.h"
#include "tools/simrun/reports.h"
#include "tools/simrun/terminal_line.h"

namespace simrun {

namespace {

// Where the exploration is, on a terminal.
class ProgressLine {
 public:
  ProgressLine(std::FILE* file, const sim::ExploreOptions& options)
      : line_(file), options_(options) {}

  void update(const sim::Progress& progress) {
    if (!line_.is_due()) return;
    const double seconds = absl::ToDoubleSeconds(line_.elapsed());
    const double rate = static_cast<double>(progress.executions) / std::max(seconds, 1e-3);
    line_.show(
        absl::StrFormat("%d executions, %.0f a second, %d distinct traces, %d found, %s left",
                        progress.executions, rate, progress.distinct_traces, progress.failures,
                        absl::FormatDuration(time_left(progress, seconds, rate))));
  }

 private:
  // To the end of the budget that is used up first.
  absl::Duration time_left(const sim::Progress& progress, double seconds, double rate) const {
    double left = static_cast<double>(options_.max_executions - progress.executions) / rate;
    if (options_.time_budget) {
      const double budget = absl::ToDoubleSeconds(absl::FromChrono(*options_.time_budget));
      left = std::min(left, budget - seconds);
    }
    return absl::Seconds(std::ceil(std::max(left, 0.0)));
  }

  TerminalLine line_;
  const sim::ExploreOptions& options_;
};

// Of the schedule that is a fuzzer's input.
sim::ExploreOptions input_options(const Command& command, sim::ExploreOptions options) {
  options.shrink = command.kind == Command::Kind::shrink;
  return options;
}

sim::Report run_in_workers(const Command& command, const sim::Body& body,
                           const sim::ExploreOptions& options, std::uint32_t count) {
  sim::Jobs jobs = command.limits;
  jobs.count = count;
  if (command.input) {
    sim::BytesSource source(*command.input);
    return sim::run_schedule_in_worker(body, source, input_options(command, options), jobs);
  }
  switch (command.kind) {
    case Command::Kind::replay:
      return sim::replay_in_worker(body, command.token, options, jobs);
    case Command::Kind::shrink:
      return sim::shrink_in_worker(body, command.token, options, jobs);
    default:
      return sim::explore_jobs(body, options, jobs);
  }
}

sim::Report run_here(const Command& command, const sim::Body& body,
                     const sim::ExploreOptions& options) {
  if (command.input) {
    sim::BytesSource source(*command.input);
    return sim::run_schedule(body, source, input_options(command, options));
  }
  switch (command.kind) {
    case Command::Kind::replay:
      return sim::replay(body, command.token, options);
    case Command::Kind::shrink:
      return sim::shrink_token(body, command.token, options);
    default:
      return sim::explore(body, options);
  }
}

// In workers, unless there are to be none, or can be none and nobody asked for them.
sim::Report run(const Command& command, const sim::Body& body, sim::ExploreOptions& options,
                std::FILE* err) {
  std::optional<Interruption> interruption;
  const bool explores =
      command.kind == Command::Kind::explore || command.kind == Command::Kind::verify;
  if (explores) {
    interruption.emplace();
    options.stop = Interruption::came;
  }
  const std::uint32_t count = command.jobs.value_or(processors());
  if (count == 0) return run_here(command, body, options);
  try {
    return run_in_workers(command, body, options, count);
  } catch (const sim::JobsUnavailable& why) {
    if (command.jobs) throw;
    std::fprintf(err, "simrun: %s; without workers\n", why.what());
  }
  return run_here(command, body, options);
}

struct Label {
  const char* text;
  Colour colour;
};

Label label(const Command& command, const sim::Report& report) {
  if (!report.ok()) return {"FAILED", Colour::red};
  if (report.stopped) return {"INTERRUPTED", Colour::yellow};
  if (report.strategy == "dpor" && report.exhausted) return {"VERIFIED", Colour::green};
  if (command.kind == Command::Kind::verify) return {"UNDECIDED", Colour::yellow};
  return {"PASSED", Colour::green};
}

void print(const Command& command, const sim::Report& report, Output& output) {
  if (command.json) {
    output.write(absl::StrCat(report.to_json(), "\n"));
    return;
  }
  for (const sim::Finding& warning : report.warnings) {
    output.write(absl::StrCat("\n", output.paint(Colour::yellow, "warning: "),
                              std::string(to_string(warning.kind)), ": ", warning.message, "\n"));
  }
  for (const sim::Failure& failure : report.failures) {
    output.write(absl::StrCat("\n", failure.explanation()));
  }
  const auto [verdict, colour] = label(command, report);
  output.write(absl::StrCat("\n", output.paint(colour, verdict), ": ", report.verdict(),
                            report.stopped && !report.ok() ? ", then interrupted\n" : "\n"));
}

bool is_deterministic(const sim::Report& report) {
  return std::ranges::none_of(report.failures, [](const sim::Failure& failure) {
    return failure.kind == sim::FindingKind::not_deterministic ||
           failure.kind == sim::FindingKind::outside_call;
  });
}

}  // namespace

std::uint32_t processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&set)));
}

absl::StatusOr<int> run_exploration(const Command& command, Output& output, std::FILE* err) {
  sim::Scenario scenario(*command.scenario, command.options.parameters, {});
  const sim::Body body = [&] { return command.scenario->body(scenario); };
  sim::ExploreOptions options = command.explore;
  sim::Report report;
  const sim::Stopwatch stopwatch;
  try {
    ProgressLine line(err, options);
    options.on_progress = [&](const sim::Progress& progress) { line.update(progress); };
    report = run(command, body, options, err);
  } catch (const std::invalid_argument& bad) {
    return absl::InvalidArgumentError(bad.what());
  } catch (const sim::JobsUnavailable& why) {
    return absl::UnavailableError(why.what());
  }
  print(command, report, output);
  if (command.reports.any()) {
    const double seconds = std::chrono::duration<double>(stopwatch.elapsed()).count();
    const auto outcome = outcome_of(command, report, seconds);
    absl::Status status = write_reports(command.reports, {outcome}, output);
    if (!status.ok()) return status;
  }
  if (report.stopped && report.ok()) return kInterrupted;
  if (!is_deterministic(report)) return kNotDeterministic;
  if (command.kind == Command::Kind::verify && report.ok() && !report.exhausted) return kNoVerdict;
  return report.ok() ? kNoBug : kBugFound;
}

std::string explain_run(const Command& command, const std::vector<sim::Deviation>& deviations) {
  sim::Scenario scenario(*command.scenario, command.options.parameters, {});
  const sim::Body body = [&] { return command.scenario->body(scenario); };
  const sim::Report report = sim::shrink_schedule(body, deviations, command.explore);
  return report.ok() ? "" : absl::StrCat("shrunk: ", report.failures.front().explanation());
}

sim::Narration tell_run(const Command& command, const std::vector<sim::Deviation>& deviations) {
  constexpr std::size_t kMostSteps = 100'000;
  sim::Scenario scenario(*command.scenario, command.options.parameters, {});
  const sim::Body body = [&] { return command.scenario->body(scenario); };
  return sim::narrate(body, run_options(command.explore), deviations, command.explore.ignore,
                      kMostSteps);
}

std::optional<sim::Finding> difference_of_runs(const Command& command,
                                               const std::vector<sim::Deviation>& deviations) {
  sim::Scenario scenario(*command.scenario, command.options.parameters, {});
  const sim::Body body = [&] { return command.scenario->body(scenario); };
  sim::ExploreOptions options = command.explore;
  options.shrink = false;
  options.max_steps = command.options.max_steps;
  sim::ReplaySource source(deviations);
  for (const sim::Failure& failure : sim::run_schedule(body, source, options).failures) {
    if (failure.kind != sim::FindingKind::not_deterministic) continue;
    sim::Finding difference = failure.finding;
    // The run itself has told what the guard has seen.
    difference.message = difference.message.substr(0, difference.message.find('\n'));
    return difference;
  }
  return std::nullopt;
}

}  // namespace simrun
