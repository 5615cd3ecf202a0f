// Samples: outcomes for the tests of reports, of names and messages that try to get out of what
// they are written into, and as long as is asked for.
#pragma once

#include <cstdint>
#include <string>

#include "sim/report/campaign_page.h"
#include "sim/report/outcome.h"

namespace report_samples {

// Tags, quotes, line ends, bytes that are no UTF-8, escapes of a terminal, ends of comments and of
// sections.
inline const std::string kHostile =
    "</script><script>window.injected=1</script><img src=x onerror=\"window.injected=1\">'\"&]]>"
    "-->\n::error::%0A\r\x1b[31m\xff\xc3\xed\xa0\x80\x01 \xe2\x80\xa8 ${x} `y`";

inline sim::Narration narration(std::uint64_t steps, const std::string& name) {
  sim::Narration told;
  told.tasks = {{"main", sim::kNoTask, 0}, {name, 0, 1}, {"worker-2", 0, 1}};
  for (std::uint64_t i = 1; i <= steps; ++i) {
    sim::NarratedStep step;
    step.number = i;
    step.time = static_cast<std::int64_t>(i) * 1'000;
    step.task_index = static_cast<std::uint32_t>(i % 3);
    step.task = told.tasks[step.task_index].name;
    step.place = "work  scenarios/programs/counter_race.cc:13";
    step.ready_by = i > 1 ? i - 1 : 0;
    step.ready_time = step.time - 500;
    step.waits_for = i % 2 == 0 ? "Lock made at bank.cc:9" : "";
    step.suspended_at = "work  scenarios/programs/counter_race.cc:14";
    if (i % 3 != 0) step.accesses.push_back({7, "Shared made at " + name, "writes", true, "", name});
    told.steps.push_back(step);
  }
  told.deviations.push_back(
      {sim::DecisionKind::ready, 0, 1, 2, 0, name, {"worker-2"}, "", steps / 2});
  told.waits = {{0, "gather of 2", "", {1, 2}, "main  bank.cc:40"},
                {1, "Lock " + name, "held by worker-2", {2}, "work  bank.cc:14"},
                {2, "Lock made at bank.cc:9", "held by " + name, {1}, "work  bank.cc:14"}};
  told.findings.push_back({sim::FindingKind::assertion, name, {}, ""});
  told.failed = true;
  told.failure_step = told.run_steps = steps;
  return told;
}

inline sim::report::Outcome outcome(std::uint64_t steps, std::size_t failures,
                                    const std::string& name) {
  sim::report::Outcome outcome;
  outcome.command = "explore";
  outcome.scenario = "sample " + name;
  outcome.file = "scenarios/sample.cc";
  outcome.line = 12;
  outcome.passed = failures == 0;
  outcome.verdict = "verdict " + name;
  outcome.strategy = "portfolio";
  outcome.executions = 1'234;
  outcome.steps = 5'678;
  outcome.seconds = 1.5;
  for (std::size_t i = 0; i < failures; ++i) {
    sim::Failure failure;
    failure.kind = i % 2 == 0 ? sim::FindingKind::assertion : sim::FindingKind::deadlock;
    failure.message = "failure " + std::to_string(i) + " " + name;
    failure.token = "AQXSWgAvvQ";
    failure.finding = {failure.kind, failure.message, {}, "  at deposit  bank.cc:12\n"};
    failure.narration = narration(steps, name);
    failure.text = failure.message + "\nas text: " + name;
    outcome.incidents.push_back({failure, "./simrun replay sample AQXSWgAvvQ " + name});
  }
  outcome.warnings.push_back({sim::FindingKind::starvation, name, {}, ""});
  return outcome;
}

inline sim::report::Campaign campaign(const std::string& name) {
  sim::report::Campaign campaign;
  campaign.title = "Campaign " + name;
  for (int i = 0; i < 4; ++i) {
    sim::report::CampaignScenario scenario;
    scenario.name = name;
    for (std::uint64_t n = 0; n <= 40; ++n) {
      scenario.points.push_back({n * 250, static_cast<double>(n), 400 * n / (n + 8)});
    }
    campaign.scenarios.push_back(scenario);
  }
  using sim::report::FindingState;
  for (const FindingState state : {FindingState::is_new, FindingState::known, FindingState::fixed,
                                   FindingState::returned}) {
    campaign.findings.push_back({name, "deadlock", name, "AQXSWgAvvQ", "./simrun replay x", state});
  }
  return campaign;
}

}  // namespace report_samples
