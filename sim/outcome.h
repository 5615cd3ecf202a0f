// Outcome<T>: what something awaited ended with, a value or an exception, as a value. settle()
// awaits without throwing, which is how cleanup awaits: C++ has no co_await in a handler.
//
//   sim::Outcome<int> ended = co_await sim::settle(fetch());
//   co_await connection.close();
//   if (ended.cancelled()) ...
#pragma once

#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "sim/await.h"
#include "sim/coro.h"

namespace sim {

template <class T>
class Outcome {
  using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

 public:
  using value_type = T;

  Outcome() requires std::is_void_v<T> : value_(std::in_place) {}
  template <class U>
    requires(!std::is_void_v<T> && std::convertible_to<U, Stored>)
  explicit Outcome(U&& value) : value_(std::forward<U>(value)) {}
  // `error` may be null only for a cancellation without a message.
  Outcome(std::exception_ptr error, bool cancelled)
      : error_(std::move(error)), cancelled_(cancelled) {}

  bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return has_value(); }
  bool cancelled() const { return cancelled_; }
  // The exception, CancelledError among them; null for a value.
  std::exception_ptr exception() const {
    return cancelled_ && error_ == nullptr ? std::make_exception_ptr(CancelledError()) : error_;
  }
  // The value; throws the exception if there is none.
  std::add_lvalue_reference_t<const T> value() const& {
    rethrow();
    if constexpr (!std::is_void_v<T>) return *value_;
  }
  std::add_lvalue_reference_t<T> value() & {
    rethrow();
    if constexpr (!std::is_void_v<T>) return *value_;
  }
  T value() && {
    rethrow();
    if constexpr (!std::is_void_v<T>) return std::move(*value_);
  }

 private:
  void rethrow() const {
    if (!value_) std::rethrow_exception(exception());
  }
  std::optional<Stored> value_;
  std::exception_ptr error_;
  bool cancelled_ = false;
};

namespace internal {

// The outcome of the exception being handled.
template <class T>
Outcome<T> outcome_of_current_exception() {
  return Outcome<T>(std::current_exception(), handling_cancelled_error());
}

template <class T>
Outcome<T> take_outcome(Result<T>& result) {
  if (result.kind() == ResultKind::value) {
    if constexpr (std::is_void_v<T>) {
      return Outcome<T>();
    } else {
      return Outcome<T>(result.take());
    }
  }
  return Outcome<T>(result.error(), result.kind() == ResultKind::cancelled ||
                                        is_cancelled_error(result.error()));
}

template <class X>
class Settle {
 public:
  using T = AwaitResult<X>;
  explicit Settle(X operand) : operand_(std::move(operand)) {}
  Settle(Settle&& other) : operand_(std::move(other.operand_)) {}

  bool ready() {
    try {
      awaiter_.emplace(*this);
      return awaiter_->inner.ready();
    } catch (...) {  // misuse, told before anything is awaited
      misuse_ = std::current_exception();
      return true;
    }
  }
  void suspend(PromiseBase& at) { awaiter_->inner.suspend(at); }
  Outcome<T> resume() {
    if (misuse_ != nullptr) [[unlikely]] return Outcome<T>(misuse_, is_cancelled_error(misuse_));
    if constexpr (requires { awaiter_->inner.result(); }) {  // no throw needed to know
      return take_outcome(awaiter_->inner.result());
    } else {
      try {
        if constexpr (std::is_void_v<T>) {
          awaiter_->inner.resume();
          return Outcome<T>();
        } else {
          return Outcome<T>(awaiter_->inner.resume());
        }
      } catch (...) {
        return outcome_of_current_exception<T>();
      }
    }
  }

 private:
  struct InPlace {
    explicit InPlace(Settle& settle) : inner(make_awaiter(std::move(settle.operand_))) {}
    AwaiterOf<X> inner;
  };
  X operand_;
  std::optional<InPlace> awaiter_;
  std::exception_ptr misuse_;
};

}  // namespace internal

// Awaits `operand` and gives how it ended instead of throwing, a cancellation of the awaiting task
// included. It makes no task and takes no loop iteration.
template <class X>
[[nodiscard("co_await it")]] internal::Settle<std::remove_cvref_t<X>> settle(X&& operand) {
  return internal::Settle<std::remove_cvref_t<X>>(std::forward<X>(operand));
}

}  // namespace sim
