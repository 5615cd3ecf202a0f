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
  struct Variable {
    void clear() {
      written = 0;
      readers = 0;
      writer_key = writer_parent = 0;
      writer_ordinal = 0;
    }
    std::uint64_t written = 0;  // the step of the latest write, counted from 1; 0: none
    std::uint64_t writer_key = 0;
    std::uint64_t writer_parent = 0;  // who made that task
    std::uint32_t writer_ordinal = 0;
    std::uint32_t readers = 0;  // tasks that have read it and not written it since
    TaskNaming writer;          // only known if there were readers
    std::source_location place;
  };
  struct Read {
    void clear() {
      step = 0;
      reported = false;
    }
    std::uint64_t step = 0;  // 0: none that counts
    std::uint32_t children = 0;  // that the reader had made by then
    bool reported = false;
    std::source_location place;
  };

  void look(const Scheduler& scheduler, const Object& object, const Access& access);
  static void report(const Scheduler& scheduler, const Object& object, const Variable& variable,
                     const Read& read, const std::source_location& place);

  PerRun<Variable> variables_;
  PerRun<Read> reads_;  // by task and variable
};

}  // namespace sim::internal
