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

namespace {

// Not one answer of a process sleeps on when one of them is woken.
void wake_by(const Segment& step, std::vector<PlannedStep>& asleep) {
  for (std::size_t i = 0; i < asleep.size();) {
    const std::uint32_t process = asleep[i].process;
    if (process != step.process && !asleep[i].conflicts_with(step)) {
      ++i;
      continue;
    }
    std::erase_if(asleep, [&](const PlannedStep& each) { return each.process == process; });
    i = 0;
  }
}

}  // namespace

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
  blocked_ = false;
  callbacks_.clear();
  cut_off_.clear();
  unless_failed_ = {};
  std::ranges::fill(ready_since_, kNotReady);
  return this;
}

std::uint32_t Dpor::pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) {
  switch (kind) {
    case DecisionKind::ready:
      return pick_ready(context.loop->scheduler(), n);
    case DecisionKind::choose:
    case DecisionKind::executor:
      return answer(n);
    case DecisionKind::timer_tie:
    case DecisionKind::timer:
    case DecisionKind::cancel:
      break;
  }
  throw NotSuited("dpor neither cancels tasks nor lets timers fire late");
}

std::uint32_t Dpor::answer(std::uint32_t n) {
  if (made_ == 0) return 0;
  Node& node = path_[made_ - 1];
  if (answered_ == node.answers.size()) {
    node.answers.push_back(0);
    node.choices.push_back(n);
  }
  if (node.choices[answered_] != n) {
    throw NotRepeated("a decision in step " + std::to_string(made_) + " had " +
                      std::to_string(node.choices[answered_]) + " choices, now it has " +
                      std::to_string(n));
  }
  return node.answers[answered_++];
}

std::uint32_t Dpor::pick_ready(const Scheduler& scheduler, std::uint32_t n) {
  end_step();
  look_at_queue(scheduler);
  if (replays()) return path_[made_].index;
  begin_node();
  Node& node = path_[made_];
  std::uint32_t fallback = kNone;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t process = process_of(scheduler, scheduler.ready().at(i));
    if (process == 0) continue;
    if (fallback == kNone) fallback = i;
    if (node.process != kNone ? process == node.process : !sleeps_in(node, process)) {
      return node.index = i;
    }
  }
  if (node.process != kNone) refuse();
  return node.index = fallback == kNone ? 0 : fallback;
}

void Dpor::on_step(const Scheduler& scheduler, Entry entry) {
  scheduler_ = &scheduler;
  end_step();
  look_at_queue(scheduler);
  note_ready(scheduler, entry);
  const std::uint32_t process = process_of(scheduler, entry);
  if (process == 0) return;  // a timer that was cancelled, or is late: nothing happens
  if (!replays()) {
    begin_node();
    Node& node = path_[made_];
    if (node.process == kNone) {
      node.process = process;
      blocked_ = blocked_ || sleeps_in(node, process);
    }
    step_ = {};
    step_.clock_went_on = scheduler.now() != now_;
    step_.made_ready_by = ready_since_[process];
    step_.once = internal::task_of(scheduler, entry) == nullptr;
    segment_ = internal::SegmentRef(new Segment);
    segment_->process = process;
  }
  if (path_[made_].process != process) refuse();
  ready_since_[process] = kNotReady;
  std::erase_if(callbacks_, [&](const Callback& each) { return each.process == process; });
  now_ = scheduler.now();
  answered_ = ordinal_ = 0;
  ++made_;
}

// The step that has to be made is not ready, or another one is made.
void Dpor::refuse() const {
  if (replays()) {
    throw NotRepeated("step " + std::to_string(made_ + 1) + " is another task's than before");
  }
  throw NotSuited(
      "dpor cannot reduce this test: what is ready depends on state outside of Shared<T> and the "
      "primitives; dfs visits every schedule of any test");
}

