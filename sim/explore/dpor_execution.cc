// What Dpor does while an execution goes on: it makes the steps that are planned, and notes what
// each step has to do with.
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

// Not one answer of a process sleeps on when one of them is woken.
void Dpor::wake_by(const Segment& step, std::vector<SegmentId>& asleep) const {
  for (std::size_t i = 0; i < asleep.size();) {
    const Segment& each = segments_[asleep[i]];
    if (each.process != step.process && !each.conflicts_with(step)) {
      ++i;
      continue;
    }
    std::erase_if(asleep, [&](SegmentId id) { return segments_[id].process == each.process; });
    i = 0;
  }
}

std::uint32_t Dpor::pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) {
  switch (kind) {
    case DecisionKind::ready:
      return pick_ready(context.loop->scheduler(), n);
    case DecisionKind::choose:
    case DecisionKind::executor:
      return answer(n);
    case DecisionKind::cancel:
      return pick_cancelled(context.loop->scheduler());
    case DecisionKind::timer_tie:
    case DecisionKind::timer:
      break;
  }
  throw NotSuited("dpor lets no timer fire late");
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

// A task that is cancelled from outside is a step of its own, of a process of its own. Nothing
// makes it come, so every execution shows where else it could.
std::uint32_t Dpor::pick_cancelled(const Scheduler& scheduler) {
  end_step();
  look_at_queue(scheduler);
  const std::vector<internal::TaskState*>& tasks = scheduler.cancellable();
  if (!replays()) begin_node();
  if (scheduler.now() != offered_at_) note_offers();
  offered_at_ = scheduler.now();
  for (const internal::TaskState* task : tasks) offers_[canceller_of(*task)] = made_;
  Node& node = path_[made_];
  if (node.process == kNone || task_cancelled_by_[node.process] == kNone) return 0;
  const Segment& planned =
      segments_[replays() ? run_.segment(made_) : node.taken.front().first()];
  if (planned.when != scheduler.now() && scheduler.ready().empty()) return 0;  // not yet
  if (replays()) return node.index;
  for (std::uint32_t i = 0; i < tasks.size(); ++i) {
    if (canceller_of(*tasks[i]) != node.process) continue;
    node.goes_on = scheduler.ready().empty() || find_awake(node, scheduler) != kNone;
    return node.index = i + 1;
  }
  drop_plan(node);
  return 0;
}

std::uint32_t Dpor::canceller_of(const internal::TaskState& task) {
  constexpr std::uint64_t kCanceller = 0x63616e63656c6c;
  const std::uint32_t process = number_of(internal::mix(task.identity(), kCanceller));
  task_cancelled_by_[process] = number_of(task.identity());
  return process;
}

void Dpor::on_cancel(const Scheduler& scheduler, internal::TaskState& task) {
  const std::uint32_t process = path_[made_].process;
  if (!replays()) {
    step_ = {};
    step_.clock_went_on = scheduler.now() != now_;
    step_.made_ready_by = run_.first_step_of(number_of(task.identity()));
    step_.once = true;
    set_cancellation(process, scheduler.now());
    notes_ = true;
  }
  now_ = scheduler.now();
  answered_ = ordinal_ = 0;
  ++made_;
}

// What was planned, and is not ready, where it was not sure to be. False if it was.
bool Dpor::drop_plan(Node& node) const {
  for (const WakeupTree::Branch& each : node.taken) {
    if (!each.may_fail && segments_[each.first()].must_come()) return false;
  }
  node.taken.clear();
  node.process = kNone;
  return true;
}

std::uint32_t Dpor::pick_ready(const Scheduler& scheduler, std::uint32_t n) {
  end_step();
  look_at_queue(scheduler);
  if (replays()) return path_[made_].index;
  begin_node();
  Node& node = path_[made_];
  std::uint32_t index = kNone;
  for (std::uint32_t i = 0; i < n && index == kNone && node.process != kNone; ++i) {
    if (process_of(scheduler, scheduler.ready().at(i)) == node.process) index = i;
  }
  if (index == kNone && node.process != kNone && !drop_plan(node)) refuse();
  if (index == kNone) index = find_awake(node, scheduler);
  return node.index = index == kNone ? 0 : index;  // all that is ready sleeps
}

// The place of a ready process that does not sleep; kNone if there is none.
std::uint32_t Dpor::find_awake(const Node& node, const Scheduler& scheduler) {
  for (std::uint32_t i = 0; i < scheduler.ready().size(); ++i) {
    const std::uint32_t process = process_of(scheduler, scheduler.ready().at(i));
    if (process != 0 && !sleeps_in(node, process)) return i;
  }
  return kNone;
}

void Dpor::on_step(const Scheduler& scheduler, Entry entry) {
  scheduler_ = &scheduler;
  end_step();
  look_at_queue(scheduler);
  note_ready(scheduler, entry);
  const std::uint32_t process = process_of(scheduler, entry);
  if (process == 0) return;  // a timer that was cancelled, or is late: nothing happens
  if (entry.kind() == Entry::Kind::timer && scheduler.timers().peek(entry.as_timer()).kind() ==
                                                Entry::Kind::task) {
    return;  // wakes a sleeper, which is ready since the clock came there
  }
  if (!replays()) {
    begin_node();
    Node& node = path_[made_];
    node.went_on = true;
    if (node.process != process) drop_plan(node);
    if (node.process == kNone) node.process = process;
    step_ = {};
    step_.clock_went_on = scheduler.now() != now_;
    step_.made_ready_by = ready_since_[process];
    step_.once = internal::task_of(scheduler, entry) == nullptr;
    segment_.clear();
    segment_.process = process;
    segment_.when = scheduler.now();
    notes_ = true;
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
    task_cancelled_by_.resize(number + std::size_t{1}, kNone);
    offers_.resize(number + std::size_t{1}, kNone);
    identities_[number] = identity;
  }
  return number;
}

bool Dpor::sleeps_in(const Node& node, std::uint32_t process) const {
  return std::ranges::any_of(
      node.asleep, [&](SegmentId each) { return segments_[each].process == process; });
}

// The state after the latest step, if the execution sees it for the first time.
void Dpor::begin_node() {
  if (depth_ > made_) return;
  if (++depth_ > path_.size()) path_.emplace_back();
  Node& node = path_[made_];
  node.clear();
  if (made_ != 0) {
    const Segment& latest = segments_[run_.segment(made_ - 1)];
    Node& before = path_[made_ - 1];
    node.asleep = before.asleep;
    wake_by(latest, node.asleep);
    const auto planned = std::ranges::find_if(before.taken, [&](const WakeupTree::Branch& each) {
      return segments_[each.first()].is(latest);
    });
    if (planned != before.taken.end()) std::move(*planned).continue_as(node.planned);
    if (before.choices.empty()) before.taken.clear();  // else the other answers need it
  }
  take_planned(node);
}

void Dpor::on_access(const Scheduler&, const internal::Object& object,
                     const internal::Access& access) {
  if (!notes_) return;
  segment_.add(objects_.number_of(object.identity()), access.write ? Use::writes : Use::reads);
}

void Dpor::on_relation(const Scheduler& scheduler, std::uint64_t what, internal::Relation how) {
  if (what == internal::kEverything) now_ = scheduler.now();  // the step may have taken time
  if (how == internal::Relation::disarms) {
    const std::uint32_t timer = number_of(what);
    const std::uint32_t due_since = std::exchange(ready_since_[timer], kNotReady);
    if (due_since == kNotReady) return;
    if (notes_) disarmed_.push_back({made_ - 1, timer, due_since, kNone, {}});
    return;
  }
  if (!notes_) return;
  if (what == internal::kEverything) {
    segment_.with_all = true;
    return;
  }
  switch (how) {
    case internal::Relation::looks:
      return segment_.add(objects_.number_of(what), Use::reads);
    case internal::Relation::changes:
      return segment_.add(objects_.number_of(what), Use::writes);
    case internal::Relation::adds:
      return segment_.add(objects_.number_of(what), Use::adds);
    case internal::Relation::joins:
      return step_.joined.push_back(objects_.number_of(what));
    case internal::Relation::cancels:
      break;
    case internal::Relation::disarms:
      return;
  }
  const std::uint32_t task = number_of(what);
  if (task != segment_.process && !segment_.cancels(task)) segment_.cancelled.push_back(task);
}

// A check that fails ends all that was ready: whether it ran before makes a difference.
void Dpor::on_close() {
  if (scheduler_ == nullptr) return;
  const Scheduler& scheduler = *std::exchange(scheduler_, nullptr);
  if (scheduler.failed()) {
    if (notes_) {
      segment_.answers = path_[made_ - 1].answers;
      unless_failed_ = segments_.find_or_add(segment_);
      segment_.with_all = true;
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

}  // namespace sim
