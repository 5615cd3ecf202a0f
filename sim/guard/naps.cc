// Sleeping in the program's place: the step takes virtual time, or real time passes.
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "sim/guard/interposer.h"

SIM_GUARD_REAL(nanosleep)
SIM_GUARD_REAL(clock_nanosleep)
SIM_GUARD_REAL(usleep)
SIM_GUARD_REAL(sleep)

namespace sim::guard {

namespace {

// The library refuses what is no time.
bool is_time(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000;
}

sim::Duration duration_of(const timespec& time) {
  constexpr std::int64_t kMost = sim::Duration::max() / std::chrono::seconds(1);
  if (time.tv_sec >= kMost) return sim::Duration::max();
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Whether the step has taken it in virtual time.
bool nap(const char* call, sim::Duration time) {
  sim::internal::Scheduler* const run = answers(call);
  if (run != nullptr) run->spend(time);
  return run != nullptr;
}

}  // namespace

void keep_naps() {}

}  // namespace sim::guard

extern "C" int nanosleep(const timespec* time, timespec* left) {
  using namespace sim::guard;
  const bool taken = is_time(*time) && nap("nanosleep", duration_of(*time));
  return taken ? 0 : real_nanosleep()(time, left);
}

extern "C" int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  using namespace sim::guard;
  sim::internal::Scheduler* const run = is_time(*time) ? answers("clock_nanosleep") : nullptr;
  if (run == nullptr) return real_clock_nanosleep()(clock, flags, time, left);
  sim::Duration nap = duration_of(*time);
  if ((flags & TIMER_ABSTIME) != 0) {
    timespec now;
    clock_gettime(clock, &now);
    nap -= duration_of(now);
  }
  run->spend(std::max(nap, sim::Duration::zero()));
  return 0;
}

extern "C" int usleep(useconds_t time) {
  using namespace sim::guard;
  return nap("usleep", std::chrono::microseconds(time)) ? 0 : real_usleep()(time);
}

extern "C" unsigned sleep(unsigned seconds) {
  using namespace sim::guard;
  return nap("sleep", std::chrono::seconds(seconds)) ? 0 : real_sleep()(seconds);
}
