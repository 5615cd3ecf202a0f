#include "sim/wait_report.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sim/scheduler.h"

namespace sim::internal {

namespace {

constexpr std::size_t kTasksShown = 20;

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

}  // namespace

WaitDescription description_of(const TaskState& task) {
  WaitDescription description;
  if (const Waiter* waiter = task.waiter()) {
    waiter->describe(description);
  } else {
    description.what = "its turn";
  }
  return description;
}

std::vector<const TaskState*> blockers_of(const TaskState& task) {
  const WaitDescription description = description_of(task);
  std::vector<const TaskState*> blockers = description.holders;
  for (const FutureState* future : description.futures) collect_blockers(*future, blockers);
  std::erase_if(blockers, [](const TaskState* t) { return t->done(); });
  return blockers;
}

namespace {

// Looks for tasks that wait for each other, depth first; no task is entered twice, whatever the
// number of starts.
class CycleSearch {
 public:
  // The tasks of a cycle that can be reached from `start`, in the order they wait; empty if there
  // is none.
  std::vector<const TaskState*> from(const TaskState* start) {
    if (!enter(start)) return {};
    while (!path_.empty()) {
      Frame& top = path_.back();
      if (top.next == top.blockers.size()) {
        depth_[top.task] = kLeft;
        path_.pop_back();
        continue;
      }
      const TaskState* blocker = top.blockers[top.next++];
      if (enter(blocker) || depth_[blocker] == kLeft) continue;
      std::vector<const TaskState*> cycle;
      for (std::size_t i = depth_[blocker]; i < path_.size(); ++i) cycle.push_back(path_[i].task);
      return cycle;
    }
    return {};
  }

 private:
  struct Frame {
    const TaskState* task;
    std::vector<const TaskState*> blockers;
    std::size_t next;
  };
  static constexpr std::size_t kLeft = ~std::size_t{0};

  // Puts `task` at the end of the path unless it has been on it.
  bool enter(const TaskState* task) {
    if (!depth_.emplace(task, path_.size()).second) return false;
    path_.push_back({task, blockers_of(*task), 0});
    return true;
  }

  std::vector<Frame> path_;
  // Where each task stands on the path, kLeft once all that it leads to has been seen.
  absl::flat_hash_map<const TaskState*, std::size_t> depth_;  // never iterated
};

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
  CycleSearch search;
  for (std::size_t i = 0; i < n && i < kTasksShown; ++i) {
    const std::vector<const TaskState*> cycle = search.from(tasks[i]);
    if (cycle.empty()) continue;
    text += "\ncycle: ";
    for (const TaskState* each : cycle) text += each->name() + " -> ";
    return text + cycle.front()->name();
  }
  return text;
}

}  // namespace sim::internal
