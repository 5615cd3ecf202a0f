// What the functions that stand in the place of the C library's are made of: whose a call is, and
// how it goes on to the library.
#pragma once

#include <atomic>

#include "sim/scheduler.h"

namespace sim::guard {

// The run that a call made now belongs to; null where the library is to answer.
inline internal::Scheduler* asked_in_run() {
  internal::Scheduler* const scheduler = internal::current_scheduler;
  return scheduler != nullptr && internal::own_calls == 0 ? scheduler : nullptr;
}

// Tells of a call if it belongs to a run. What happens next is real.
inline void tell(const char* call) {
  if (internal::Scheduler* run = asked_in_run()) [[unlikely]]
    run->report_outside_call(call);
}

// The run that answers the call; null where the library is to do it. Then the call has been told.
inline internal::Scheduler* answers(const char* call) {
  internal::Scheduler* const run = asked_in_run();
  if (run == nullptr) [[likely]]
    return nullptr;
  if (run->outside_world().virtualize) return run;
  run->report_outside_call(call);
  return nullptr;
}

// What the library has under this name, behind the program; looked for once.
void* find_real(const char* name, std::atomic<void*>& found);

// The files that an executable is to have when it links the guard.
void keep_clocks();
void keep_naps();
void keep_randomness();
void keep_waits();

}  // namespace sim::guard

// Defines real_NAME(): the function that the one of this name stands in for, which is that of a
// sanitizer, where there is one, else the library's.
#define SIM_GUARD_REAL(name)                                                              \
  extern "C" decltype(name) __interceptor_##name __attribute__((weak));                   \
  namespace {                                                                             \
  constinit std::atomic<void*> found_##name = nullptr;                                    \
  decltype(&name) real_##name() {                                                         \
    if (&__interceptor_##name != nullptr) return &__interceptor_##name;                   \
    return reinterpret_cast<decltype(&name)>(sim::guard::find_real(#name, found_##name)); \
  }                                                                                       \
  }
