// Shared<T>: a variable whose reads and writes the explorer sees. State that several tasks use
// lives in one where races are looked for: a plain variable is invisible to race detection and
// reduction.
//
//   sim::Shared<int> balance{0};
//   int read = balance.get();
//   co_await sim::yield();
//   balance.set(read + 1);               // the lost update
//
// No access suspends. Callbacks may use it too.
#pragma once

#include <functional>
#include <utility>

#include "sim/object.h"

namespace sim {

template <class T>
class Shared {
 public:
  explicit Shared(T value = T(), std::source_location place = std::source_location::current())
      : object_("Shared", place), value_(std::move(value)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  // `place` is where a report says it was.
  const T& get(std::source_location place = std::source_location::current()) const {
    object_.note_read("reads", place);
    return value_;
  }
  void set(T value, std::source_location place = std::source_location::current()) {
    object_.note_write("writes", internal::Act::writes, place);
    value_ = std::move(value);
  }
  // Applies `function` to the value in one access, and returns what that returns.
  template <class F>
  decltype(auto) update(F&& function,
                        std::source_location place = std::source_location::current()) {
    object_.note_write("updates", internal::Act::updates, place);
    return std::invoke(std::forward<F>(function), value_);
  }
  // Stores `desired` if the value equals `expected`; one that fails is only a read.
  bool compare_exchange(const T& expected, T desired,
                        std::source_location place = std::source_location::current()) {
    object_.check_alive();
    if (!(value_ == expected)) {
      object_.note_read("compares", place);
      return false;
    }
    object_.note_write("exchanges", internal::Act::updates, place);
    value_ = std::move(desired);
    return true;
  }
  // Adds `d` and returns the value before.
  template <class D>
  T fetch_add(const D& d, std::source_location place = std::source_location::current()) {
    object_.note_write("adds to", internal::Act::updates, place);
    T before = value_;
    value_ += d;
    return before;
  }

 private:
  internal::Object object_;
  T value_;
};

}  // namespace sim
