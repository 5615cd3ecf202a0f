// FrameLayout: refuses a coroutine whose frame the compiler laid out wrongly.
//
// g++ 12 puts what it makes of a condition that awaits, `if (co_await f() < 3)`, in front of the
// frame where the coroutine declares no variable at its outermost level (docs/gcc12.md). Then the
// promise is not where handles look for it, and a resumption does nothing, or anything. It can be
// seen when the promise is made: the frame begins elsewhere than its handle says.
#pragma once

#include <coroutine>
#include <source_location>

namespace sim::internal {

// Part of the library whichever compiler built it: who uses it may have another.
[[noreturn]] void refuse_frame_layout(const std::source_location& function);

#if defined(__GNUC__) && !defined(__clang__)

inline constinit thread_local void* newest_frame = nullptr;

// What operator new of a promise gives.
inline void* remember_frame(void* frame) { return newest_frame = frame; }

// Called while the coroutine is made. Throws std::logic_error where its frame is no good.
template <class Promise>
void check_frame_layout(Promise& promise, const std::source_location& function) {
  void* const frame = std::coroutine_handle<Promise>::from_promise(promise).address();
  if (frame != newest_frame) [[unlikely]] refuse_frame_layout(function);
}

#else

inline void* remember_frame(void* frame) { return frame; }
template <class Promise>
void check_frame_layout(Promise&, const std::source_location&) {}

#endif

}  // namespace sim::internal
