// run_scenario(): one run of a registered scenario under a schedule made from a seed, with
// everything that it showed. The same seed, order and parameters give the same result, trace hash
// included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/run.h"
#include "sim/scenario.h"

namespace sim {

struct ScenarioOptions {
  std::uint64_t seed = 0;
  Order order = Order::any;
  // In the order of the registered parameters; none means the defaults.
  std::vector<ParameterValue> parameters = {};
  // The run is a livelock after so many steps.
  std::uint64_t max_steps = 100'000'000;
  // Who looks for what the runtime does not see by itself; null for nobody.
  internal::Watcher* detectors = nullptr;
  OutsideWorld outside = {};
  // Called for each line of the transcript as it is printed.
  Scenario::Sink on_line = {};
};

struct ScenarioResult {
  std::vector<Finding> findings;  // the first kFindingsKept, in the order they were made
  std::size_t further_findings = 0;
  bool passed = true;  // no finding that fails a run
  RunStats stats;
  std::vector<Deviation> deviations;  // what the run decided otherwise than asyncio
};
inline constexpr std::size_t kFindingsKept = 100;

// Never throws what the scenario throws: that is a finding. Throws std::invalid_argument for
// parameters that do not fit.
ScenarioResult run_scenario(const ScenarioInfo& info, const ScenarioOptions& options = {});

}  // namespace sim
