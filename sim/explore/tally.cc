#include "sim/explore/tally.h"

#include <algorithm>
#include <utility>

#include "sim/explore/shrink.h"

namespace sim {

Made made(std::uint64_t number, const ExecutionResult& result, const Search& search) {
  return {.number = number,
          .trace = result.stats.canonical_hash,
          .steps = result.stats.steps,
          .sampler = search.sampler(),
          .member = static_cast<std::uint32_t>(search.member()),
          .dpor_is_through = search.dpor_is_through()};
}

bool KnownFindings::add(const Finding& finding) {
  const auto is_it = [&](const Finding& each) { return same_failure(each, finding); };
  if (std::ranges::any_of(known_, is_it)) return false;
  known_.push_back(finding);
  return true;
}

Tally::Tally(const ExploreOptions& options) : options_(options) {
  report_.strategy = options.strategy.name();
  report_.cancellations = options.cancellations;
}

bool Tally::counts(std::uint64_t number) const {
  return options_.share.of == 1 || number >= kHead ||
         number % options_.share.of == options_.share.index;
}

bool Tally::add(const Made& made) {
  // Then it had been through before this one.
  if (made.dpor_is_through && !std::exchange(dpor_is_through_, true)) report_.all_traces = true;
  const bool is_new = traces_.add(made.trace);
  if (is_new && options_.on_new_trace) options_.on_new_trace(made.trace);
  if (is_new) report_.all_traces = false;  // plain state has made one that dpor cannot know of
  if (*made.sampler != '\0') of_sampler(made.sampler).add(made.trace);
  if (made.number >= kHead && made.member < Lesson::kMembers) {
    ++lesson_.members[made.member].executions;
    lesson_.members[made.member].traces += is_new;
  }
  if (counts(made.number)) {
    ++report_.executions;
    report_.steps += made.steps;
    report_.redundant += !is_new;
  }
  return is_new;
}

void Tally::add_crashed(std::uint64_t number) {
  ++crashed_;
  report_.executions += counts(number);
}

void Tally::warn(const Finding& finding) {
  if (warned_.add(finding)) report_.warnings.push_back(finding);
}

bool Tally::has_enough_failures() const {
  return options_.max_failures != 0 && report_.failures.size() >= options_.max_failures;
}

Progress Tally::progress() const {
  return {report_.executions, traces_.distinct(), report_.failures.size()};
}

Lesson Tally::take_lesson() { return std::exchange(lesson_, {}); }

TraceCounts& Tally::of_sampler(std::string_view name) {
  const auto found = of_samplers_.find(name);
  return found != of_samplers_.end() ? found->second : of_samplers_[std::string(name)];
}

Report Tally::finish(const AloneProgress& search) {
  report_.exhausted = search.exhausted;
  report_.explored = search.explored;
  report_.distinct_traces = traces_.distinct();
  report_.distinct_is_exact = traces_.is_exact();
  // What dpor went through just before the end, no execution says.
  if (search.dpor_through && !dpor_is_through_) report_.all_traces = true;
  for (const auto& [name, counts] : of_samplers_) {
    if (counts.executions() <= report_.estimate.executions) continue;
    report_.estimate = estimate_coverage(name.c_str(), counts);
  }
  return std::move(report_);
}

}  // namespace sim
