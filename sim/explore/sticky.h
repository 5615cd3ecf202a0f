// Sticky: finds the task that ran last in the ready queue: the order that an executor has which
// lets a task run until it blocks.
#pragma once

#include <cstdint>

#include "sim/explore/patience.h"
#include "sim/explore/pending.h"
#include "sim/watcher.h"

namespace sim::internal {

class Sticky final : private Watcher {
 public:
  Watcher* watcher() { return this; }
  void begin() {
    last_ = 0;
    patience_.begin();
  }
  // The index of the entry that continues the task that ran last; that of the head of the queue
  // where it is not ready or was a callback. One that has yielded so often that it seems to wait
  // for another is passed over once.
  std::uint32_t pick(const Scheduler& scheduler) {
    if (last_ == 0) return 0;
    const ReadyQueue& ready = scheduler.ready();
    for (std::size_t i = ready.size(); i-- > 0;) {  // most often it stands last
      if (identity_of(scheduler, ready.at(i)) != last_) continue;
      if (patience_.exhausted_by(last_)) return i == 0 ? 1 : 0;
      return static_cast<std::uint32_t>(i);
    }
    return 0;
  }

 private:
  static std::uint64_t identity_of(const Scheduler& scheduler, Entry entry) {
    const TaskState* task = task_of(scheduler, entry);
    return task != nullptr ? task->origin().identity : 0;
  }
  void on_step(const Scheduler& scheduler, Entry entry) override {
    last_ = identity_of(scheduler, entry);
  }
  void on_access(const Scheduler&, const Object&, const Access&) override {}

  std::uint64_t last_ = 0;
  Patience patience_;
};

}  // namespace sim::internal
