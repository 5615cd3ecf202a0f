#include "sim/task_registry.h"

#include <algorithm>

#include "sim/scheduler.h"

namespace sim::internal {

TaskState* TaskRegistry::find(Ticket ticket) const {
  if (ticket.slot >= slots_.size() || (slots_[ticket.slot] & kFree) != 0) return nullptr;
  auto* task = reinterpret_cast<TaskState*>(slots_[ticket.slot]);
  return task->ticket().number == ticket.number ? task : nullptr;
}

std::vector<TaskState*> TaskRegistry::in_order() const {
  std::vector<TaskState*> tasks;
  if (size_ == 0) return tasks;
  tasks.reserve(size_);
  for (const std::uintptr_t slot : slots_) {
    if ((slot & kFree) == 0) tasks.push_back(reinterpret_cast<TaskState*>(slot));
  }
  const auto now = static_cast<std::uint32_t>(entered_);
  const auto age = [now](const TaskState* task) { return now - task->ticket().number; };
  std::ranges::sort(tasks, std::ranges::greater(), age);
  return tasks;
}

}  // namespace sim::internal
