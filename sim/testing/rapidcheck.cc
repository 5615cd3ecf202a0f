#include "sim/testing/rapidcheck.h"

#include <algorithm>
#include <cstdio>

#include "rapidcheck/shrink/Shrink.h"
#include "rapidcheck/shrinkable/Create.h"
#include "sim/rng.h"

namespace sim {

namespace {

using Choice = Schedule::Choice;
using Choices = std::vector<Choice>;

// One choice for each decision, in their order.
Schedule in_order(Choices choices) {
  std::ranges::stable_sort(choices, {}, &Choice::decision);
  const auto [first, last] = std::ranges::unique(choices, {}, &Choice::decision);
  choices.erase(first, last);
  return {std::move(choices)};
}

// How far into a run the deviations reach and how many they are differs from case to case by powers
// of two: short and long runs, rare and frequent deviations all come up.
Schedule random_schedule(const rc::Random& random, int size) {
  constexpr int kMostBits = 12;
  Rng rng(rc::Random(random).next());
  const int most_bits = std::min(2 + size / 8, kMostBits);
  const std::uint64_t reach = std::uint64_t{1} << rng.uniform(1, most_bits);
  const std::uint64_t most = std::min<std::uint64_t>(reach, static_cast<std::uint64_t>(size));
  Choices choices(rng.below(most + 1));
  for (Choice& choice : choices) {
    choice.decision = static_cast<std::uint32_t>(rng.below(reach));
    choice.index = static_cast<std::uint32_t>(1 + rng.below(std::uint64_t{1} << rng.uniform(0, 6)));
  }
  return in_order(std::move(choices));
}

rc::Seq<Choice> smaller_choices(const Choice& choice) {
  const std::uint32_t least = 1;
  return rc::seq::concat(
      rc::seq::map(rc::shrink::towards(choice.index, least),
                   [choice](std::uint32_t index) { return Choice{choice.decision, index}; }),
      rc::seq::map(rc::shrink::towards(choice.decision, std::uint32_t{0}),
                   [choice](std::uint32_t decision) { return Choice{decision, choice.index}; }));
}

rc::Seq<Schedule> smaller_schedules(Schedule schedule) {
  return rc::seq::map(
      rc::seq::concat(rc::shrink::removeChunks(schedule.choices),
                      rc::shrink::eachElement(schedule.choices, smaller_choices)),
      [](Choices choices) { return in_order(std::move(choices)); });
}

// A case as an execution runs it. What RC_ASSERT and RC_FAIL throw is a finding, what RC_PRE throws
// is kept in `discarded`.
Coro<> run_case_body(Body body, std::optional<rc::detail::CaseResult>& discarded) {
  try {
    co_await body();
  } catch (const rc::detail::CaseResult& result) {
    if (result.type == rc::detail::CaseResult::Type::Discard) discarded = result;
    if (result.type == rc::detail::CaseResult::Type::Failure) {
      internal::report_finding({FindingKind::assertion, result.description, {}, {}});
    }
  }
}

}  // namespace

rc::Gen<Schedule> gen_schedule() {
  return [](const rc::Random& random, int size) {
    return rc::shrinkable::shrinkRecur(random_schedule(random, size), &smaller_schedules);
  };
}

namespace internal {

PropertyRun::PropertyRun(std::string name, ExploreOptions options) : options_(std::move(options)) {
  options_.shrink = false;  // rapidcheck does
  options_.replay_command =
      "sim::replay(body, \"TOKEN\", {.scenario_name = \"" + name + "\"}), with these arguments";
  options_.scenario_name = std::move(name);
}

void PropertyRun::run_case(Body body) {
  using rc::detail::CaseResult;
  Schedule schedule = *gen_schedule();
  ScheduleSource source(schedule);
  std::optional<CaseResult> discarded;
  Execution execution([&] { return run_case_body(body, discarded); }, run_options(options_),
                      options_.ignore);
  const ExecutionResult& result = execution.run(source);
  if (discarded) throw *discarded;
  if (!result.failed) return;
  const Finding& finding = result.failure();
  failed_ = std::move(body);
  schedule_ = std::move(schedule);
  throw CaseResult(CaseResult::Type::Failure,
                   std::string(to_string(finding.kind)) + ": " + finding.message);
}

void PropertyRun::explain() const {
  if (failed_ == nullptr) return;
  ScheduleSource source(schedule_);
  std::optional<rc::detail::CaseResult> discarded;
  const auto body = [&] { return run_case_body(failed_, discarded); };
  const Report report = run_schedule(body, source, options_);
  for (const Failure& failure : report.failures) {
    std::fprintf(stderr, "%s\n", failure.explanation().c_str());
  }
}

}  // namespace internal
}  // namespace sim
