#include "sim/explore/profile.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "sim/explore/pending.h"
#include "sim/object.h"

namespace sim {

std::uint64_t internal::lines_of(const TaskState& task) {
  std::uint64_t lines = 0;
  for (const PromiseBase* at = task.leaf(); at != nullptr; at = at->parent) {
    lines = (lines ^ at->place.line()) * 0x9e3779b97f4a7c15;
    lines ^= lines >> 29;
  }
  return lines;
}

namespace {

constexpr std::uint64_t kAnyStep = 0xffffffff;

std::uint64_t key_of(std::uint32_t task, std::uint64_t step, std::uint64_t lines) {
  return internal::mix(lines, std::uint64_t{task} << 32 | step);
}

}  // namespace

void Profile::begin() {
  if (!learns_) {
    tasks_.resize(task_numbers_.known());
    task_numbers_.forget_met();
    object_numbers_.forget_met();
  }
  for (Task& task : tasks_) {
    if (learns_) task.most_steps = std::max(task.most_steps, task.steps);
    task.steps = 0;
  }
  running_ = site_ = place_ = 0;
  latest_ = {};
}

void Profile::stop_learning() {
  if (!learns_) return;
  begin();
  learns_ = false;
}

std::uint32_t Profile::number_of(const internal::TaskState& task) {
  const std::uint32_t known = task_numbers_.find(task.origin().identity);
  if (known != 0) [[likely]] return known;
  const std::uint32_t parent = task_numbers_.find(task.origin().parent());
  tasks_.emplace_back().parent = parent;
  return task_numbers_.number_of(task.origin().identity, learns_);
}

std::uint32_t Profile::number_of(const internal::Scheduler& scheduler, internal::Entry entry) {
  const internal::TaskState* task = internal::task_of(scheduler, entry);
  return task != nullptr ? number_of(*task) : 0;
}

Profile::Next Profile::next_of(const internal::Scheduler& scheduler, internal::Entry entry) {
  const internal::TaskState* task = internal::task_of(scheduler, entry);
  if (task == nullptr) return {0, tasks_[0].all};
  const std::uint32_t number = number_of(*task);
  const std::uint64_t lines = internal::lines_of(*task);
  std::uint32_t site = site_numbers_.find(key_of(number, tasks_[number].steps, lines));
  if (site == 0) site = site_numbers_.find(key_of(number, kAnyStep, lines));
  return {number, site != 0 ? sites_[site].touched : tasks_[number].all};
}

std::uint32_t Profile::site_of(std::uint64_t key) {
  const std::uint32_t number = site_numbers_.number_of(key);
  if (number == sites_.size()) [[unlikely]] sites_.emplace_back();
  ++sites_[number].visits;
  return number;
}

void Profile::on_step(const internal::Scheduler& scheduler, internal::Entry entry) {
  latest_ = {};
  running_ = site_ = place_ = 0;
  if (entry.kind() == internal::Entry::Kind::timer) return;  // it wakes the task, no more
  const internal::TaskState* running = internal::task_of(scheduler, entry);
  if (running == nullptr) return;
  running_ = number_of(*running);
  Task& task = tasks_[running_];
  if (!learns_) {
    ++task.steps;
    return;
  }
  const std::uint64_t lines = internal::lines_of(*running);
  place_ = site_of(key_of(running_, kAnyStep, lines));
  if (task.steps < kMostSites) {
    site_ = site_of(key_of(running_, task.steps, lines));
    if (task.steps == task.sites.size()) {
      task.sites.push_back(site_);
    } else if (sites_[site_].visits == 1) {
      sites_[site_].next_variant = std::exchange(task.sites[task.steps], site_);
    }
  }
  ++task.steps;
}

std::uint64_t Profile::bit_of(const internal::Object& object) {
  return std::uint64_t{1} << object_numbers_.number_of(object.identity(), learns_) % kBits;
}

void Profile::on_access(const internal::Scheduler&, const internal::Object& object,
                        const internal::Access& done) {
  const std::uint64_t bit = bit_of(object);
  const int at = std::countr_zero(bit);
  Footprint access;
  (done.write ? access.writes : access.reads) = bit;
  latest_ |= access;
  if (!learns_) {
    if (running_ >= task_numbers_.known()) tasks_[running_].all |= access;
    return;
  }
  tasks_[running_].all |= access;
  sites_[site_].touched |= access;
  sites_[place_].touched |= access;
  if (done.write) written_ |= bit;
  if (first_user_[at] == 0) first_user_[at] = running_ + 1;
  if (first_user_[at] != running_ + 1) several_ |= bit;
}

}  // namespace sim
