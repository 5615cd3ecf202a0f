#include "sim/scenario_run.h"

#include <exception>
#include <utility>

#include "sim/random_source.h"

namespace sim {

namespace {

class Collector final : public Observer {
 public:
  Collector(ScenarioResult& result, const OutsideWorld& outside)
      : result_(result), outside_(outside) {}
  void on_finding(const Finding& finding) override {
    if (fails(finding.kind, outside_)) result_.passed = false;
    if (result_.findings.size() < kFindingsKept) {
      result_.findings.push_back(finding);
    } else {
      ++result_.further_findings;
    }
  }

 private:
  ScenarioResult& result_;
  const OutsideWorld& outside_;
};

}  // namespace

ScenarioResult run_scenario(const ScenarioInfo& info, const ScenarioOptions& options) {
  ScenarioResult result;
  Collector collector(result, options.outside);
  RandomSource source(options.seed);
  Scenario scenario(info, options.parameters, options.on_line);
  Tape tape;
  Runner runner({.seed = options.seed,
                 .order = options.order,
                 .source = &source,
                 .observer = &collector,
                 .trace = true,
                 .limits = info.limits,
                 .max_steps = options.max_steps,
                 .tape = &tape,
                 .detectors = options.detectors,
                 .outside = options.outside});
  std::exception_ptr error;
  try {
    runner.run(info.body(scenario));
  } catch (...) {
    error = std::current_exception();
  }
  runner.close();
  result.stats = runner.stats();
  result.deviations = tape.deviations();
  // What ended the run has been reported, but for what no task threw: a loop stopped by hand.
  if (error != nullptr && result.passed) {
    collector.on_finding({FindingKind::unhandled_exception,
                          "the run ended with " + internal::describe_exception(error),
                          {},
                          {}});
  }
  return result;
}

}  // namespace sim
