// The guard: functions of the C library that the program calls in their place. What is called while
// a loop runs on this thread, other than by simloop, is told (RunOptions::outside) or answered by
// the run; everything else goes on to the library.
//
//   told                                        with OutsideWorld::virtualize
//   clock_gettime, gettimeofday, time           a fixed date and the loop's virtual time
//   getrandom, getentropy, arc4random...,       the running task's rng()
//   and the standard library's random device
//   nanosleep, clock_nanosleep, usleep, sleep   virtual time passes, as by sim::busy()
//   pthread_create, read and recv that wait,    told all the same, and done
//   poll, select and epoll_wait that wait
//
// It is there when simloop::guard is linked; nothing is to be called. docs/determinism.md says what
// it cannot see.
#pragma once

#include <atomic>
#include <cstdint>

#include "sim/scheduler.h"

namespace sim::guard {

// The run that a call made now belongs to; null where the library is to answer.
inline internal::Scheduler* asked_in_run() {
  internal::Scheduler* const scheduler = internal::current_scheduler;
  return scheduler != nullptr && internal::own_calls == 0 ? scheduler : nullptr;
}

// Tells of a call if it belongs to a run. What happens next is real.
inline void tell(const char* call) {
  if (internal::Scheduler* run = asked_in_run()) [[unlikely]] run->report_outside_call(call);
}

// The run that answers the call; null where the library is to do it. Then the call has been told.
inline internal::Scheduler* answers(const char* call) {
  internal::Scheduler* const run = asked_in_run();
  if (run == nullptr) [[likely]] return nullptr;
  if (run->outside_world().virtualize) return run;
  run->report_outside_call(call);
  return nullptr;
}

// The first moment of a run as clocks show it: 2024-01-01 00:00 UTC.
inline constexpr std::int64_t kFirstSecond = 1'704'067'200;

// What the library has under this name, behind the program.
void* find_real(const char* name);

// The function that one of these stands in for: that of a sanitizer, where there is one, else the
// library's.
template <class F>
F* real(F* of_sanitizer, const char* name, std::atomic<F*>& found) {
  if (of_sanitizer != nullptr) return of_sanitizer;
  F* known = found.load(std::memory_order_relaxed);
  if (known == nullptr) {
    known = reinterpret_cast<F*>(find_real(name));
    found.store(known, std::memory_order_relaxed);
  }
  return known;
}

// The files that an executable is to have when it links the guard.
void keep_clocks();
void keep_naps();
void keep_randomness();
void keep_waits();

}  // namespace sim::guard

// Declares what real_NAME() needs, and real_NAME.
#define SIM_GUARD_REAL(name)                                                             \
  extern "C" decltype(name) __interceptor_##name __attribute__((weak));                  \
  namespace {                                                                            \
  constinit std::atomic<decltype(name)*> found_##name = nullptr;                         \
  auto* real_##name() { return sim::guard::real(&__interceptor_##name, #name, found_##name); } \
  }
