#include "sim/explore/dpor.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/event_loop.h"
#include "sim/explore/pending.h"
#include "sim/object.h"

namespace sim {

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
  notes_ = false;
  scheduler_ = nullptr;
  pushed_ = 0;
  now_ = 0;
  callbacks_.clear();
  cut_off_.clear();
  disarmed_.clear();
  cancellable_.clear();
  std::ranges::fill(offers_, kNone);
  offered_at_ = 0;
  unless_failed_ = kNone;
  std::ranges::fill(ready_since_, kNotReady);
  return this;
}

// One at least, and as many as may be come one after the other.
void Dpor::set_cancellation(std::uint32_t process, std::int64_t when) {
  constexpr std::uint64_t kBudget = 0x627564676574;
  segment_.clear();
  segment_.process = process;
  segment_.optional = true;
  segment_.when = when;
  segment_.cancelled.push_back(task_cancelled_by_[process]);
  segment_.add(objects_.number_of(kBudget), Use::writes);
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
    set_cancellation(each.process, each.when);
    const SegmentId step = segments_.find_or_add(segment_);
    const bool was_made =
        each.step < run_.size() && segments_[step].is(segments_[run_.segment(each.step)]);
    if (was_made) continue;
    sequence_.clear();
    sequence_.add(step);
    plan_sequence(path_[each.step], sequence_);
  }
}

void Dpor::end_step() {
  if (!std::exchange(notes_, false)) return;
  segment_.answers = path_[made_ - 1].answers;
  const SegmentId known = expected(segment_.process);
  const bool is_known = known != kNone && segments_[known] == segment_;
  step_.segment = is_known ? known : segments_.find_or_add(segment_);
  run_.add(step_);
  for (Disarmed& each : disarmed_) {
    if (each.step == made_ - 1) note_races(each);
  }
  replan(path_[made_ - 1]);
  remember(unless_failed_ != kNone ? unless_failed_ : step_.segment);
}

// What a planned step does is only known when it is made. Where it does more than was thought, what
// was planned after it because the two seemed to be independent has to come before it as well.
void Dpor::replan(Node& node) {
  const SegmentId made = run_.segment(made_ - 1);
  for (WakeupTree::Branch& each : node.taken) {
    if (each.first() == made || !segments_[each.first()].is(segments_[made])) continue;
    replan(node, each, each.from + std::size_t{1}, each.first(), made, false);
  }
}

void Dpor::replan(Node& node, WakeupTree::Branch& branch, std::size_t from,
                  SegmentId expected, SegmentId made, bool differs) {
  const std::size_t before = replanned_.size();
  for (std::size_t i = from; i < branch.steps.size(); ++i) {
    const Segment& step = segments_[branch.steps[i]];
    if (step.process == segments_[made].process) continue;
    replanned_.push_back(branch.steps[i]);
    differs = differs || (!segments_[expected].conflicts_with(step) &&
                          segments_[made].conflicts_with(step));
  }
  branch.may_fail = branch.may_fail || differs;
  if (branch.rest.empty() && differs) {
    sequence_.clear();
    for (const SegmentId step : replanned_) sequence_.add(step);
    sequence_.add(made);
    plan_sequence(node, sequence_, true);
  }
  for (WakeupTree::Branch& each : branch.rest.branches) {
    replan(node, each, each.from, expected, made, differs);
  }
  replanned_.resize(before);
}

// What the next step of a process did in the latest execution that came to it; kNone where there
// was none.
Dpor::SegmentId Dpor::expected(std::uint32_t process) const {
  const std::uint32_t ordinal = run_.steps_of(process);
  if (process >= known_.size() || ordinal >= known_[process].size()) return kNone;
  return known_[process][ordinal];
}

void Dpor::remember(SegmentId segment) {
  const std::uint32_t process = segments_[segment].process;
  if (process >= known_.size()) known_.resize(process + std::size_t{1});
  std::vector<SegmentId>& steps = known_[process];
  const std::uint32_t ordinal = run_.steps_of(process) - 1;
  if (steps.size() <= ordinal) steps.resize(ordinal + std::size_t{1}, kNone);
  steps[ordinal] = segment;
}

void Dpor::take_planned(Node& node) {
  node.taken.clear();
  node.answers.clear();
  node.choices.clear();
  node.process = kNone;
  std::vector<WakeupTree::Branch>& branches = node.planned.branches;
  if (branches.empty()) return;
  const SegmentId first = branches.front().first();
  node.process = segments_[first].process;
  const auto is_taken = [&](const WakeupTree::Branch& each) {
    const Segment& step = segments_[each.first()];
    return step.process == node.process && (!step.optional || step.is(segments_[first]));
  };
  const auto rest = std::ranges::stable_partition(branches, is_taken);
  node.taken.assign(std::move_iterator(branches.begin()), std::move_iterator(rest.begin()));
  branches.erase(branches.begin(), rest.begin());
}

void Dpor::ended(const ExecutionResult&, bool) {
  if (unrelated_ != nullptr) {
    throw NotSuited("dpor does not know " + std::string(unrelated_) +
                    " yet; dfs visits every schedule of any test");
  }
  if (depth_ > run_.size()) path_[depth_ - 1].went_on = true;  // to the end
  plan_reversals();
  plan_cancellations();
}

