// Death: how a worker ended that was not asked to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/jobs/area.h"
#include "sim/jobs/explore_jobs.h"

namespace sim::jobs {

struct Death {
  int status = 0;  // of waitpid()
  Verdict verdict = Verdict::none;
  bool is_known = false;  // false: nobody could ask for its status
  friend bool operator==(const Death&, const Death&) = default;
};

// The status of a child that is about to end; null if it is no child of this process. One that has
// only closed all it had is killed.
std::optional<int> wait_for_end(int process);

// "SIGSEGV", "exit code 3", "a step did not end within 10 s".
std::string describe(const Death& death, const Jobs& jobs);

// A schedule that ended a worker.
struct Crash {
  Death death;
  std::uint64_t execution = 0;  // counted from 1
  std::vector<Deviation> deviations;
  bool is_whole = true;  // those are all
  std::string said;      // the last lines that the worker wrote to stderr
  bool is_known = true;  // it is known which execution it was
};

}  // namespace sim::jobs
