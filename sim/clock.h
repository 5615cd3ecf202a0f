// Clock: virtual time. It stands still while code runs and jumps when nothing is left to run.
//
//   auto before = sim::now();
//   co_await sim::sleep(1h);                 // takes no real time
//   SIM_CHECK(sim::now() - before == 1h);
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace sim {

// Time is counted in whole nanoseconds, in 64 bits: 292 years. What is longer is the far end of
// time.
using Duration = std::chrono::nanoseconds;

// Meets TrivialClock. Its epoch is the creation of the loop.
struct Clock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Clock, duration>;
  static constexpr bool is_steady = true;

  // The running loop's virtual time; the epoch when no loop runs.
  static time_point now() noexcept;
};
using TimePoint = Clock::time_point;

inline TimePoint now() noexcept { return Clock::now(); }

// Virtual time since the current run began.
Duration uptime() noexcept;

namespace internal {

// Converts any duration, rounding towards zero and saturating where 64 bits of nanoseconds end.
template <class Rep, class Period>
constexpr Duration to_duration(std::chrono::duration<Rep, Period> d) {
  using Wide = std::chrono::duration<long double, std::nano>;
  const long double wide = Wide(d).count();
  if (!(wide == wide)) return Duration::zero();  // not a number
  if (wide >= static_cast<long double>(std::numeric_limits<std::int64_t>::max())) {
    return Duration::max();
  }
  if (wide <= static_cast<long double>(std::numeric_limits<std::int64_t>::min())) {
    return Duration::min();
  }
  if constexpr (std::is_floating_point_v<Rep>) {
    return Duration(static_cast<std::int64_t>(wide));
  } else {
    return std::chrono::duration_cast<Duration>(d);
  }
}
constexpr Duration to_duration(Duration d) { return d; }

// `t` + `d`, stopping at the far end of time.
constexpr TimePoint after(TimePoint t, Duration d) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(t.time_since_epoch().count(), d.count(), &sum)) {
    return d.count() > 0 ? TimePoint::max() : TimePoint::min();
  }
  return TimePoint(Duration(sum));
}

}  // namespace internal
}  // namespace sim
