// Flow: how an operation or a block of a parity program ended, as a value. Errors travel through
// blocks this way; they are thrown where a coroutine ends with one.
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/outcome.h"
#include "tools/simrun/parity/errors.h"
#include "tools/simrun/parity/program.h"

namespace simrun::parity {

struct Flow {
  enum class Kind : std::uint8_t { next, returned, failed };

  Flow() = default;
  // An operation with a result.
  explicit Flow(std::string shown) : has_result(true), text(std::move(shown)) {}

  static Flow returns(Value value) {
    Flow flow;
    flow.kind = Kind::returned;
    flow.value = value;
    return flow;
  }
  static Flow fails(std::exception_ptr error) {
    Flow flow;
    flow.kind = Kind::failed;
    flow.text = name_of(error);
    flow.error = std::move(error);
    return flow;
  }

  Kind kind = Kind::next;
  bool has_result = false;
  Value value;       // returned
  std::string text;  // the result as it is shown, or the name of the error
  std::exception_ptr error;
};

inline std::string show(Value value) {
  return value.is_none() ? "none" : absl::StrCat(value.number());
}
inline std::string show(const sim::Outcome<Value>& outcome) {
  return outcome.has_value() ? show(outcome.value()) : name_of(outcome.exception());
}
template <class T>
std::string show(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) absl::StrAppend(&text, text.size() > 1 ? "," : "", show(value));
  return text + "]";
}

// What an operation's value makes of the operation. Null is no result.
inline Flow with_result(Value value) { return value.is_none() ? Flow() : Flow(show(value)); }
inline Flow with_result(std::int64_t number) { return Flow(absl::StrCat(number)); }
template <class T>
Flow with_result(const std::vector<T>& values) {
  return Flow(show(values));
}

template <class T>
Flow to_flow(const sim::Outcome<T>& outcome) {
  if (!outcome.has_value()) return Flow::fails(outcome.exception());
  if constexpr (std::is_void_v<T>) {
    return Flow();
  } else {
    return with_result(outcome.value());
  }
}
// Of a block.
inline Flow to_flow(const sim::Outcome<Flow>& outcome) {
  return outcome.has_value() ? outcome.value() : Flow::fails(outcome.exception());
}

}  // namespace simrun::parity
