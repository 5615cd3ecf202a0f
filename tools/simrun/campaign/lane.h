// Lane: one scenario of a campaign, with what is known of it so far.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/explore/explore.h"
#include "sim/explore/trace_counts.h"
#include "sim/scenario.h"
#include "tools/simrun/campaign/options.h"
#include "tools/simrun/campaign/store.h"
#include "tools/simrun/campaign/summary.h"

namespace simrun::campaign {

struct Lane {
  const sim::ScenarioInfo* scenario = nullptr;
  std::string parameters;       // their defaults: "n=4 x=1"
  sim::ExploreOptions explore;  // for a slice, but for its seed and how long it is
  sim::TraceCounts traces;      // that this process has seen
  Tally tally;
};

Lane make_lane(const sim::ScenarioInfo& scenario, const Options& options);

// For the replay of a stored schedule, which says what freedom it was found with. False: what it
// says is nothing that this program knows.
bool options_of(const Schedule& schedule, const sim::ScenarioInfo& scenario,
                sim::ExploreOptions& options);
// The line that replays it.
std::string replay_line(const Schedule& schedule, const sim::ScenarioInfo& scenario);

// A failure as it is stored.
Seen seen_of(const sim::Failure& failure, const Lane& lane, const sim::ExploreOptions& options);

}  // namespace simrun::campaign
