#include "sim/explore/execution.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/explore/crash_report.h"

namespace sim {

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
  if (finding.place.line() != 0 && !knows(finding.kind, finding.place)) {
    known_.emplace_back(finding.kind, finding.place);
  }
  if (std::ranges::find(ignored_, finding.kind) != ignored_.end()) return;
  const bool fails = fails_by_default(finding.kind) ||
                     std::ranges::find(fatal_, finding.kind) != fatal_.end();
  if (fails && (!result_.failed || result_.failure().kind == FindingKind::stale_read)) {
    if (!result_.failed || finding.kind != FindingKind::stale_read) {
      result_.failure_at = result_.findings.size();
    }
    result_.failed = true;
  }
  result_.findings.push_back(finding);
}

bool Execution::knows(FindingKind kind, const std::source_location& place) const {
  const auto is_it = [&](const auto& each) {
    return each.first == kind && each.second.line() == place.line() &&
           each.second.column() == place.column() &&
           std::string_view(each.second.file_name()) == place.file_name();
  };
  return std::ranges::any_of(known_, is_it);
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
  options_.source = &source;
  const RunningTape running(result_.tape);
  Runner runner(options_);
  runner.run_execution(body_);
  result_.stats = runner.stats();
  if (trace != nullptr) *trace = runner.trace();
  ++executions_;
  steps_ += result_.stats.steps;
}

}  // namespace sim
