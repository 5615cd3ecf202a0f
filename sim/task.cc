#include "sim/task.h"

#include "sim/event_loop.h"

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

namespace internal {

void start_task(TaskState& task, std::string name, Start start) {
  Scheduler& scheduler = Scheduler::here();
  if (!name.empty()) task.extra().name = std::move(name);
  if (const Ref<Context>* context = scheduler.context_if_any()) task.extra().context = *context;
  task.retain();  // the loop's, until it has ended
  const bool eagerly = start == Start::eagerly ||
                       (start == Start::as_the_loop_says && scheduler.loop().eager_tasks());
  if (eagerly) {
    scheduler.start_eagerly(task);
  } else {
    scheduler.start(task);
  }
}

}  // namespace internal
}  // namespace sim
