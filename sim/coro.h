// Coro<T>: a coroutine, as Python's `async def`. Lazy: it runs when it is awaited, inside the
// awaiting task and without a suspension of its own, or when create_task() makes a task of it.
//
//   sim::Coro<int> answer() { co_await sim::sleep(1s); co_return 42; }
//   sim::Coro<> ask() { int a = co_await answer(); }
//
// Awaited once, as an rvalue. One that is destroyed inside a run before it was awaited is the
// finding never_awaited. Its result may be a reference. Exceptions arrive at the co_await.
#pragma once

#include <source_location>
#include <string>
#include <utility>

#include "sim/await.h"
#include "sim/cancelled_place.h"

namespace sim {

template <class T = void>
class Coro;

namespace internal {

template <class T>
struct CoroPromise;

void report_never_awaited(const std::source_location& function);

struct FinalAwaiter {
  bool await_ready() noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
    Promise& promise = coroutine.promise();
    if (promise.parent != nullptr) [[likely]] {
      current_scheduler->resume_next(promise.parent);
    } else {
      current_scheduler->root_done(promise);
    }
  }
  void await_resume() noexcept {}
};

template <class T>
struct CoroPromiseBase : AwaitingPromise {
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  static void* operator new(std::size_t bytes) {
    return remember_frame(FrameBlock<T>::allocate(bytes));
  }
  static void operator delete(void* frame, std::size_t bytes) noexcept {
    FrameBlock<T>::deallocate(frame, bytes);
  }
  Result<T>& typed_result() { return static_cast<Result<T>&>(*result); }
  void unhandled_exception() noexcept {
    typed_result().set_current_exception();
    if (this->result->kind() == ResultKind::cancelled) {
      note_cancelled(typed_result().error(), this->place);
    }
  }
};

template <class T>
struct CoroPromise : CoroPromiseBase<T> {
  Coro<T> get_return_object(std::source_location in = std::source_location::current()) {
    check_frame_layout(*this, in);
    this->place = in;
    return Coro<T>(*this);
  }
  template <class U = T>
    requires std::convertible_to<U, T>
  void return_value(U&& value) {
    this->typed_result().emplace(std::forward<U>(value));
  }
};

template <>
struct CoroPromise<void> : CoroPromiseBase<void> {
  inline Coro<void> get_return_object(
      std::source_location in = std::source_location::current());
  void return_void() { typed_result().emplace(); }
};

// Runs a coroutine inside the awaiting task. Owns its frame and holds its result.
template <class T>
class CoroAwaiter {
 public:
  explicit CoroAwaiter(PromiseBase* frame) : frame_(frame) { frame_->result = &result_; }
  CoroAwaiter(const CoroAwaiter&) = delete;
  CoroAwaiter& operator=(const CoroAwaiter&) = delete;
  ~CoroAwaiter() {
    if (!result_.frame_gone()) frame_->handle().destroy();
  }

  bool ready() { return false; }
  void suspend(PromiseBase& at) {
    frame_->parent = &at;
    current_scheduler->resume_next(frame_);
  }
  T resume() { return result_.take(); }
  Result<T>& result() { return result_; }

 private:
  PromiseBase* frame_;
  Result<T> result_;
};

}  // namespace internal

template <class T>
class [[nodiscard("co_await it, or give it to create_task")]] Coro {
 public:
  using promise_type = internal::CoroPromise<T>;
  using value_type = T;

  Coro(Coro&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Coro& operator=(Coro&& other) noexcept {
    if (this != &other) {
      abandon();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~Coro() { abandon(); }

  // False once it has been awaited or moved away.
  explicit operator bool() const { return frame_ != nullptr; }
  // Destroys it without a finding: for those who decline to run what they were given.
  void decline() noexcept {
    if (frame_ != nullptr) std::exchange(frame_, nullptr)->handle().destroy();
  }

  // The frame, from now on the caller's. Throws std::runtime_error if it was awaited before.
  internal::PromiseBase* release_frame() {
    if (frame_ == nullptr) throw std::runtime_error("cannot reuse an already awaited coroutine");
    return std::exchange(frame_, nullptr);
  }

 private:
  friend promise_type;
  explicit Coro(internal::PromiseBase& frame) : frame_(&frame) {}
  void abandon() noexcept {
    if (frame_ == nullptr) return;
    internal::report_never_awaited(frame_->place);
    decline();
  }

  internal::PromiseBase* frame_;
};

template <class T>
internal::CoroAwaiter<T> make_awaiter(Coro<T>&& coro) {
  return internal::CoroAwaiter<T>(coro.release_frame());
}

namespace internal {

inline Coro<void> CoroPromise<void>::get_return_object(std::source_location in) {
  check_frame_layout(*this, in);
  place = in;
  return Coro<void>(*this);
}

// An operand that a wrapper answers for: where the wrapper never runs, it is no never_awaited of
// its own.
template <class X>
struct Wrapped {
  explicit Wrapped(X&& x) : operand(std::move(x)) {}
  Wrapped(Wrapped&&) = default;
  ~Wrapped() {
    if constexpr (requires { operand.decline(); }) operand.decline();
  }
  X operand;
};

template <class X>
Coro<AwaitResult<X>> as_coro(Wrapped<X> wrapped) {
  co_return co_await std::move(wrapped.operand);
}

// A coroutine that awaits `operand`, for those who need a Coro of anything awaitable.
template <class X>
Coro<AwaitResult<X>> as_coro(X operand) {
  return as_coro(Wrapped<X>(std::move(operand)));
}
template <class T>
Coro<T> as_coro(Coro<T> coro) {
  return coro;
}

}  // namespace internal
}  // namespace sim
