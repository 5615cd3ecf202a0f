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

#include <cstdint>

namespace sim::guard {

// The first moment of a run as clocks show it: 2024-01-01 00:00 UTC.
inline constexpr std::int64_t kFirstSecond = 1'704'067'200;

}  // namespace sim::guard
