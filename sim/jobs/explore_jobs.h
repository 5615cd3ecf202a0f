// explore_jobs(): explore() in worker processes.
//
//   sim::Report report = sim::explore_jobs(lost_update, options, {.count = 4});
//
// The report is that of explore(), whatever the number of workers: see rounds.h. And what would end
// a process is a finding of kind `crash` with its token, behind which the exploration goes on: a
// signal, an abort, an exit, a sanitizer's report, a step that does not end, memory gone wild. The
// calling process runs nothing of the test.
//
// Behind a crash depth-first search and dpor may have lost what they knew; the report warns of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "sim/explore/explore.h"

namespace sim {

struct Jobs {
  // Worker processes, at least 1.
  std::uint32_t count = 1;
  // Real time that one step may take.
  std::chrono::nanoseconds step_limit = std::chrono::seconds(10);
  // Memory of one worker, in bytes; 0: an even share of the machine's.
  std::uint64_t memory_limit = 0;
};

// There can be no workers, or no more of them: the process has other threads, or the system gives
// no processes or memory.
class JobsUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws what explore() does, and JobsUnavailable.
Report explore_jobs(Body body, const ExploreOptions& options, const Jobs& jobs);

// replay(), shrink_token() and run_schedule() in a worker, which has a copy of the source.
Report replay_in_worker(Body body, std::string_view token, const ExploreOptions& options,
                        const Jobs& jobs = {});
Report shrink_in_worker(Body body, std::string_view token, const ExploreOptions& options,
                        const Jobs& jobs = {});
Report run_schedule_in_worker(Body body, DecisionSource& source, const ExploreOptions& options,
                              const Jobs& jobs = {});

}  // namespace sim
