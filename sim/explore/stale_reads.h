// StaleReads: the finding stale_read. A task reads a Shared variable and suspends; another task or
// a callback writes it; then the first one writes it without having read it anew, so what was
// written in between is lost.
//
// A write uses up what its task has read: only one that follows a read can be stale. So a task that
// sets a variable blindly, or sets back what it had set before, is never reported; one that has
// read it, whatever for, is. update(), fetch_add() and compare_exchange() read and write in one
// access: they are never stale, and they make stale what others have read; a compare_exchange()
// that fails is no read. A writer that the reader itself has started since it read is no foreign
// one. Each task is reported once a run for each variable.
#pragma once

#include <cstdint>
#include <source_location>
#include <vector>

#include "sim/explore/per_run.h"
#include "sim/task_state.h"
#include "sim/watcher.h"

namespace sim::internal {

class StaleReads {
 public:
  void begin() {
    variables_.clear();
    reads_.clear();
  }
  void on_access(const Scheduler& scheduler, const Object& object, const Access& access) {
    // Only variables say where each access is.
    if (access.place.line() != 0) look(scheduler, object, access);
  }

 private:
  struct Write {
    std::uint64_t step = 0;  // 0: none
    TaskNaming writer;
    std::source_location place;
  };
  // What a task has read and not written since.
  struct Read {
    void clear() {
      step = 0;
      reported = false;
    }
    std::uint64_t step = 0;      // 0: nothing
    std::uint32_t children = 0;  // that the task had made by then
    bool reported = false;
    std::source_location place;
    Write foreign;  // the first since
  };
  struct Variable {
    void clear() { readers.clear(); }
    std::vector<std::uint64_t> readers;  // tasks that have read it and seen no foreign write since
  };

  void look(const Scheduler& scheduler, const Object& object, const Access& access);
  void read(Variable& variable, const Object& object, const TaskState& task,
            const Access& access, std::uint64_t step);
  // Tells those who have read `object` that `task` writes it.
  void spoil(Variable& variable, const Object& object, const TaskState* task,
             const Access& access, std::uint64_t step);
  static void report(const Scheduler& scheduler, const Object& object, const Read& read,
                     const std::source_location& place);

  PerRun<Variable> variables_;
  PerRun<Read> reads_;  // by variable and task
};

}  // namespace sim::internal
