#include "sim/explore/swallowed_cancellations.h"

#include "sim/explore/detector.h"

namespace sim::internal {

namespace {

// Whether the step that the task is about to take begins with a CancelledError.
bool is_about_to_throw(const TaskState& task) {
  const Waiter* waiter = task.waiter();
  if (task.must_cancel() || waiter == nullptr) return task.must_cancel();
  if (waiter->status() == WaitStatus::cancelled) return true;
  const FutureState* awaited = waiter->awaited();
  return awaited != nullptr && awaited->cancelled();
}

bool is_same(const std::source_location& a, const std::source_location& b) {
  return a.line() == b.line() && a.column() == b.column() && a.file_name() == b.file_name();
}

}  // namespace

void SwallowedCancellations::on_cancel(const Scheduler& scheduler, TaskState& task) {
  cancelled_.push_back({Ref<TaskState>(&task), scheduler.steps(), place_of(&task)});
}

// Before the step of `next`: who has ended meanwhile, and who is thrown out now.
void SwallowedCancellations::look(Entry next) {
  std::erase_if(cancelled_, [&](Cancelled& cancelled) {
    const TaskState& task = *cancelled.task;
    if (!task.done()) {
      if (task_of(next) != &task || cancelled.thrown) return false;
      cancelled.thrown = is_about_to_throw(task);
      return !cancelled.thrown;
    }
    const bool swallowed = cancelled.thrown && task.cancelling() != 0 &&
                           task.status() == FutureState::Status::value;
    if (swallowed) report(cancelled, "ended as if it had not been");
    return true;
  });
}

// A group that has been cancelled waits twice at one place too, but then main waits for it.
void SwallowedCancellations::on_main_end() {
  look({});
  for (const Cancelled& cancelled : cancelled_) {
    const TaskState& task = *cancelled.task;
    const bool waits_again = cancelled.thrown && task.cancelling() != 0 &&
                             is_same(place_of(&task), cancelled.place);
    if (waits_again) report(cancelled, "waits again where it was");
  }
  cancelled_.clear();  // what is left is cancelled anyway
}

void SwallowedCancellations::report(const Cancelled& cancelled, const char* how) {
  const std::string name = cancelled.task->name();
  report_finding({FindingKind::cancellation_swallowed,
                  name + " was cancelled after step " + std::to_string(cancelled.step) + " at " +
                      to_string(cancelled.place) + ", and " + how +
                      "; it neither passed the CancelledError on nor called uncancel()",
                  cancelled.place,
                  {}});
}

}  // namespace sim::internal