void Dpor::plan_reversals() {
  // Also those of steps that were made before: what follows them now may be another thing.
  for (std::uint32_t later = 0; later < run_.size(); ++later) {
    const bool failed = unless_failed_ != kNone && later + 1 == run_.size();
    for (internal::Causality::Race& race : run_.races(later)) {
      if (race.settled) continue;
      const Segment& earlier = segments_[run_.segment(race.earlier)];
      if (failed && segments_[unless_failed_].conflicts_with(earlier)) continue;
      race.settled = plan_reversal(race.earlier, later);
    }
  }
  if (unless_failed_ != kNone) plan_reversals_of_failure();
  for (const Disarmed& each : disarmed_) {
    for (const std::uint32_t earlier : each.races) plan_instead(each, earlier);
  }
  for (const std::uint32_t process : cut_off_) plan(path_[run_.size() - 1], process);
}

// A timer that was due and did not run, because the latest step disarmed it, races with that step,
// and with those that it would race with if it ran now.
void Dpor::note_races(Disarmed& disarmed) {
  disarmed.timer = expected(disarmed.process);
  if (disarmed.timer == kNone) disarmed.timer = unknown_step(disarmed.process);
  internal::Causality::NewStep step;
  step.segment = disarmed.timer;
  step.made_ready_by = disarmed.due_since;
  step.once = true;
  run_.add(step);
  disarmed.races.clear();
  for (const internal::Causality::Race& race : run_.races(disarmed.step + 1)) {
    disarmed.races.push_back(race.earlier);
  }
  run_.cut(disarmed.step + 1);
  if (std::ranges::find(disarmed.races, disarmed.step) == disarmed.races.end()) {
    disarmed.races.push_back(disarmed.step);
  }
}

void Dpor::plan_instead(const Disarmed& disarmed, std::uint32_t earlier) {
  sequence_.clear();
  for (std::uint32_t step = earlier + 1; step < run_.size(); ++step) {
    const bool is_due = step < disarmed.step || !run_.comes_after(step, disarmed.step);
    if (is_due && !run_.comes_after(step, earlier)) sequence_.add(run_.segment(step));
  }
  sequence_.add(disarmed.timer);
  plan_sequence(path_[earlier], sequence_, true);
}

Dpor::SegmentId Dpor::unknown_step(std::uint32_t process) {
  segment_.clear();
  segment_.process = process;
  segment_.when = now_;
  segment_.unknown = segment_.with_all = true;
  return segments_.find_or_add(segment_);
}

// A step of a process that was ready there, and has not been made.
void Dpor::plan(Node& node, std::uint32_t process) {
  if (sleeps_in(node, process)) return;
  for (const WakeupTree::Branch& each : node.planned.branches) {
    if (segments_[each.first()].process == process) return;
  }
  const SegmentId step = expected(process);
  sequence_.clear();
  sequence_.add(step != kNone ? step : unknown_step(process));
  plan_sequence(node, sequence_);
}

// The step that failed, and ended all, may pass where what it uses has another past.
void Dpor::plan_reversals_of_failure() {
  const std::uint32_t last = run_.size() - 1;
  const SegmentId failed = std::exchange(step_.segment, unless_failed_);
  run_.cut(last);
  run_.add(step_);
  for (const internal::Causality::Race& race : run_.races(last)) plan_reversal(race.earlier, last);
  run_.cut(last);
  step_.segment = failed;
  run_.add(step_);
}

// True if what leads to the other outcome is explored whatever comes after `later`.
bool Dpor::plan_reversal(std::uint32_t earlier, std::uint32_t later) {
  sequence_.clear();
  for (std::uint32_t step = earlier + 1; step < later; ++step) {
    if (!run_.comes_after(step, earlier)) sequence_.add(run_.segment(step));
  }
  const std::size_t core = sequence_.size() + 1;
  sequence_.add(run_.segment(later));
  for (std::uint32_t step = later + 1; step < run_.size(); ++step) {
    if (!run_.comes_after(step, earlier)) sequence_.add(run_.segment(step));
  }
  bool settled = true;
  const SegmentId first = run_.segment(earlier);
  if (segments_[first].optional) {  // what is planned without it need not lead to it
    internal::Sequence with_it = sequence_;
    with_it.add(first);
    settled = plan_sequence(path_[earlier], with_it) < core;
  }
  return plan_sequence(path_[earlier], sequence_) < core && settled;
}

// Where the sequence has a step that sleeps and does just that, see Sequence::find_initial();
// planned is one of which none sleeps.
std::size_t Dpor::plan_sequence(Node& node, internal::Sequence& sequence, bool may_fail) {
  using internal::Sequence;
  std::vector<Sequence> others;
  std::size_t covered = Sequence::kNone;
  std::size_t same = Sequence::kNone;
  for (const SegmentId each : node.asleep) {
    covered = sequence.find_initial(each);
    if (covered == Sequence::kNone) continue;
    if (covered != Sequence::kOutside && sequence[covered] == each) same = covered;
    if (sequence.thinks_less_of(each, covered)) others.push_back(sequence.postponing(covered));
    break;
  }
  if (covered == Sequence::kNone) node.planned.insert(sequence, may_fail, others);
  for (Sequence& each : others) plan_sequence(node, each, true);
  return same;
}

// To the deepest state from which there is something left to run. False if there is none.
bool Dpor::backtrack() {
  while (depth_ != 0) {
    const std::uint32_t at = depth_ - 1;
    Node& node = path_[at];
    const bool was_left = at < run_.size();  // else nothing was ready there
    if (was_left) node.asleep.push_back(run_.segment(at));
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
    --depth_;
  }
  return false;
}

double Dpor::explored() const {
  double share = 0;
  double weight = 1;
  for (std::uint32_t i = 0; i < depth_; ++i) {
    const Node& node = path_[i];
    const double branches =
        node.explored + 1.0 + static_cast<double>(node.planned.branches.size());
    share += weight * node.explored / branches;
    weight /= branches;
  }
  return exhausted_ ? 1 : share;
}

}  // namespace sim
