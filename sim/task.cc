#include "sim/task.h"

namespace sim {

AnyTask current_task() { return AnyTask(internal::Scheduler::here().current()); }

std::vector<AnyTask> all_tasks() {
  internal::note_unrelated("all_tasks()");
  std::vector<AnyTask> tasks;
  for (internal::TaskState* task : internal::Scheduler::here().tasks().in_order()) {
    tasks.emplace_back(task);
  }
  return tasks;
}

}  // namespace sim
