// RunToBlock: one execution in which a task runs until it blocks; then the head of the queue is
// next. What is left of the bugs that need a task to be interrupted are those in the code before
// and after its waits.
#pragma once

#include "sim/explore/single_order.h"
#include "sim/explore/sticky.h"

namespace sim {

class RunToBlock final : public SingleOrder {
 private:
  internal::Watcher* watcher() override { return sticky_.watcher(); }
  std::uint32_t pick_ready(std::uint32_t, const internal::Scheduler& scheduler) override {
    return sticky_.pick(scheduler);
  }

  internal::Sticky sticky_;
};

}  // namespace sim
