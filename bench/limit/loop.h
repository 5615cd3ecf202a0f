// The loop: pool, ring and wheel, and the trampoline that resumes everything.
#pragma once

#include <coroutine>
#include <cstdint>
#include <utility>

#include "bench/limit/pool.h"
#include "bench/limit/ring.h"
#include "bench/limit/wheel.h"

namespace limit {

struct Loop {
  std::coroutine_handle<> next;  // resumed before all that is ready: what was called or returned to
  Ring ready;
  FramePool pool;
  Wheel timers;

  // Until nothing is ready and no timer is pending.
  void run() {
    do {
      ready.drain([this](std::coroutine_handle<> handle) {
        do { next = nullptr; handle.resume(); handle = next; } while (handle);
      });
    } while (timers.advance([this](Timer* timer) { ready.push_back(timer->waiter); }));
  }
};

inline Loop loop;

// Resumes behind everything that is ready now.
struct yield {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) const { loop.ready.push_back(self); }
  void await_resume() const noexcept {}
};

// Resumes `delay` ns from now, behind what is ready then.
class sleep : private Timer {
 public:
  explicit sleep(std::uint64_t delay) noexcept { when = loop.timers.now() + delay; }
  sleep(const sleep&) = delete;
  sleep& operator=(const sleep&) = delete;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) noexcept {
    waiter = self;
    loop.timers.insert(this);
  }
  void await_resume() const noexcept {}
};

}  // namespace limit
