// Detectors: all that is looked for in a run besides what the runtime sees by itself. Given to a
// run as RunOptions::detectors; it keeps its memory from one run to the next.
//
//   internal::Detectors detectors;
//   sim::run(body(), {.observer = &observer, .detectors = &detectors});
//
// Each detector has a file of its own and is told what concerns it. What they find goes to the
// observer of the run.
#pragma once

#include "sim/explore/blocking_steps.h"
#include "sim/explore/lock_use.h"
#include "sim/explore/overtaking.h"
#include "sim/explore/spinning.h"
#include "sim/explore/stale_reads.h"
#include "sim/explore/swallowed_cancellations.h"
#include "sim/watcher.h"

namespace sim::internal {

class Detectors final : public Watcher {
 public:
  void detect_blocking(bool detect) { blocking_.enable(detect); }

  void on_step(const Scheduler& scheduler, Entry entry) override {
    cancellations_.on_step(entry);
    spinning_.on_step(scheduler, entry);
    blocking_.on_step(scheduler, entry);
  }
  void on_access(const Scheduler& scheduler, const Object& object,
                 const Access& access) override {
    spinning_.on_access(access);
    stale_reads_.on_access(scheduler, object, access);
    locks_.on_access(scheduler, object, access);
    overtaking_.on_access(scheduler, object, access);
  }
  void on_cancel(const Scheduler& scheduler, TaskState& task) override {
    cancellations_.on_cancel(scheduler, task);
  }
  void on_main_end(Scheduler&) override { cancellations_.on_main_end(); }
  void on_run_end(Scheduler&) override {
    cancellations_.on_run_end();
    locks_.on_run_end();
    blocking_.on_end();
  }
  // Whatever comes next belongs to another run.
  void on_close() override {
    stale_reads_.begin();
    cancellations_.begin();
    locks_.begin();
    overtaking_.begin();
    spinning_.begin();
    blocking_.begin();
  }

 private:
  StaleReads stale_reads_;
  SwallowedCancellations cancellations_;
  LockUse locks_;
  Overtaking overtaking_;
  Spinning spinning_;
  BlockingSteps blocking_;
};

}  // namespace sim::internal
