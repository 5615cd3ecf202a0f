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
    note_read("reads", internal::Act::reads, place);
    return value_;
  }
  void set(T value, std::source_location place = std::source_location::current()) {
    note_write("writes", internal::Act::writes, place);
    value_ = std::move(value);
  }
  // Applies `function` to the value in one access, and returns what that returns.
  template <class F>
  decltype(auto) update(F&& function,
                        std::source_location place = std::source_location::current()) {
    note_write("updates", internal::Act::updates, place);
    return std::invoke(std::forward<F>(function), value_);
  }
  // Stores `desired` if the value equals `expected`; one that fails is only a read.
  bool compare_exchange(const T& expected, T desired,
                        std::source_location place = std::source_location::current()) {
    object_.check_alive();
    if (!(value_ == expected)) {
      note_read("compares", internal::Act::compares, place);
      return false;
    }
    note_write("exchanges", internal::Act::updates, place);
    value_ = std::move(desired);
    return true;
  }
  // Adds `d` and returns the value before.
  template <class D>
  T fetch_add(const D& d, std::source_location place = std::source_location::current()) {
    note_write("adds to", internal::Act::updates, place);
    T before = value_;
    value_ += d;
    return before;
  }

 private:
  void note_read(const char* what, internal::Act act, std::source_location place) const {
    object_.note_read(what, act, place);
    record(false);
  }
  void note_write(const char* what, internal::Act act, std::source_location place) const {
    object_.note_write(what, act, place);
    record(true);
  }
  void record(bool write) const {
    internal::Scheduler* scheduler = internal::current_scheduler;
    if (scheduler != nullptr && scheduler->tracing()) [[unlikely]] {
      scheduler->trace_access(object_, write);
    }
  }

  internal::Object object_;
  T value_;
};

}  // namespace sim
