// What is noted of a run as it goes: its trace, the class of schedules it belongs to, what its
// watchers are shown, and whether what its monitors look at still holds.
#include "sim/event_loop.h"
#include "sim/object.h"

namespace sim::internal {

std::string Scheduler::name_of(Entry entry) const {
  switch (entry.kind()) {
    case Entry::Kind::task:
    case Entry::Kind::checked_task:
      return entry.as_task()->name();
    case Entry::Kind::runnable:
      return "callback";
    case Entry::Kind::timer:
      break;
  }
  const Entry target = timers_.peek(entry.as_timer());
  const bool wakes_task = target && target.kind() == Entry::Kind::task;
  return wakes_task ? "timer of " + target.as_task()->name() : "timer";
}

void Scheduler::begin_step(Entry entry) {
  const bool is_task =
      entry.kind() == Entry::Kind::task || entry.kind() == Entry::Kind::checked_task;
  // The task of the last step may be gone; and this one may look at a queue before it resumes.
  current_ = is_task ? entry.as_task() : nullptr;
  if (monitors_ != nullptr) monitors_->note_step(current_);
  for (Watcher* each : watchers()) each->on_step(*this, entry);
  if (!options_.canonical) return;
  if (entry.kind() == Entry::Kind::runnable || entry.kind() == Entry::Kind::timer) {
    *happens_before_.callback() = 0;
    if (entry.kind() == Entry::Kind::timer) entry = timers_.peek(entry.as_timer());
    callback_identity_ = entry && entry.kind() == Entry::Kind::runnable
                             ? entry.as_runnable()->identity()
                             : 0;
    return;
  }
  TaskState& task = *entry.as_task();
  if (!task.started_) begin_past(task);
  happens_before_.step_of_task(task.ticket_.slot, now_);
}

void Scheduler::begin_past(TaskState& task) {
  happens_before_.begin_task(task.ticket_.slot, task.origin_.identity);
}

// Of the task that runs; else of the callback, which begins with its first event.
std::uint64_t* Scheduler::past_of_running() {
  if (from_outside_) [[unlikely]] return &outside_past_;
  if (current_ != nullptr) return happens_before_.task(current_->ticket_.slot);
  std::uint64_t* past = happens_before_.callback();
  if (*past == 0) {
    happens_before_.step_of_callback(
        callback_identity_ != 0 ? callback_identity_ : callback_origin_->identity, now_);
  }
  return past;
}

void Scheduler::trace_access(const Object& variable, bool write) {
  trace_.record(TraceEvent::Kind::access, now_, variable.identity(), write);
}

void Scheduler::access(const Object& object, const Access& access) {
  if (closing_) return;
  if (predicates_run_) {
    relate(object.identity(), Relation::looks);
  } else {
    for (Watcher* each : watchers()) each->on_access(*this, object, access);
  }
  if (!options_.canonical) return;
  if (access.write) {
    happens_before_.write(past_of_running(), object.identity(), object.past());
  } else {
    happens_before_.read(past_of_running(), object.identity(), object.past());
  }
}

std::uint64_t new_identity() {
  return current_scheduler != nullptr ? current_scheduler->new_identity() : 0;
}

std::uint64_t Scheduler::new_identity() {
  constexpr std::uint64_t kUnnamed = std::uint64_t{1} << 33;  // apart from tasks and objects
  if (!watching_) return 0;
  const std::uint32_t number = current_ != nullptr ? ++current_->unnamed_ : ++callback_unnamed_;
  return mix(origin().identity, kUnnamed + number);
}

void Scheduler::note_unrelated(const char* what) {
  if (!relating_ || closing_) return;
  for (Watcher* each : watchers()) each->on_unrelated(what);
}

void Scheduler::tell_relation(std::uint64_t what, Relation how) {
  if (closing_) return;
  for (Watcher* each : watchers()) each->on_relation(*this, what, how);
}

void Scheduler::tell_relation(Joint& joint, Relation how) {
  if (closing_) return;
  relate(joint.identity, how);
  if (!options_.canonical || joint.identity == 0) return;
  std::uint64_t* const past = past_of_running();
  switch (how) {
    case Relation::looks:
      return happens_before_.read(past, joint.identity, joint.before(false));
    case Relation::changes:
      return happens_before_.write(past, joint.identity, joint.before(false));
    case Relation::adds:
      return happens_before_.read(past, joint.identity, joint.before(true));
    case Relation::joins:
    case Relation::cancels:
    case Relation::disarms:
      return;  // whoever joins has been made ready by the last that was added
  }
}

// Who looks has seen whether it had ended. That says on which side of its end the look was.
void Scheduler::note_look(const FutureState& future) {
  const std::uint64_t identity = future.identity();
  if (closing_ || identity == 0) return;
  relate(identity, Relation::looks);
  if (!options_.canonical) return;
  happens_before_.event(past_of_running(), identity + static_cast<std::uint64_t>(future.status()));
}

void Scheduler::note_cancel(TaskState& task) {
  constexpr std::uint64_t kCancelled = 0x63616e63656c6c65;
  if (closing_) return;
  relate(task.identity(), Relation::cancels);
  const Object* place = task.waiter_ != nullptr ? task.waiter_->waits_at() : nullptr;
  Joint* const joint = task.waiter_ != nullptr ? task.waiter_->joins_at() : nullptr;
  if (place != nullptr) relate(place->identity(), Relation::changes);
  if (joint != nullptr) relate(joint->identity, Relation::changes);
  if (!options_.canonical) return;
  std::uint64_t* past = past_of_running();
  const std::uint64_t who = kCancelled ^ *past;  // and what it had been through
  happens_before_.event(past, task.identity() ^ kCancelled);
  if (place != nullptr) happens_before_.write(past, place->identity(), place->past());
  if (joint != nullptr) happens_before_.write(past, joint->identity, joint->before(false));
  if (task.started_) happens_before_.event_of_task(task.ticket_.slot, who);
}

void Scheduler::add_monitor(Monitor monitor) {
  note_unrelated("always() and eventually_within()");
  if (monitors_ == nullptr) monitors_ = std::make_unique<Monitors>();
  monitors_->note_step(current_);
  monitors_->add(std::move(monitor));
  watching_ = true;
  if (std::exchange(asks_, true)) return;
  // The steps are being run by the loop that asks nobody: the other one is to go on.
  begins_to_ask_ = attention_ = true;
  batch_rest_ = batch_end_;
  batch_end_ = ready_.taken();
}

// What the predicates read belongs to the step as far as traces go; but its task has not read it,
// so for watchers it is no access.
bool Scheduler::monitors_hold() {
  TaskState* const task = monitors_->runs();
  current_ = task != nullptr && !task->done() ? task : nullptr;
  predicates_run_ = true;
  const bool hold = monitors_->hold(*this);
  predicates_run_ = false;
  current_ = nullptr;
  return hold;
}

void Scheduler::main_ended() {
  for (Watcher* each : watchers()) each->on_main_end(*this);
}

void Scheduler::run_ended() {
  for (Watcher* each : watchers()) each->on_run_end(*this);
}

}  // namespace sim::internal
