// Clocks in the program's place: those of the run, or real ones.
#include <sys/time.h>
#include <time.h>

#include "sim/guard/guard.h"
#include "sim/guard/interposer.h"

SIM_GUARD_REAL(clock_gettime)
SIM_GUARD_REAL(gettimeofday)
SIM_GUARD_REAL(time)

namespace sim::guard {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool tells_the_date(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

}  // namespace

void keep_clocks() {}

}  // namespace sim::guard

// The other clocks begin with the loop: those of processors too, since work takes no virtual time.
extern "C" int clock_gettime(clockid_t clock, timespec* result) __THROW {
  using namespace sim::guard;
  const sim::internal::Scheduler* const run = answers("clock_gettime");
  if (run == nullptr) return real_clock_gettime()(clock, result);
  result->tv_sec = run->now() / kSecond + (tells_the_date(clock) ? kFirstSecond : 0);
  result->tv_nsec = run->now() % kSecond;
  return 0;
}

extern "C" int gettimeofday(timeval* __restrict result, void* __restrict zone) __THROW {
  using namespace sim::guard;
  const sim::internal::Scheduler* const run = answers("gettimeofday");
  if (run == nullptr) return real_gettimeofday()(result, zone);
  result->tv_sec = kFirstSecond + run->now() / kSecond;
  result->tv_usec = run->now() % kSecond / 1'000;
  return 0;
}

extern "C" time_t time(time_t* result) __THROW {
  using namespace sim::guard;
  const sim::internal::Scheduler* const run = answers("time");
  if (run == nullptr) return real_time()(result);
  const time_t now = kFirstSecond + run->now() / kSecond;
  if (result != nullptr) *result = now;
  return now;
}
