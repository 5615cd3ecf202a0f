// The limit: the least a hand-written coroutine loop can do, as fast as it can be done.
//
// simloop is held against it, built by the same compiler, in the same process. It has what the
// workloads need and nothing else: no cancellation, no exceptions, no names, no findings, no
// iterations. One loop per process, which is a global. Like simloop's it has a trampoline:
// `await_suspend` returns void and every resumption is made by `Loop::run`.
//
//   limit::Coro<> nap() { co_await limit::sleep(1'000); }
//   limit::run(nap());
#pragma once

#include "bench/limit/coro.h"
#include "bench/limit/loop.h"
#include "bench/limit/sync.h"
