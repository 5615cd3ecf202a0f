#include "tools/simrun/explore_run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/explore/replay_source.h"
#include "sim/testing/bytes_source.h"
#include "tools/simrun/program.h"
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

// While it lives, the first SIGINT or SIGTERM is only noted, and so is the second: whoever sends it
// to a process and to the group that it is in, as timeout does, means it once. The third one ends
// the process. What is ignored stays ignored.
class Interruption {
 public:
  Interruption() {
    struct sigaction noting = {};
    noting.sa_handler = note;
    noting.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      sigaction(kSignals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &noting, nullptr);
    }
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
    noted = 0;
  }
  static bool came() { return noted != 0; }

 private:
  static void note(int signal) {
    if (noted == kMostNoted) {
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    }
    noted = noted + 1;
  }
  static constexpr std::sig_atomic_t kMostNoted = 2;
  static constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};
  static inline volatile std::sig_atomic_t noted = 0;
  std::array<struct sigaction, 2> before_{};
};

sim::Report explore(const sim::Body& body, sim::ExploreOptions& options) {
  const Interruption interruption;
  options.stop = Interruption::came;
  return sim::explore(body, options);
}

// The schedule of a fuzzer's input.
sim::Report run_input(const sim::Body& body, const std::vector<std::uint8_t>& input,
                      sim::ExploreOptions options, bool shrink) {
  options.shrink = shrink;
  sim::BytesSource source(input);
  return sim::run_schedule(body, source, options);
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

absl::StatusOr<int> run_exploration(const Command& command, Output& output, std::FILE* err) {
  sim::Scenario scenario(*command.scenario, command.options.parameters, {});
  const sim::Body body = [&] { return command.scenario->body(scenario); };
  sim::ExploreOptions options = command.explore;
  sim::Report report;
  try {
    ProgressLine line(err, options);
    options.on_progress = [&](const sim::Progress& progress) { line.update(progress); };
    switch (command.kind) {
      case Command::Kind::replay:
        report = command.input ? run_input(body, *command.input, options, false)
                               : sim::replay(body, command.token, options);
        break;
      case Command::Kind::shrink:
        report = command.input ? run_input(body, *command.input, options, true)
                               : sim::shrink_token(body, command.token, options);
        break;
      default:
        report = explore(body, options);
    }
  } catch (const std::invalid_argument& bad) {
    return absl::InvalidArgumentError(bad.what());
  }
  print(command, report, output);
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

std::string difference_of_runs(const Command& command,
                               const std::vector<sim::Deviation>& deviations) {
  sim::Scenario scenario(*command.scenario, command.options.parameters, {});
  const sim::Body body = [&] { return command.scenario->body(scenario); };
  sim::ExploreOptions options = command.explore;
  options.shrink = false;
  options.max_steps = command.options.max_steps;
  sim::ReplaySource source(deviations);
  for (const sim::Failure& failure : sim::run_schedule(body, source, options).failures) {
    if (failure.kind == sim::FindingKind::not_deterministic) {
      return absl::StrCat("not_deterministic: ", failure.message);
    }
  }
  return "";
}

}  // namespace simrun
