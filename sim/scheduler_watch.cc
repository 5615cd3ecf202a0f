// What is noted of a run as it goes: its trace, the class of schedules it belongs to, and what its
// watchers are shown.
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
  if (options_.trace) trace_step(entry);
  if (options_.watcher != nullptr) options_.watcher->on_step(*this, entry);
  if (source_watcher_ != nullptr) source_watcher_->on_step(*this, entry);
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

void Scheduler::access(const Object& object, const char* what, bool write) {
  if (options_.trace) trace_.record(TraceEvent::Kind::access, now_, object.identity(), write);
  if (closing_) return;
  if (options_.watcher != nullptr) options_.watcher->on_access(*this, object, what, write);
  if (source_watcher_ != nullptr) source_watcher_->on_access(*this, object, what, write);
  if (!options_.canonical) return;
  if (write) {
    happens_before_.write(past_of_running(), object.identity(), object.past());
  } else {
    happens_before_.read(past_of_running(), object.identity(), object.past());
  }
}

void Scheduler::trace_step(Entry entry) {
  switch (entry.kind()) {
    case Entry::Kind::task:
    case Entry::Kind::checked_task:
      trace_.record(TraceEvent::Kind::task, now_, entry.as_task()->origin_.identity);
      return;
    case Entry::Kind::runnable:
      trace_.record(TraceEvent::Kind::callback, now_, 0);
      return;
    case Entry::Kind::timer:
      trace_.record(TraceEvent::Kind::timer, now_, 0);
      return;
  }
}

}  // namespace sim::internal
