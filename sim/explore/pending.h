// Pending: something of a sampler's own beside every entry of the ready queue, made when the
// sampler first sees the entry and kept until that has run.
//
// It follows the queue without being told: what was taken since the last decision was taken from
// the head, as nobody is asked where only one entry is ready; what is new stands at the tail.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/scheduler.h"

namespace sim::internal {

// The task that `entry` continues; null for a callback, and for a timer that calls one.
inline const TaskState* task_of(const Scheduler& scheduler, Entry entry) {
  if (entry.kind() == Entry::Kind::timer) entry = scheduler.timers().peek(entry.as_timer());
  if (!entry || entry.kind() == Entry::Kind::runnable) return nullptr;
  return entry.as_task();
}

template <class T>
class Pending {
 public:
  // A run begins.
  void clear() {
    items_.clear();
    taken_ = 0;
  }
  // A decision is to be made: `make(entry)` gives the T of an entry that is new.
  template <class F>
  void follow(const ReadyQueue& ready, F make) {
    const std::size_t gone = std::min<std::uint64_t>(ready.taken() - taken_, items_.size());
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(gone));
    for (std::size_t i = items_.size(); i < ready.size(); ++i) items_.push_back(make(ready.at(i)));
    taken_ = ready.taken();
  }
  // The entry at `index` was chosen.
  T take(std::size_t index) {
    const T taken = items_[index];
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(index));
    ++taken_;
    return taken;
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(items_.size()); }
  T& operator[](std::size_t index) { return items_[index]; }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }

 private:
  std::vector<T> items_;
  std::uint64_t taken_ = 0;
};

}  // namespace sim::internal
