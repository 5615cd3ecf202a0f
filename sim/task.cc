#include "sim/task.h"

namespace sim {

AnyTask current_task() { return AnyTask(internal::Scheduler::here().current()); }

std::vector<AnyTask> all_tasks() {
  std::vector<AnyTask> tasks;
  const internal::TaskList& list = internal::Scheduler::here().tasks();
  for (auto* task = list.first(); task != nullptr; task = internal::TaskList::next(task)) {
    tasks.emplace_back(task);
  }
  return tasks;
}

}  // namespace sim
