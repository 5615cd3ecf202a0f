// What the detectors have in common: how they know tasks and objects, and how they report. Each
// looks for one kind of mistake in a run that is watched; see detectors.h.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>

#include "sim/object.h"
#include "sim/scheduler.h"

namespace sim::internal {

// What a task is known by, whatever the schedule; 0 for callbacks.
inline std::uint64_t key_of(const TaskState* task) {
  return task != nullptr ? task->origin().identity : 0;
}
// Objects made outside of a run have no identity, but stay where they are.
inline std::uint64_t key_of(const Object& object) {
  return object.identity() != 0 ? object.identity() : reinterpret_cast<std::uintptr_t>(&object);
}
inline std::string name_of(const TaskState* task) {
  return task != nullptr ? task->name() : "a callback";
}
// Where what runs stands: at its latest co_await.
inline std::source_location place_of(const TaskState* task) {
  if (task == nullptr || task->leaf() == nullptr) return {};
  return task->leaf()->place;
}
// The task that `entry` continues; null for a callback or timer.
inline TaskState* task_of(Entry entry) {
  const bool is_task =
      entry.kind() == Entry::Kind::task || entry.kind() == Entry::Kind::checked_task;
  return is_task ? entry.as_task() : nullptr;
}

}  // namespace sim::internal
