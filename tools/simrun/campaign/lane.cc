#include "tools/simrun/campaign/lane.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/simrun/guard_flags.h"
#include "tools/simrun/run_report.h"
#include "tools/simrun/values.h"

namespace simrun::campaign {

namespace {

constexpr std::array kOrderNames = {"fifo", "any"};
constexpr std::array kTimerNames = {"strict", "slow_loop", "adversarial"};
static_assert(static_cast<int>(sim::Order::fifo) == 0 && static_cast<int>(sim::Order::any) == 1);
static_assert(static_cast<int>(sim::Time::strict) == 0 &&
              static_cast<int>(sim::Time::slow_loop) == 1 &&
              static_cast<int>(sim::Time::adversarial) == 2);

// With the scenario's name and limits in it.
sim::ExploreOptions named(const sim::ScenarioInfo& scenario, sim::ExploreOptions options) {
  Command command{.scenario = &scenario};
  command.explore = std::move(options);
  for (const sim::Parameter& each : scenario.parameters) {
    command.options.parameters.push_back(each.value);
  }
  name_for_tokens(command);
  return std::move(command.explore);
}

}  // namespace

void Lane::note_new_trace(std::uint64_t executions) {
  constexpr std::size_t kDense = 64;  // points, before they become rarer
  const bool is_due = curve.size() < kDense || executions > curve.back().executions +
                                                                curve.back().executions / 64;
  if (is_due) curve.push_back({executions, 0, traces.distinct()});
}

Lane make_lane(const sim::ScenarioInfo& scenario, const Options& options) {
  Lane lane;
  lane.scenario = &scenario;
  lane.parameters =
      absl::StrJoin(scenario.parameters, " ", [](std::string* out, const sim::Parameter& each) {
        absl::StrAppend(out, each.name, "=", sim::to_string(each.value));
      });
  sim::ExploreOptions explore;
  explore.order = options.order;
  explore.time = options.time;
  explore.cancellations = options.cancellations;
  explore.outside = options.outside;
  explore.check_every_execution = options.check_every_execution;
  explore.max_failures = 0;
  explore.shrink = false;  // only what is new is worth it
  lane.explore = named(scenario, std::move(explore));
  lane.tally.scenario = scenario.name;
  return lane;
}

bool options_of(const Schedule& schedule, const sim::ScenarioInfo& scenario,
                sim::ExploreOptions& options) {
  const auto order = parse_order(schedule.order);
  const auto time = parse_time(schedule.timers);
  const auto outside = parse_guard_flags(schedule.outside);
  if (!order.ok() || !time.ok() || !outside.ok()) return false;
  options = {};
  options.order = *order;
  options.time = *time;
  options.cancellations = schedule.cancellations;
  options.outside = *outside;
  options = named(scenario, std::move(options));
  return true;
}

std::string replay_line(const Schedule& schedule, const sim::ScenarioInfo& scenario) {
  sim::ExploreOptions options;
  if (!options_of(schedule, scenario, options)) return {};
  return absl::StrCat(options.replay_command, " ", schedule.token);
}

Seen seen_of(const sim::Failure& failure, const Lane& lane, const sim::ExploreOptions& options) {
  const sim::Finding& finding = failure.finding;
  const std::string outside = guard_flags(options.outside);
  return {signature_of(lane.scenario->name, lane.parameters, finding),
          {failure.token, kOrderNames[static_cast<std::size_t>(options.order)],
           kTimerNames[static_cast<std::size_t>(options.time)], options.cancellations,
           std::string(absl::StripAsciiWhitespace(outside)), failure.deviations.size(),
           failure.message,
           finding.place.line() == 0 ? std::string() : sim::to_string(finding.place),
           failure.also_under_fifo, failure.explanation()}};
}

}  // namespace simrun::campaign
