// SwallowedCancellations: the finding cancellation_swallowed. The explorer has cancelled a task,
// the CancelledError was thrown in it, and it did not pass it on.
//
// Reported is a task that
// - ends with a value though a request to cancel it still stands (cancelling() > 0): whoever means
//   to go on says so by uncancel(), as in asyncio; or
// - has not ended when main has ended well, and waits again where it was cancelled, as if nothing
//   had been.
//
// Not reported: one that ends cancelled or with another exception, after whatever cleanup; one in
// which the CancelledError never was thrown, because the task it waited for ended otherwise; tasks
// that only waited for the cancelled one.
#pragma once

#include <cstdint>
#include <source_location>
#include <vector>

#include "sim/ready_queue.h"
#include "sim/ref.h"
#include "sim/task_state.h"
#include "sim/watcher.h"

namespace sim::internal {

class SwallowedCancellations {
 public:
  void begin() { cancelled_.clear(); }
  void on_cancel(const Scheduler& scheduler, TaskState& task);
  void on_step(Entry entry) {
    if (!cancelled_.empty()) [[unlikely]] look(entry);
  }
  void on_main_end();
  void on_run_end() { look({}); }

 private:
  struct Cancelled {
    Ref<TaskState> task;
    std::uint64_t step;
    std::source_location place;  // where it waited
    bool thrown = false;         // the CancelledError has come to the task
  };

  void look(Entry next);
  void report(const Cancelled& cancelled, const char* how);

  std::vector<Cancelled> cancelled_;  // those of which it is not known yet how they take it
};

}  // namespace sim::internal
