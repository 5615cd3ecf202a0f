// What the reports tell of a campaign: an outcome for each scenario, and an overview as the page's
// beginning.
//
// What makes the campaign fail is a failure; findings that are known, and do not, are warnings.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/report/campaign_page.h"
#include "sim/report/outcome.h"
#include "tools/simrun/campaign/lane.h"
#include "tools/simrun/campaign/summary.h"

namespace simrun::campaign {

// `slices`: all of this run, in their order. `failures`: of signatures, what this process has seen
// of them; of others there is the text that was stored.
std::vector<sim::report::Outcome> outcomes_of(const Summary& summary,
                                              const std::vector<Lane>& lanes,
                                              const std::vector<Slice>& slices,
                                              const std::map<std::string, sim::Failure>& failures,
                                              const Options& options);

// Of slices that another process made there are only the ends.
sim::report::Campaign overview_of(const Summary& summary, const std::vector<Lane>& lanes,
                                  const std::vector<Slice>& slices);

}  // namespace simrun::campaign
