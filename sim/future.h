// Future<T>: a result that somebody will set; a copyable handle to it. Made by
// running_loop().create_future<T>().
//
//   sim::Future<int> answer = sim::running_loop().create_future<int>();
//   sim::running_loop().call_later(1s, [answer] { answer.set_result(42); });
//   int a = co_await answer;
//
// A waiter resumes one iteration after the future ended, in the order of the co_awaits; awaiting
// one that is done does not suspend. Cancelling a task that waits for a future cancels the future.
// Awaiting an lvalue gives a const T&; an rvalue gives a T, moved out if it was the last handle or
// T cannot be copied. Source: asyncio.Future.
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "sim/await.h"
#include "sim/callback.h"
#include "sim/outcome.h"

namespace sim {

namespace internal {

// "task main cannot gather Future, which belongs to another loop", and the task's async stack.
std::string describe_foreign(const char* verb, const FutureState& future);

// Throws E if it belongs to another loop and has not ended: its end would be told over there.
template <class E>
void require_own(const char* verb, const FutureState& future) {
  if (!future.done() && Arena::is_foreign(&future)) [[unlikely]] {
    throw E(describe_foreign(verb, future));
  }
}

// Waits for a future of any kind to end.
class FutureWaiter : public Waiter {
 public:
  explicit FutureWaiter(Ref<FutureState> future) : future_(std::move(future)) {}
  ~FutureWaiter() {
    if (task_ != nullptr && !future_->done()) [[unlikely]] {
      future_->remove_callback(Entry::task(task_));
    }
  }
  bool ready() const {
    future_->note_look();
    if (future_->done()) return true;
    if (future_->awaited_itself()) [[unlikely]] throw_awaited_itself_before();
    return false;
  }
  void suspend(PromiseBase& at) {
    park(at);
    if (future_.get() == task_ || Arena::is_foreign(future_.get())) [[unlikely]] {
      return suspend_misused(at);
    }
    future_->add_callback(Entry::task(task_));
  }
  FutureState* awaited() const override { return future_.get(); }
  void describe(WaitDescription& description) const override;

 protected:
  // Throws if the task was cancelled meanwhile, or waited for itself or for another loop's future.
  void check_resumed() const {
    if (task_ != nullptr) [[likely]] check_suspended();
    future_->mark_retrieved();
  }
  FutureState& future() const { return *future_; }

 private:
  void check_suspended() const {
    if (task_->must_cancel()) [[unlikely]] throw_requested();
    if (!future_->done()) [[unlikely]] throw_misused();
  }
  void throw_requested() const;
  void suspend_misused(PromiseBase& at);
  [[noreturn]] void throw_misused() const;
  [[noreturn]] void throw_awaited_itself_before() const;

  Ref<FutureState> future_;
};

template <class T, class State>
class LvalueFutureAwaiter : public FutureWaiter {
 public:
  explicit LvalueFutureAwaiter(State& state) : FutureWaiter(Ref<FutureState>(&state)) {}
  decltype(auto) resume() {
    check_resumed();
    return std::as_const(static_cast<State&>(future()).result()).get();
  }
};

template <class T, class State>
class RvalueFutureAwaiter : public FutureWaiter {
 public:
  explicit RvalueFutureAwaiter(Ref<State> state) : FutureWaiter(std::move(state)) {}
  T resume() {
    check_resumed();
    Result<T>& result = static_cast<State&>(future()).result();
    if constexpr (std::is_void_v<T> || std::is_reference_v<T>) {
      return result.take();
    } else if constexpr (kCopyable<T>) {
      return future().unique() ? result.take() : T(std::as_const(result).get());
    } else {
      return result.take();
    }
  }
};

template <class T>
T take_or_copy(FutureState& future, Result<T>& result) {
  if constexpr (kCopyable<T>) {
    if (!future.unique()) return std::as_const(result).get();
  }
  return result.take();
}

// What Future<T> and Task<T> have in common. An empty handle (default made or moved from) throws
// InvalidStateError from every function.
template <class T, class State, class Derived>
class ResultHandle {
 public:
  using value_type = T;

  ResultHandle() = default;
  explicit ResultHandle(State* state) : state_(state) {}

