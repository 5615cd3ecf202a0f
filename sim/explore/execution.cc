#include "sim/explore/execution.h"

#include <algorithm>
#include <utility>

namespace sim {

const Finding& ExecutionResult::failure() const {
  return *std::ranges::find_if(findings,
                               [](const Finding& each) { return fails_by_default(each.kind); });
}

Execution::Execution(Body body, const RunOptions& options, std::vector<FindingKind> ignored,
                     std::vector<FindingKind> fatal)
    : body_(std::move(body)),
      options_(options),
      ignored_(std::move(ignored)),
      fatal_(std::move(fatal)) {
  options_.observer = this;
  options_.tape = &result_.tape;
}

void Execution::on_finding(const Finding& finding) {
  if (std::ranges::find(ignored_, finding.kind) != ignored_.end()) return;
  result_.failed |= fails_by_default(finding.kind) ||
                     std::ranges::find(fatal_, finding.kind) != fatal_.end();
  result_.findings.push_back(finding);
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
  Runner runner(options_);
  runner.run_execution(body_);
  result_.stats = runner.stats();
  if (trace != nullptr) *trace = runner.trace();
  ++executions_;
  steps_ += result_.stats.steps;
}

}  // namespace sim
