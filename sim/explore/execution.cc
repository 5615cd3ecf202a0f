#include "sim/explore/execution.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/explore/crash_report.h"

namespace sim {

namespace {

constinit ShownTape* shown_tape = nullptr;

}  // namespace

void show_tapes_in(ShownTape* shown) { shown_tape = shown; }

Execution::Execution(Body body, const RunOptions& options, std::vector<FindingKind> ignored,
                     std::vector<FindingKind> fatal)
    : body_(std::move(body)),
      options_(options),
      ignored_(std::move(ignored)),
      fatal_(std::move(fatal)) {
  options_.observer = this;
  options_.tape = &result_.tape;
  options_.detectors = &detectors_;
  detectors_.detect_blocking(options_.detect_blocking);
}

void Execution::on_finding(const Finding& finding) {
  if (finding.place.line() != 0 && find_told(finding.kind, finding.place) == nullptr) {
    told_.push_back({finding, executions_});
  }
  if (std::ranges::find(ignored_, finding.kind) != ignored_.end()) return;
  const bool fails = sim::fails(finding.kind, options_.outside) ||
                     std::ranges::find(fatal_, finding.kind) != fatal_.end();
  if (fails && (!result_.failed || result_.failure().kind == FindingKind::stale_read)) {
    if (!result_.failed || finding.kind != FindingKind::stale_read) {
      result_.failure_at = result_.findings.size();
      result_.failure_step = internal::Scheduler::here().steps();
    }
    result_.failed = true;
  }
  result_.findings.push_back(finding);
}

const Execution::Told* Execution::find_told(FindingKind kind,
                                            const std::source_location& place) const {
  const auto is_it = [&](const Told& each) {
    const std::source_location& at = each.finding.place;
    return each.finding.kind == kind && at.line() == place.line() &&
           at.column() == place.column() && std::string_view(at.file_name()) == place.file_name();
  };
  const auto at = std::ranges::find_if(told_, is_it);
  return at == told_.end() ? nullptr : &*at;
}

bool Execution::knows(FindingKind kind, const std::source_location& place) const {
  const Told* told = find_told(kind, place);
  return told != nullptr && told->execution != executions_;
}

const Finding& Execution::in_words(const Finding& finding) const {
  const Told* told = finding.message.empty() ? find_told(finding.kind, finding.place) : nullptr;
  return told != nullptr ? told->finding : finding;
}

const ExecutionResult& Execution::run(DecisionSource& source) {
  options_.trace = false;
  run_once(source, nullptr);
  return result_;
}

const ExecutionResult& Execution::run_traced(DecisionSource& source, Trace& trace) {
  options_.trace = true;
  run_once(source, &trace);
  return result_;
}

void Execution::run_once(DecisionSource& source, Trace* trace) {
  result_.failed = false;
  result_.findings.clear();
  result_.tape.clear();
  result_.tape.show_in(shown_tape);
  options_.source = &source;
  const RunningTape running(result_.tape);
  Runner runner(options_);
  runner.run_execution(body_);
  result_.tape.show_in(nullptr);
  result_.stats = runner.stats();
  if (trace != nullptr) *trace = runner.trace();
  ++executions_;
  steps_ += result_.stats.steps;
}

}  // namespace sim