  explicit operator bool() const { return static_cast<bool>(state_); }
  bool done() const { return looked_at().done(); }
  bool cancelled() const { return looked_at().cancelled(); }
  // Requests cancellation; false if it had ended. A task is thrown a CancelledError with the
  // message where it stands; a future ends at once.
  bool cancel(std::string message = "") const { return state()->cancel(message); }
  // The result. Throws the exception it ended with, CancelledError if it was cancelled, and
  // InvalidStateError if it has not ended.
  decltype(auto) result() const {
    if (!done()) throw InvalidStateError("the result is not set yet");
    state()->mark_retrieved();
    return std::as_const(state()->result()).get();
  }
  // The exception it ended with, null if it ended with a value. Throws CancelledError if it was
  // cancelled, InvalidStateError if it has not ended.
  std::exception_ptr exception() const { return state()->exception(); }

  // Calls f(handle) or f() in a step of its own after it has ended, in the order of registration.
  // Returns an id for remove_done_callback().
  template <class F>
  std::uint64_t add_done_callback(F function) const {
    State* const future = &looked_at();
    note_unrelated("callbacks of futures");
    const std::uint64_t id = next_callback_id();
    auto* callback = new DoneCallback<Derived, State, F>(std::move(function), id);
    if (future->done()) {
      callback->scheduled(*future);
      Scheduler::here().push(Entry::runnable(callback));
    } else {
      future->add_callback(Entry::runnable(callback));
    }
    return id;
  }
  // True if the callback was registered and had not been scheduled.
  bool remove_done_callback(std::uint64_t id) const { return state()->remove_callback(id); }

  friend bool operator==(const ResultHandle& a, const ResultHandle& b) {
    return a.state_.get() == b.state_.get();
  }

  // The runtime's.
  State* state() const {
    if (!state_) throw InvalidStateError("an empty handle");
    return state_.get();
  }
  Ref<State> take_state() {
    state();
    return std::move(state_);
  }

 protected:
  State& looked_at() const {
    State* const future = state();
    future->note_look();
    return *future;
  }

 private:
  static std::uint64_t next_callback_id() {
    thread_local std::uint64_t last = 0;
    return ++last;
  }
  Ref<State> state_;
};

}  // namespace internal

// A future or task of any type of result.
class AnyFuture {
 public:
  AnyFuture() = default;
  template <class T, class State, class Derived>
  AnyFuture(const internal::ResultHandle<T, State, Derived>& handle) : state_(handle.state()) {}
  explicit AnyFuture(internal::FutureState* state) : state_(state) {}

  explicit operator bool() const { return static_cast<bool>(state_); }
  bool done() const { return looked_at().done(); }
  bool cancelled() const { return looked_at().cancelled(); }
  bool cancel(std::string message = "") const { return state()->cancel(message); }
  std::exception_ptr exception() const { return state()->exception(); }
  friend bool operator==(const AnyFuture& a, const AnyFuture& b) {
    return a.state_.get() == b.state_.get();
  }

  internal::FutureState* state() const {
    if (!state_) throw InvalidStateError("an empty handle");
    return state_.get();
  }

 private:
  const internal::FutureState& looked_at() const {
    state()->note_look();
    return *state_;
  }
  internal::Ref<internal::FutureState> state_;
};

template <class T = void>
class Future : public internal::ResultHandle<T, internal::ValueState<T>, Future<T>> {
 public:
  using internal::ResultHandle<T, internal::ValueState<T>, Future<T>>::ResultHandle;

  // Ends it with a value. Throws InvalidStateError if it has ended. Takes nothing for Future<void>.
  template <class... Args>
  void set_result(Args&&... args) const {
    static_assert(sizeof...(Args) == (std::is_void_v<T> ? 0 : 1));
    this->looked_at().set_result(std::forward<Args>(args)...);
  }
  // Ends it with an exception, given as itself or as an exception_ptr. Throws InvalidStateError if
  // it has ended.
  void set_exception(std::exception_ptr error) const {
    this->looked_at().set_exception(std::move(error));
  }
  template <class E>
    requires(!std::convertible_to<E, std::exception_ptr>)
  void set_exception(E error) const {
    set_exception(std::make_exception_ptr(std::move(error)));
  }
};

template <class T>
internal::LvalueFutureAwaiter<T, internal::ValueState<T>> make_awaiter(const Future<T>& future) {
  return internal::LvalueFutureAwaiter<T, internal::ValueState<T>>(*future.state());
}
template <class T>
internal::LvalueFutureAwaiter<T, internal::ValueState<T>> make_awaiter(Future<T>& future) {
  return make_awaiter(std::as_const(future));
}
template <class T>
internal::RvalueFutureAwaiter<T, internal::ValueState<T>> make_awaiter(Future<T>&& future) {
  return internal::RvalueFutureAwaiter<T, internal::ValueState<T>>(future.take_state());
}

}  // namespace sim
