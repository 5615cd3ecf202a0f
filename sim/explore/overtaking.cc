#include "sim/explore/overtaking.h"

#include <utility>

#include "sim/explore/detector.h"

namespace sim::internal {

namespace {

constexpr std::uint64_t kPutters = 0x70757474657273;  // apart from those that get

bool is_overtaken(const TaskState& task) {
  const Waiter* waiter = task.waiter();
  return waiter != nullptr && waiter->status() == WaitStatus::waiting;
}

}  // namespace

void Overtaking::look(const Scheduler& scheduler, const Object& object, Act act) {
  const TaskState* const task = scheduler.current();
  const bool puts = act == Act::puts || act == Act::waits_to_put || act == Act::gives_up_putting;
  const std::uint64_t key = puts ? mix(key_of(object), kPutters) : key_of(object);
  switch (act) {
    case Act::waits_to_take:
    case Act::waits_to_put: {
      Line& line = lines_[key];
      for (std::size_t i = line.first; i < line.waiting.size(); ++i) {
        // Woken, and robbed of what it was woken for: it keeps its place here.
        if (line.waiting[i].task == task) return overtake(scheduler, object, line, i);
      }
      line.waiting.push_back({task, scheduler.steps(), 0});
      return;
    }
    case Act::takes:
    case Act::puts:
      if (Line* line = lines_.find(key)) serve(scheduler, object, *line);
      return;
    case Act::gives_up_taking:
    case Act::gives_up_putting:
      if (Line* line = lines_.find(key)) leave(*line, task);
      return;
    default:
      return;
  }
}

void Overtaking::serve(const Scheduler& scheduler, const Object& object, Line& line) {
  const TaskState* const served = scheduler.current();
  for (std::size_t i = line.first; i < line.waiting.size(); ++i) {
    const TaskState* const task = line.waiting[i].task;
    if (task == served) break;
    if (is_overtaken(*task)) overtake(scheduler, object, line, i);
  }
  leave(line, served);
}

void Overtaking::overtake(const Scheduler& scheduler, const Object& object, Line& line,
                          std::size_t index) {
  Waiting& waiting = line.waiting[index];
  const std::size_t limit = scheduler.limits().overtaken;
  if (++waiting.overtaken <= limit || std::exchange(line.reported, true)) return;
  report_finding({FindingKind::starvation,
                  waiting.task->name() + " waits for " + object.describe() + " since step " +
                      std::to_string(waiting.since) + ", and more than " + std::to_string(limit) +
                      " times others that came later have been served before it",
                  place_of(waiting.task),
                  {}});
}

void Overtaking::leave(Line& line, const TaskState* task) {
  for (std::size_t i = line.first; i < line.waiting.size(); ++i) {
    if (line.waiting[i].task != task) continue;
    if (i == line.first) {
      ++line.first;
    } else {
      line.waiting.erase(line.waiting.begin() + static_cast<std::ptrdiff_t>(i));
    }
    break;
  }
  if (line.first == line.waiting.size()) {
    line.waiting.clear();
    line.first = 0;
  }
}

}  // namespace sim::internal
