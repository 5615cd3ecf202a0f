#include "sim/task.h"

namespace sim {

AnyTask current_task() { return AnyTask(internal::Scheduler::here().current()); }

std::vector<AnyTask> all_tasks() {
  internal::relate(internal::kEverything, internal::Relation::changes);
  std::vector<AnyTask> tasks;
  for (internal::TaskState* task : internal::Scheduler::here().tasks().in_order()) {
    tasks.emplace_back(task);
  }
  return tasks;
}

}  // namespace sim
