#include "sim/explore/profile.h"

#include <algorithm>

#include "sim/explore/pending.h"
#include "sim/object.h"

namespace sim {

void Profile::begin() {
  for (Task& task : tasks_) {
    task.most_steps = std::max(task.most_steps, task.steps);
    task.steps = 0;
  }
  running_ = 0;
  latest_ = {};
}

std::uint32_t Profile::number_of(const internal::Scheduler& scheduler, internal::Entry entry) {
  const internal::TaskState* task = internal::task_of(scheduler, entry);
  if (task == nullptr) return 0;
  const std::uint32_t number = task_numbers_.find(task->origin().identity);
  return number != 0 ? number : enter(*task);
}

std::uint32_t Profile::enter(const internal::TaskState& task) {
  const std::uint32_t parent = task_numbers_.find(task.origin().parent());
  tasks_.emplace_back().parent = parent;
  return task_numbers_.number_of(task.origin().identity);
}

Footprint Profile::next_footprint(std::uint32_t number) const {
  const Task& task = tasks_[number];
  return task.steps < task.footprints.size() ? task.footprints[task.steps] : task.all;
}

void Profile::on_step(const internal::Scheduler& scheduler, internal::Entry entry) {
  latest_ = {};
  running_ = 0;
  if (entry.kind() == internal::Entry::Kind::timer) return;  // it wakes the task, no more
  running_ = number_of(scheduler, entry);
  if (running_ == 0) return;
  Task& task = tasks_[running_];
  if (task.steps == task.footprints.size() && task.steps < kMostFootprints) [[unlikely]] {
    task.footprints.emplace_back();
  }
  ++task.steps;
}

void Profile::on_access(const internal::Scheduler&, const internal::Object& object, bool write) {
  const std::uint32_t at = object_numbers_.number_of(object.identity()) % kBits;
  const std::uint64_t bit = std::uint64_t{1} << at;
  Footprint access;
  (write ? access.writes : access.reads) = bit;
  latest_ |= access;
  Task& task = tasks_[running_];
  task.all |= access;
  const bool is_kept = task.steps != 0 && task.steps <= task.footprints.size();
  if (is_kept) task.footprints[task.steps - 1] |= access;
  if (write) written_ |= bit;
  if (first_user_[at] == 0) first_user_[at] = running_ + 1;
  if (first_user_[at] != running_ + 1) several_ |= bit;
}

}  // namespace sim
