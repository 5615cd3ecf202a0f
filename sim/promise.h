// PromiseBase: what every coroutine frame of ours begins with. It links the frame to the one that
// awaits it and to where its result goes, and knows where it stands, so that the chain of frames
// from a task's root to the one that is suspended can be resumed, printed and destroyed.
#pragma once

#include <coroutine>
#include <source_location>

#include "sim/arena.h"
#include "sim/frame_layout.h"
#include "sim/result.h"

namespace sim::internal {

struct PromiseBase {
  PromiseBase* parent = nullptr;     // the coroutine that awaits this one; null for a task's root
  ResultBase* result = nullptr;      // in the awaiter, task or generator that owns the frame
  std::source_location place;        // of its latest co_await; at first the coroutine itself

  std::coroutine_handle<PromiseBase> handle() {
    return std::coroutine_handle<PromiseBase>::from_promise(*this);
  }

  static void* operator new(std::size_t bytes) {
    return remember_frame(Arena::allocate_here(bytes));
  }
  static void operator delete(void* frame, std::size_t bytes) noexcept {
    Arena::deallocate(frame, bytes);
  }
};

// Destroys a suspended chain of frames but for its root, leaf first and without recursion. Returns
// the root.
PromiseBase* destroy_down_to_root(PromiseBase* leaf) noexcept;

// "fetch" for `sim::Coro<std::string> app::fetch(std::string)`; "lambda" for a closure.
std::string function_name(const std::source_location& function);

}  // namespace sim::internal
