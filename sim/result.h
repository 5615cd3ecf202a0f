// Result<T>: where a coroutine or a future puts what it ended with.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "sim/error.h"

namespace sim::internal {

enum class ResultKind : std::uint8_t {
  none,
  value,
  moved,      // the value has been moved out
  exception,  // anything thrown but CancelledError
  cancelled,  // error() is the CancelledError, or null for one without a message
};

// Whether the exception being handled is a CancelledError; asks without rethrowing it.
bool handling_cancelled_error() noexcept;
bool is_cancelled_error(const std::exception_ptr& error) noexcept;
// The message of the CancelledError `error` holds; empty for null.
std::string cancel_message(const std::exception_ptr& error);
// Null for an empty message.
std::exception_ptr make_cancelled_error(const std::string& message);
[[noreturn]] void throw_error(ResultKind kind, const std::exception_ptr& error);

// Whether a T can be copied. A container of what cannot be copied says that it can.
template <class T>
inline constexpr bool kCopyable = std::is_copy_constructible_v<T>;
template <class T>
  requires(!std::is_same_v<typename T::value_type, T>) && requires(const T& t) {
    t.begin();
    t.end();
  }
inline constexpr bool kCopyable<T> =
    std::is_copy_constructible_v<T> && kCopyable<std::remove_cv_t<typename T::value_type>>;

class ResultBase {
 public:
  ResultKind kind() const { return kind_; }
  // The frame that was to fill this result is gone; its owner must not destroy it again.
  void set_frame_gone() { frame_gone_ = true; }
  bool frame_gone() const { return frame_gone_; }

 protected:
  ResultKind kind_ = ResultKind::none;
  bool frame_gone_ = false;
};

template <class T>
class Result : public ResultBase {
 public:
  using Stored = std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, T>;

  Result() noexcept {}
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  ~Result() noexcept {  // also for a T whose destructor may throw, as a Guard's
    if (has_stored()) {
      std::destroy_at(&stored_);
    } else if (has_error()) [[unlikely]] {
      std::destroy_at(&error_);
    }
  }

  // Only once, on one that holds nothing.
  template <class... Args>
  void emplace(Args&&... args) {
    if constexpr (std::is_reference_v<T>) {
      std::construct_at(&stored_, std::addressof(args)...);
    } else {
      std::construct_at(&stored_, std::forward<Args>(args)...);
    }
    kind_ = ResultKind::value;
  }
  void set_error(ResultKind kind, std::exception_ptr error) noexcept {
    if (has_stored()) std::destroy_at(&stored_);
    if (has_error()) std::destroy_at(&error_);
    std::construct_at(&error_, std::move(error));
    kind_ = kind;
  }
  void set_current_exception() noexcept {
    set_error(handling_cancelled_error() ? ResultKind::cancelled : ResultKind::exception,
              std::current_exception());
  }

  std::exception_ptr error() const { return has_error() ? error_ : nullptr; }
  // The value; throws the error instead if there is one.
  const std::remove_reference_t<T>& get() const { return *check(); }
  std::remove_reference_t<T>& get() { return *check(); }
  // Moves the value out; a second look at it throws InvalidStateError.
  T take() {
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*check());
    } else {
      T& value = *check();
      kind_ = ResultKind::moved;
      return std::move(value);
    }
  }

 private:
  bool has_stored() const { return kind_ == ResultKind::value || kind_ == ResultKind::moved; }
  bool has_error() const { return kind_ > ResultKind::moved; }
  std::remove_reference_t<T>* check() const {
    if (kind_ != ResultKind::value) [[unlikely]] throw_error(kind_, error());
    if constexpr (std::is_reference_v<T>) {
      return stored_;
    } else {
      return const_cast<T*>(&stored_);
    }
  }

  union {
    Stored stored_;
    std::exception_ptr error_;
  };
};

template <>
class Result<void> : public ResultBase {
 public:
  Result() noexcept = default;
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;

  void emplace() { kind_ = ResultKind::value; }
  void set_error(ResultKind kind, std::exception_ptr error) noexcept {
    error_ = std::move(error);
    kind_ = kind;
  }
  void set_current_exception() noexcept {
    set_error(handling_cancelled_error() ? ResultKind::cancelled : ResultKind::exception,
              std::current_exception());
  }
  std::exception_ptr error() const { return error_; }
  void get() const {
    if (kind_ != ResultKind::value) [[unlikely]] throw_error(kind_, error_);
  }
  void take() const { get(); }

 private:
  std::exception_ptr error_;
};

}  // namespace sim::internal
