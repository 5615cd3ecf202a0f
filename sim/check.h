// SIM_CHECK: assertions about the program under test. A failed one records the finding `assertion`
// with its place and the async stack, then ends the execution at this step by throwing a type
// derived from nothing; swallowing the throw does not undo the finding. Outside a run it prints and
// aborts.
//
//   SIM_CHECK(sim::uptime() == 2s);
//   SIM_CHECK_EQ(balance.get(), 2);
#pragma once

#include <concepts>
#include <ostream>
#include <source_location>
#include <sstream>
#include <string>
#include <utility>

#include "sim/clock.h"

namespace sim::internal {

[[noreturn]] void check_failed(const std::string& message, std::source_location place);

template <class T>
std::string show(const T& value) {
  std::ostringstream text;
  if constexpr (requires { text << value; }) {
    text << std::boolalpha << value;
  } else if constexpr (requires { value.count(); typename T::period; }) {
    text << std::chrono::duration_cast<Duration>(value).count() << " ns";
  } else if constexpr (requires { value.time_since_epoch(); }) {
    text << value.time_since_epoch().count() << " ns";
  } else {
    text << "(a value that cannot be printed)";
  }
  return text.str();
}

template <class A, class B>
[[noreturn]] void comparison_failed(const char* expression, const A& a, const B& b,
                                    std::source_location place) {
  check_failed(std::string(expression) + ", with " + show(a) + " and " + show(b), place);
}

}  // namespace sim::internal

#define SIM_CHECK(condition)                                        \
  ((condition) ? static_cast<void>(0)                               \
               : ::sim::internal::check_failed("SIM_CHECK(" #condition ")", \
                                               std::source_location::current()))

#define SIM_INTERNAL_COMPARE(name, op, a, b)                                                  \
  [&](const auto& sim_a, const auto& sim_b, std::source_location sim_place) {                 \
    if (!(sim_a op sim_b)) {                                                                  \
      ::sim::internal::comparison_failed(name "(" #a ", " #b ")", sim_a, sim_b, sim_place);   \
    }                                                                                         \
  }(a, b, std::source_location::current())

#define SIM_CHECK_EQ(a, b) SIM_INTERNAL_COMPARE("SIM_CHECK_EQ", ==, a, b)
#define SIM_CHECK_NE(a, b) SIM_INTERNAL_COMPARE("SIM_CHECK_NE", !=, a, b)
#define SIM_CHECK_LT(a, b) SIM_INTERNAL_COMPARE("SIM_CHECK_LT", <, a, b)
#define SIM_CHECK_LE(a, b) SIM_INTERNAL_COMPARE("SIM_CHECK_LE", <=, a, b)
#define SIM_CHECK_GT(a, b) SIM_INTERNAL_COMPARE("SIM_CHECK_GT", >, a, b)
#define SIM_CHECK_GE(a, b) SIM_INTERNAL_COMPARE("SIM_CHECK_GE", >=, a, b)
