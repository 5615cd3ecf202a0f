#include "tools/simrun/campaign/campaign_reports.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/internal/with_commas.h"
#include "tools/simrun/values.h"

namespace simrun::campaign {

namespace {

using sim::internal::with_commas;

using sim::report::Outcome;

sim::Failure stored_failure(const Reported& reported) {
  sim::Failure failure;
  if (const auto kinds = parse_kinds(reported.signature.kind); kinds.ok()) {
    failure.kind = kinds->front();
  }
  failure.message = reported.schedule.message;
  failure.token = reported.schedule.token;
  failure.text = reported.schedule.explanation;
  failure.finding.kind = failure.kind;
  failure.finding.message = failure.message;
  return failure;
}

bool makes_it_fail(const Reported& reported, const Options& options) {
  return reported.news == News::fresh || reported.news == News::returned ||
         (reported.news == News::known && options.fail_on_any);
}

sim::report::FindingState state_of(News news) {
  using sim::report::FindingState;
  switch (news) {
    case News::returned: return FindingState::returned;
    case News::fresh: return FindingState::is_new;
    case News::fixed: return FindingState::fixed;
    case News::known:
    case News::stale: break;
  }
  return FindingState::known;
}

Outcome outcome_of_lane(const Lane& lane, const Summary& summary,
                        const std::vector<Slice>& slices,
                        const std::map<std::string, sim::Failure>& failures,
                        const Options& options) {
  Outcome outcome;
  for (const Slice& slice : slices) {
    if (slice.scenario != lane.scenario->name) continue;
    outcome.seconds += slice.seconds;
    outcome.steps += slice.steps;
  }
  outcome.command = "campaign";
  outcome.scenario = lane.scenario->name;
  if (lane.scenario->place.line() != 0) {
    outcome.file = lane.scenario->place.file_name();
    outcome.line = lane.scenario->place.line();
  }
  outcome.strategy = "portfolio";
  outcome.seed = options.seed;
  outcome.executions = lane.tally.executions;
  outcome.distinct_traces = lane.tally.traces;
  for (const Reported& each : summary.findings) {
    if (each.signature.scenario != lane.scenario->name) continue;
    const auto seen = failures.find(each.id);
    const sim::Failure failure = seen != failures.end() ? seen->second : stored_failure(each);
    if (makes_it_fail(each, options)) {
      outcome.incidents.push_back({failure, each.replay});
    } else if (each.news == News::known) {
      outcome.warnings.push_back(failure.finding);
    }
  }
  outcome.passed = outcome.incidents.empty();
  outcome.verdict = absl::StrCat(
      outcome.incidents.size(), outcome.incidents.size() == 1 ? " finding in " : " findings in ",
      with_commas(outcome.executions), " executions");
  return outcome;
}

}  // namespace

std::vector<Outcome> outcomes_of(const Summary& summary, const std::vector<Lane>& lanes,
                                 const std::vector<Slice>& slices,
                                 const std::map<std::string, sim::Failure>& failures,
                                 const Options& options) {
  std::vector<Outcome> outcomes;
  for (const Lane& lane : lanes) {
    outcomes.push_back(outcome_of_lane(lane, summary, slices, failures, options));
  }
  return outcomes;
}

sim::report::Campaign overview_of(const Summary& summary, const std::vector<Lane>& lanes,
                                  const std::vector<Slice>& slices) {
  sim::report::Campaign campaign;
  campaign.title = absl::StrCat("Campaign: ", with_commas(summary.executions()), " executions of ",
                                summary.tallies.size(),
                                summary.tallies.size() == 1 ? " scenario" : " scenarios");
  for (const Lane& lane : lanes) {
    const Tally& tally = lane.tally;
    sim::report::CampaignScenario scenario{tally.scenario, lane.curve};
    sim::report::CoveragePoint so_far;
    for (const Slice& slice : slices) {
      if (slice.scenario != tally.scenario) continue;
      so_far.executions += slice.executions;
      so_far.seconds += slice.seconds;
      so_far.distinct_traces += slice.new_traces;
      scenario.points.push_back(so_far);
    }
    std::ranges::stable_sort(scenario.points, {}, &sim::report::CoveragePoint::executions);
    campaign.scenarios.push_back(std::move(scenario));
  }
  for (const Reported& each : summary.findings) {
    if (each.news == News::stale) continue;
    campaign.findings.push_back({each.signature.scenario, each.signature.kind,
                                 each.schedule.message, each.schedule.token, each.replay,
                                 state_of(each.news)});
  }
  return campaign;
}

}  // namespace simrun::campaign
