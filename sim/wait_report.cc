#include "sim/wait_report.h"

#include <algorithm>
#include <vector>

#include "sim/scheduler.h"

namespace sim::internal {

namespace {

constexpr std::size_t kTasksShown = 20;

WaitDescription description_of(const TaskState& task) {
  WaitDescription description;
  if (const Waiter* waiter = task.waiter()) {
    waiter->describe(description);
  } else {
    description.what = "its turn";
  }
  return description;
}

// The tasks whose progress could end the wait: holders, and tasks behind the futures it is for.
void collect_blockers(const FutureState& future, std::vector<const TaskState*>& blockers) {
  if (future.done()) return;
  if (const TaskState* task = const_cast<FutureState&>(future).as_task()) {
    blockers.push_back(task);
    return;
  }
  std::vector<const FutureState*> behind;
  future.waits_for(behind);
  for (const FutureState* next : behind) collect_blockers(*next, blockers);
}

std::vector<const TaskState*> blockers_of(const TaskState& task) {
  const WaitDescription description = description_of(task);
  std::vector<const TaskState*> blockers = description.holders;
  for (const FutureState* future : description.futures) collect_blockers(*future, blockers);
  std::erase_if(blockers, [](const TaskState* t) { return t->done(); });
  return blockers;
}

// A cycle that can be reached from `start`, as the tasks on it; empty if there is none.
std::vector<const TaskState*> find_cycle(const TaskState* start) {
  struct Frame {
    const TaskState* task;
    std::vector<const TaskState*> blockers;
    std::size_t next;
  };
  std::vector<Frame> path{{start, blockers_of(*start), 0}};
  std::vector<const TaskState*> visited{start};
  while (!path.empty()) {
    Frame& top = path.back();
    if (top.next == top.blockers.size()) {
      path.pop_back();
      continue;
    }
    const TaskState* blocker = top.blockers[top.next++];
    const auto on_path = std::ranges::find(path, blocker, &Frame::task);
    if (on_path != path.end()) {
      std::vector<const TaskState*> cycle;
      for (auto frame = on_path; frame != path.end(); ++frame) cycle.push_back(frame->task);
      return cycle;
    }
    if (std::ranges::find(visited, blocker) != visited.end()) continue;
    visited.push_back(blocker);
    path.push_back({blocker, blockers_of(*blocker), 0});
  }
  return {};
}

}  // namespace

std::string describe_wait(const TaskState& task) {
  const WaitDescription description = description_of(task);
  std::string text = "waits for " + description.what;
  if (!description.remark.empty()) text += ", " + description.remark;
  return text;
}

std::string pending_report(Scheduler& scheduler) {
  const std::vector<TaskState*> tasks = scheduler.tasks().in_order();
  std::string text;
  std::size_t shown = 0;
  for (const TaskState* task : tasks) {
    if (shown++ == kTasksShown) {
      return text + "... and " + std::to_string(tasks.size() - kTasksShown) + " more";
    }
    text += task->name() + " " + describe_wait(*task) + "\n" + task->stack();
  }
  text.pop_back();
  return text;
}

std::string wait_report(Scheduler& scheduler) {
  const std::vector<TaskState*> tasks = scheduler.tasks().in_order();
  const std::size_t n = tasks.size();
  std::string text = (n == 1 ? "1 task waits and nothing can wake it\n"
                             : std::to_string(n) + " tasks wait and nothing can wake them\n") +
                     pending_report(scheduler);
  for (std::size_t i = 0; i < n && i < kTasksShown; ++i) {
    const std::vector<const TaskState*> cycle = find_cycle(tasks[i]);
    if (cycle.empty()) continue;
    text += "\ncycle: ";
    for (const TaskState* each : cycle) text += each->name() + " -> ";
    return text + cycle.front()->name();
  }
  return text;
}

}  // namespace sim::internal
