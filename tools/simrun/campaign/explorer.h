// Explorer: how a campaign has a scenario explored. The campaign knows only these three, so that it
// can be tested without exploring, and explore in worker processes.
#pragma once

#include <functional>
#include <string>

#include "sim/explore/explore.h"
#include "sim/jobs/explore_jobs.h"
#include "sim/scenario.h"

namespace simrun::campaign {

struct Explorer {
  std::function<sim::Report(const sim::ScenarioInfo&, const sim::ExploreOptions&)> explore;
  // These throw what sim::replay() and sim::shrink_token() throw.
  std::function<sim::Report(const sim::ScenarioInfo&, const std::string& token,
                            const sim::ExploreOptions&)>
      replay;
  std::function<sim::Report(const sim::ScenarioInfo&, const std::string& token,
                            const sim::ExploreOptions&)>
      shrink;
};

// In this process: what ends it ends the campaign.
Explorer explorer_here();

// In worker processes. Where there can be none, `without` is called with the reason and it goes on
// in this process; an empty `without` has sim::JobsUnavailable thrown instead.
Explorer explorer_in_workers(const sim::Jobs& jobs,
                             std::function<void(const std::string&)> without);

}  // namespace simrun::campaign
