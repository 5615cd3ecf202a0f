// Lifo: one execution in which what became ready last runs next: a stack instead of a queue.
#pragma once

#include "sim/explore/patience.h"
#include "sim/explore/pending.h"
#include "sim/explore/single_order.h"

namespace sim {

class Lifo final : public SingleOrder {
 private:
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) override {
    const internal::TaskState* task = internal::task_of(scheduler, scheduler.ready().at(n - 1));
    if (task != nullptr && patience_.exhausted_by(task->origin().identity)) return 0;
    return n - 1;
  }

  internal::Patience patience_;
};

}  // namespace sim
