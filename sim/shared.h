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

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sim/object.h"

namespace sim {

namespace internal {

// What reports of an execution can say of a value: numbers and text. Of anything else, nothing.
template <class T>
ShownValue shown(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return {&value, [](const void* at) -> std::string {
              return *static_cast<const T*>(at) ? "true" : "false";
            }};
  } else if constexpr (std::is_arithmetic_v<T>) {
    return {&value, [](const void* at) { return std::to_string(*static_cast<const T*>(at)); }};
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return {&value, [](const void* at) {
              constexpr std::size_t kMost = 80;
              const std::string_view text = *static_cast<const T*>(at);
              const std::string quoted = '"' + std::string(text.substr(0, kMost)) + '"';
              return text.size() > kMost ? quoted + "..." : quoted;
            }};
  } else {
    return {};
  }
}

}  // namespace internal

template <class T>
class Shared {
 public:
  explicit Shared(T value = T(), std::source_location place = std::source_location::current())
      : object_("Shared", place), value_(std::move(value)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  // `place` is where a report says it was.
  const T& get(std::source_location place = std::source_location::current()) const {
    note_read("reads", internal::Act::reads, place, value_);
    return value_;
  }
  void set(T value, std::source_location place = std::source_location::current()) {
    note_write("writes", internal::Act::writes, place, value);
    value_ = std::move(value);
  }
  // Applies `function` to the value in one access, and returns what that returns.
  template <class F>
  decltype(auto) update(F&& function,
                        std::source_location place = std::source_location::current()) {
    note_write("updates", internal::Act::updates, place, value_);
    return std::invoke(std::forward<F>(function), value_);
  }
  // Stores `desired` if the value equals `expected`; one that fails is only a read.
  bool compare_exchange(const T& expected, T desired,
                        std::source_location place = std::source_location::current()) {
    object_.check_alive();
    if (!(value_ == expected)) {
      note_read("compares", internal::Act::compares, place, value_);
      return false;
    }
    note_write("exchanges", internal::Act::updates, place, desired);
    value_ = std::move(desired);
    return true;
  }
  // Adds `d` and returns the value before.
  template <class D>
  T fetch_add(const D& d, std::source_location place = std::source_location::current()) {
    note_write("adds to", internal::Act::updates, place, value_);
    T before = value_;
    value_ += d;
    return before;
  }

 private:
  void note_read(const char* what, internal::Act act, std::source_location place,
                 const T& value) const {
    object_.note_read(what, act, place, internal::shown(value));
    record(false);
  }
  void note_write(const char* what, internal::Act act, std::source_location place,
                  const T& value) const {
    object_.note_write(what, act, place, internal::shown(value));
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
