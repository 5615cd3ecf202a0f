#include "sim/explore/dpor.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/event_loop.h"
#include "sim/explore/pending.h"
#include "sim/object.h"

namespace sim {

using internal::PlannedStep;
using internal::Segment;
using internal::Use;
using internal::WakeupTree;

DecisionSource* Dpor::next() {
  if (std::exchange(begun_, true) && !backtrack()) {
    exhausted_ = true;
    return nullptr;
  }
  replayed_ = run_.size();
  made_ = answered_ = ordinal_ = 0;
  segment_ = {};
  scheduler_ = nullptr;
  pushed_ = 0;
  now_ = 0;
  callbacks_.clear();
  cut_off_.clear();
  disarmed_.clear();
  cancellable_.clear();
  std::ranges::fill(offers_, kNone);
  offered_at_ = 0;
  unless_failed_ = {};
  std::ranges::fill(ready_since_, kNotReady);
  return this;
}

// One at least, and as many as may be come one after the other.
internal::SegmentRef Dpor::cancellation(std::uint32_t process, std::int64_t when) {
  constexpr std::uint64_t kBudget = 0x627564676574;
  internal::SegmentRef segment(new Segment);
  segment->process = process;
  segment->optional = true;
  segment->when = when;
  segment->cancelled.push_back(task_cancelled_by_[process]);
  segment->add(objects_.number_of(kBudget), Use::writes);
  return segment;
}

// Of each task the latest state of this instant in which it could be cancelled. Earlier ones follow
// from the races of that cancellation.
void Dpor::note_offers() {
  for (std::uint32_t process = 0; process < offers_.size(); ++process) {
    const std::uint32_t at = std::exchange(offers_[process], kNone);
    if (at != kNone) cancellable_.push_back({at, process, offered_at_});
  }
}

void Dpor::plan_cancellations() {
  note_offers();
  for (const Cancellable& each : cancellable_) {
    const internal::SegmentRef step = cancellation(each.process, each.when);
    const bool was_made = each.step < run_.size() &&
                          PlannedStep{each.process, step}.is(*run_.segment(each.step));
    if (was_made) continue;
    sequence_.clear();
    plan_sequence(path_[each.step], *step);
  }
}

void Dpor::end_step() {
  if (!segment_) return;
  segment_->answers = path_[made_ - 1].answers;
  step_.segment = std::exchange(segment_, {});
  run_.add(step_);
  for (Disarmed& each : disarmed_) {
    if (each.step == made_ - 1) note_races(each);
  }
  replan(path_[made_ - 1]);
  remember(unless_failed_ ? unless_failed_ : step_.segment);
}

// What a planned step does is only known when it is made. Where it does more than was thought, what
// was planned after it because the two seemed to be independent has to come before it as well.
void Dpor::replan(Node& node) {
  Segment& made = *run_.segment(made_ - 1);
  for (const WakeupTree::Branch& each : node.taken) {
    if (!each.step.segment || !each.step.is(made) || each.step.segment->is_like(made)) continue;
    replan(node, each.rest, *each.step.segment, made);
  }
}

void Dpor::replan(Node& node, const WakeupTree& rest, const Segment& expected, Segment& made,
                  bool differs) {
  for (const WakeupTree::Branch& each : rest.branches) {
    if (!each.step.segment) continue;
    const Segment& step = *each.step.segment;
    const bool now_differs =
        differs || (!expected.conflicts_with(step) && made.conflicts_with(step));
    replanned_.push_back(each.step.segment);
    if (each.rest.empty() && now_differs) {
      sequence_.clear();
      for (const internal::SegmentRef& before : replanned_) sequence_.add(*before);
      sequence_.add(made);
      if (!sequence_.is_covered_by(node.asleep)) node.planned.insert(sequence_, true);
    }
    replan(node, each.rest, expected, made, now_differs);
    replanned_.pop_back();
  }
}

// What the next step of a process did in the latest execution that came to it.
internal::SegmentRef Dpor::expected(std::uint32_t process) const {
  const std::uint32_t ordinal = run_.steps_of(process);
  if (process >= known_.size() || ordinal >= known_[process].size()) return {};
  return known_[process][ordinal];
}

void Dpor::remember(const internal::SegmentRef& segment) {
  if (segment->process >= known_.size()) known_.resize(segment->process + std::size_t{1});
  std::vector<internal::SegmentRef>& steps = known_[segment->process];
  const std::uint32_t ordinal = run_.steps_of(segment->process) - 1;
  if (steps.size() <= ordinal) steps.resize(ordinal + std::size_t{1});
  steps[ordinal] = segment;
}

void Dpor::take_planned(Node& node) {
  node.taken.clear();
  node.answers.clear();
  node.choices.clear();
  node.process = kNone;
  if (node.planned.empty()) return;
  std::vector<WakeupTree::Branch>& branches = node.planned.branches;
  node.process = branches.front().step.process;
  for (auto at = branches.begin(); at != branches.end();) {
    const bool is_other = !node.taken.empty() && !at->step.must_come() &&
                          !at->step.is(*node.taken.front().step.segment);
    if (at->step.process != node.process || is_other) {
      ++at;
      continue;
    }
    node.taken.push_back(std::move(*at));
    at = branches.erase(at);
  }
}

void Dpor::ended(const ExecutionResult&, bool) {
  if (unrelated_ != nullptr) {
    throw NotSuited("dpor does not know " + std::string(unrelated_) +
                    " yet; dfs visits every schedule of any test");
  }
  if (path_.size() > run_.size()) path_.back().went_on = true;  // to the end
  plan_reversals();
  plan_cancellations();
}

void Dpor::plan_reversals() {
  // Also those of steps that were made before: what follows them now may be another thing.
  for (std::uint32_t later = 0; later < run_.size(); ++later) {
    const bool failed = unless_failed_ && later + 1 == run_.size();
    for (const std::uint32_t earlier : run_.races(later)) {
      if (failed && unless_failed_->conflicts_with(*run_.segment(earlier))) continue;
      plan_reversal(earlier, later);
    }
  }
  if (unless_failed_) plan_reversals_of_failure();
  for (const Disarmed& each : disarmed_) {
    for (const std::uint32_t earlier : each.races) plan_instead(each, earlier);
  }
  for (const std::uint32_t process : cut_off_) plan(path_[run_.size() - 1], process);
}

// A timer that was due and did not run, because the latest step disarmed it, races with that step,
// and with those that it would race with if it ran now.
void Dpor::note_races(Disarmed& disarmed) {
  disarmed.timer = expected(disarmed.process);
  if (!disarmed.timer) {
    disarmed.timer = internal::SegmentRef(new Segment);
    disarmed.timer->process = disarmed.process;
    disarmed.timer->when = now_;
    disarmed.timer->with_all = true;  // who knows
  }
  internal::Causality::NewStep step;
  step.segment = disarmed.timer;
  step.made_ready_by = disarmed.due_since;
  step.once = true;
  run_.add(step);
  disarmed.races = run_.races(disarmed.step + 1);
  run_.cut(disarmed.step + 1);
  if (std::ranges::find(disarmed.races, disarmed.step) == disarmed.races.end()) {
    disarmed.races.push_back(disarmed.step);
  }
}

void Dpor::plan_instead(const Disarmed& disarmed, std::uint32_t earlier) {
  sequence_.clear();
  for (std::uint32_t step = earlier + 1; step < run_.size(); ++step) {
    const bool is_due = step <= disarmed.step || !run_.comes_after(step, disarmed.step);
    if (is_due && !run_.comes_after(step, earlier)) sequence_.add(*run_.segment(step));
  }
  plan_sequence(path_[earlier], *disarmed.timer, true);
}

// A step of a process that was ready there, and has not been made.
void Dpor::plan(Node& node, std::uint32_t process) {
  const PlannedStep step{process, expected(process)};
  const auto covers = [&](const PlannedStep& each) {
    return each.process == process || (step.segment && each.must_come() &&
                                           !each.conflicts_with(*step.segment));
  };
  if (std::ranges::none_of(node.asleep, covers)) node.planned.insert(step);
}

// The step that failed, and ended all, may pass where what it uses has another past.
void Dpor::plan_reversals_of_failure() {
  const std::uint32_t last = run_.size() - 1;
  const internal::SegmentRef failed = std::exchange(step_.segment, unless_failed_);
  run_.cut(last);
  run_.add(step_);
  for (const std::uint32_t earlier : run_.races(last)) plan_reversal(earlier, last);
  run_.cut(last);
  step_.segment = failed;
  run_.add(step_);
}

void Dpor::plan_reversal(std::uint32_t earlier, std::uint32_t later) {
  sequence_.clear();
  for (std::uint32_t step = earlier + 1; step < run_.size(); ++step) {
    if (!run_.comes_after(step, earlier)) sequence_.add(*run_.segment(step));
  }
  Segment& last = *run_.segment(later);
  Segment& first = *run_.segment(earlier);
  if (first.optional) {  // what is planned without it need not lead to it
    const internal::Sequence without_it = sequence_;
    sequence_.add(last);
    plan_sequence(path_[earlier], first);
    sequence_ = without_it;
  }
  plan_sequence(path_[earlier], last);
}

void Dpor::plan_sequence(Node& node, Segment& last, bool may_fail) {
  sequence_.add(last);
  if (sequence_.is_covered_by(node.asleep)) return;
  node.planned.insert(sequence_, may_fail);
}

// To the deepest state from which there is something left to run. False if there is none.
bool Dpor::backtrack() {
  while (!path_.empty()) {
    const auto at = static_cast<std::uint32_t>(path_.size() - 1);
    Node& node = path_.back();
    const bool was_left = at < run_.size();  // else nothing was ready there
    if (was_left) node.asleep.push_back({node.process, run_.segment(at)});
    run_.cut(at);
    while (!node.answers.empty() && node.answers.back() + 1 == node.choices.back()) {
      node.answers.pop_back();
      node.choices.pop_back();
    }
    if (!node.answers.empty()) {
      ++node.answers.back();
      return true;
    }
    node.explored += was_left;
    take_planned(node);
    if (node.process != kNone) return true;
    if (node.goes_on && !std::exchange(node.went_on, true)) return true;
    path_.pop_back();
  }
  return false;
}

double Dpor::explored() const {
  double share = 0;
  double weight = 1;
  for (const Node& node : path_) {
    const double branches =
        node.explored + 1.0 + static_cast<double>(node.planned.branches.size());
    share += weight * node.explored / branches;
    weight /= branches;
  }
  return exhausted_ ? 1 : share;
}

}  // namespace sim
