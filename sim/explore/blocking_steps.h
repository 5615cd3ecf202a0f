// BlockingSteps: the finding blocking_step (a warning) for real time. A step that computes for
// long, or waits in a system call, holds up everything else on the loop. Only where it is asked for
// by RunOptions::detect_blocking: what a clock says is not the same twice.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>

#include "sim/ready_queue.h"

namespace sim::internal {

class Scheduler;

class BlockingSteps {
 public:
  static constexpr std::int64_t kMostCpu = 100'000'000;     // nanoseconds of one step
  static constexpr std::int64_t kMostReal = 1'000'000'000;  // longer: others use the machine too

  void enable(bool enabled) { enabled_ = enabled; }
  void begin() { runs_ = false; }
  void on_step(const Scheduler& scheduler, Entry entry) {
    if (enabled_) [[unlikely]] look(scheduler, entry);
  }
  // Of the step that was the last.
  void on_end() {
    if (enabled_ && runs_) [[unlikely]] end_step();
  }

 private:
  void look(const Scheduler& scheduler, Entry entry);
  void end_step();

  bool enabled_ = false;
  bool runs_ = false;
  std::int64_t cpu_ = 0;   // when the step began
  std::int64_t real_ = 0;
  std::uint64_t step_ = 0;
  std::string name_;
  std::source_location place_;  // where the step began
};

}  // namespace sim::internal
