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
  if (current_ != nullptr) return happens_before_.task(current_->ticket_.slot);
  std::uint64_t* past = happens_before_.callback();
  if (*past == 0) happens_before_.step_of_callback(callback_origin_->identity, now_);
  return past;
}

void Scheduler::trace_access(const Object& variable, bool write) {
  trace_.record(TraceEvent::Kind::access, now_, variable.identity(), write);
}

void Scheduler::access(const Object& object, const Access& access) {
  if (closing_) return;
  for (Watcher* each : watchers()) each->on_access(*this, object, access);
  if (!options_.canonical) return;
  if (access.write) {
    happens_before_.write(past_of_running(), object.identity(), object.past());
  } else {
    happens_before_.read(past_of_running(), object.identity(), object.past());
  }
}

void Scheduler::add_monitor(Monitor monitor) {
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
// so watchers are not told.
bool Scheduler::monitors_hold() {
  TaskState* const task = monitors_->runs();
  current_ = task != nullptr && !task->done() ? task : nullptr;
  const std::size_t watchers = std::exchange(watcher_count_, 0);
  const bool hold = monitors_->hold(*this);
  watcher_count_ = watchers;
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
