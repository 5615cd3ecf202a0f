#include "sim/explore/blocking_steps.h"

#include <time.h>

#include "sim/explore/detector.h"
#include "sim/outside.h"

namespace sim::internal {

namespace {

std::int64_t nanoseconds_of(clockid_t clock) {
  const OwnCalls own;
  timespec time;
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

void BlockingSteps::look(const Scheduler& scheduler, Entry entry) {
  if (runs_) end_step();
  runs_ = true;
  name_ = scheduler.name_of(entry);
  place_ = place_of(task_of(entry));
  step_ = scheduler.steps();
  cpu_ = nanoseconds_of(CLOCK_THREAD_CPUTIME_ID);
  real_ = nanoseconds_of(CLOCK_MONOTONIC);
}

void BlockingSteps::end_step() {
  runs_ = false;
  const bool computes = nanoseconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_ > kMostCpu;
  if (!computes && nanoseconds_of(CLOCK_MONOTONIC) - real_ <= kMostReal) return;
  report_finding({FindingKind::blocking_step,
                  "step " + std::to_string(step_) + ", of " + name_ + ", " +
                      (computes ? "computed for more than 100 ms"
                                : "took more than 1 s of real time, most of it waiting") +
                      "; nothing else ran meanwhile",
                  place_,
                  {}});
}

}  // namespace sim::internal