void Dpor::end_step() {
  if (!segment_) return;
  segment_->answers = path_[made_ - 1].answers;
  step_.segment = std::exchange(segment_, {});
  run_.add(step_);
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
      if (!sequence_.is_covered_by(node.asleep)) node.planned.insert(sequence_);
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

// Notes which processes have become ready since the last look, which is since the latest step.
void Dpor::look_at_queue(const Scheduler& scheduler) {
  const internal::ReadyQueue& ready = scheduler.ready();
  const std::uint64_t pushed = ready.pushed() - std::exchange(pushed_, ready.pushed());
  for (std::size_t i = ready.size() - std::min<std::uint64_t>(pushed, ready.size());
       i < ready.size(); ++i) {
    note_ready(scheduler, ready.at(i));
  }
}

void Dpor::note_ready(const Scheduler& scheduler, Entry entry) {
  const std::uint32_t process = process_of(scheduler, entry);
  if (process == 0 || ready_since_[process] != kNotReady) return;
  ready_since_[process] = made_ == 0 ? kNone : made_ - 1;
}

std::uint32_t Dpor::process_of(const Scheduler& scheduler, Entry entry) {
  if (entry.kind() == Entry::Kind::timer) {
    entry = scheduler.timers().peek(entry.as_timer());
    if (!entry) return 0;
    if (entry.kind() == Entry::Kind::task) {
      const internal::Waiter* waiter = entry.as_task()->waiter();
      if (waiter == nullptr || waiter->status() != internal::WaitStatus::waiting) return 0;
    }
  }
  if (entry.kind() != Entry::Kind::runnable) return number_of(entry.as_task()->identity());
  if (const std::uint64_t identity = entry.as_runnable()->identity()) return number_of(identity);
  for (const Callback& each : callbacks_) {
    if (each.entry == entry.bits()) return each.process;
  }
  // The n-th that the latest step scheduled.
  const std::uint32_t by = made_ == 0 ? 0 : path_[made_ - 1].process;
  const std::uint32_t step = made_ == 0 ? 0 : run_.ordinal(made_ - 1);
  const std::uint64_t identity =
      internal::mix(internal::mix(identities_[by], step), kNotReady + ++ordinal_);
  callbacks_.push_back({entry.bits(), number_of(identity)});
  return callbacks_.back().process;
}

std::uint32_t Dpor::number_of(std::uint64_t identity) {
  const std::uint32_t number = processes_.number_of(identity);
  if (number >= identities_.size()) {
    identities_.resize(number + std::size_t{1});
    ready_since_.resize(number + std::size_t{1}, kNotReady);
    identities_[number] = identity;
  }
  return number;
}

bool Dpor::sleeps_in(const Node& node, std::uint32_t process) {
  return std::ranges::any_of(node.asleep,
                             [&](const PlannedStep& each) { return each.process == process; });
}

// The state after the latest step, if the execution sees it for the first time.
void Dpor::begin_node() {
  if (path_.size() > made_) return;
  Node node;
  if (made_ != 0) {
    const Segment& latest = *run_.segment(made_ - 1);
    Node& before = path_[made_ - 1];
    node.asleep = before.asleep;
    wake_by(latest, node.asleep);
    const auto planned = std::ranges::find_if(
        before.taken, [&](const WakeupTree::Branch& each) { return each.step.is(latest); });
    if (planned != before.taken.end()) node.planned = std::move(planned->rest);
  }
  path_.push_back(std::move(node));
  take_planned(path_.back());
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
    if (at->step.process != node.process) {
      ++at;
      continue;
    }
    node.taken.push_back(std::move(*at));
    at = branches.erase(at);
  }
}

void Dpor::on_access(const Scheduler&, const internal::Object& object,
                     const internal::Access& access) {
  if (!segment_) return;
  segment_->add(objects_.number_of(object.identity()), access.write ? Use::writes : Use::reads);
}

void Dpor::on_relation(const Scheduler& scheduler, std::uint64_t what, internal::Relation how) {
  if (what == internal::kEverything) now_ = scheduler.now();  // the step may have taken time
  if (!segment_) return;
  if (what == internal::kEverything) {
    segment_->with_all = true;
    return;
  }
  switch (how) {
    case internal::Relation::looks:
      return segment_->add(objects_.number_of(what), Use::reads);
    case internal::Relation::changes:
      return segment_->add(objects_.number_of(what), Use::writes);
    case internal::Relation::adds:
      return segment_->add(objects_.number_of(what), Use::adds);
    case internal::Relation::joins:
      return step_.joined.push_back(objects_.number_of(what));
    case internal::Relation::cancels:
      break;
  }
  const std::uint32_t task = number_of(what);
  if (task != segment_->process && !segment_->cancels(task)) segment_->cancelled.push_back(task);
}

// A check that fails ends all that was ready: whether it ran before makes a difference.
void Dpor::on_close() {
  if (scheduler_ == nullptr) return;
  const Scheduler& scheduler = *std::exchange(scheduler_, nullptr);
  if (scheduler.failed()) {
    if (segment_) {
      segment_->answers = path_[made_ - 1].answers;
      unless_failed_ = internal::SegmentRef(new Segment(*segment_));
      segment_->with_all = true;
    }
    end_step();
    look_at_queue(scheduler);
    for (std::size_t i = 0; i < scheduler.ready().size(); ++i) {
      const std::uint32_t process = process_of(scheduler, scheduler.ready().at(i));
      const bool was_ready = process != 0 && ready_since_[process] != made_ - 1;
      if (was_ready) cut_off_.push_back(process);
    }
  }
  end_step();
}

void Dpor::ended(const ExecutionResult&, bool) {
  if (unrelated_ != nullptr) {
    throw NotSuited("dpor does not know " + std::string(unrelated_) +
                    " yet; dfs visits every schedule of any test");
  }
  if (blocked_) return;
  plan_reversals();
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
  if (cut_off_.empty()) return;
  Node& last = path_[run_.size() - 1];
  for (const std::uint32_t process : cut_off_) {
    const PlannedStep step{process, expected(process)};
    const auto covers = [&](const PlannedStep& each) {
      return each.process == process ||
             (step.segment && !each.conflicts_with(*step.segment));
    };
    if (std::ranges::none_of(last.asleep, covers)) last.planned.insert(step);
  }
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
  sequence_.add(*run_.segment(later));
  Node& node = path_[earlier];
  if (sequence_.is_covered_by(node.asleep)) return;
  node.planned.insert(sequence_);
}

// To the deepest state from which there is something left to run. False if there is none.
bool Dpor::backtrack() {
  while (!path_.empty()) {
    const auto at = static_cast<std::uint32_t>(path_.size() - 1);
    Node& node = path_.back();
    node.asleep.push_back({node.process, run_.segment(at)});
    run_.cut(at);
    while (!node.answers.empty() && node.answers.back() + 1 == node.choices.back()) {
      node.answers.pop_back();
      node.choices.pop_back();
    }
    if (!node.answers.empty()) {
      ++node.answers.back();
      return true;
    }
    ++node.explored;
    take_planned(node);
    if (node.process != kNone) return true;
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
