// The page of a campaign: what was found, for each scenario how many different traces have been
// seen as executions went on, and behind that the failures as in html.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/report/outcome.h"

namespace sim::report {

struct CoveragePoint {
  std::uint64_t executions = 0;
  double seconds = 0;
  std::uint64_t distinct_traces = 0;
};

struct CampaignScenario {
  std::string name;
  std::vector<CoveragePoint> points;  // in their order
};

enum class FindingState : std::uint8_t { is_new, known, fixed, returned };

struct CampaignFinding {
  std::string scenario;
  std::string kind;
  std::string message;
  std::string token;
  std::string replay;  // the line that runs it again
  FindingState state = FindingState::is_new;
};

struct Campaign {
  std::string title;
  std::vector<CampaignScenario> scenarios;
  std::vector<CampaignFinding> findings;
};

std::string campaign_page(const Campaign& campaign, const std::vector<Outcome>& failed = {},
                          const SourceReader& read_source = {});

}  // namespace sim::report
