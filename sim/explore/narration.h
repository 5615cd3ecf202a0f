// narrate(): runs a schedule once more and tells it step by step.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/explore/execution.h"
#include "sim/explore/narrated.h"
#include "sim/explore/replay_source.h"

namespace sim {

// Runs `deviations` once more and writes down what happens up to the step that fails, the last
// `most` steps of it. Findings of the kinds in `ignored` are none.
Narration narrate(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                  const std::vector<FindingKind>& ignored = {}, std::size_t most = 2'000);

// The same of a run that does not come back from its step `last`: `at_last` is shown the narration
// before that step is made.
void narrate_to(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                std::uint64_t last, const std::function<void(Narration&)>& at_last,
                const std::vector<FindingKind>& ignored = {}, std::size_t most = 2'000);

}  // namespace sim
