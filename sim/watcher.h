// Watcher: is shown a run step by step.
#pragma once

#include "sim/ready_queue.h"

namespace sim::internal {

class Object;
class Scheduler;

class Watcher {
 public:
  virtual ~Watcher() = default;
  // `entry` is about to run. `ready` are still those that it was chosen from, less itself.
  virtual void on_step(const Scheduler& scheduler, Entry entry) = 0;
  // What runs reads or writes `object`: it "acquires", "reads", "notifies".
  virtual void on_access(const Scheduler& scheduler, const Object& object, const char* what,
                         bool write) = 0;
};

}  // namespace sim::internal
