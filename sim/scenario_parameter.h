// Parameters of a scenario: typed values with a name, a default and a line of help, set on the
// command line. They are part of the registration, so listing and checking them runs no code.
//
//   sim::param("n", 5, "philosophers").at_least(2)        // --n=7
//   sim::param("delay", 250ms, "between two requests")    // --delay=1.5h
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "sim/clock.h"

namespace sim {

// What a parameter can hold.
using ParameterValue = std::variant<int, double, bool, std::string, Duration>;

// A parameter of any type. The bounds, where there are any, hold the same type as the default.
struct Parameter {
  std::string name;
  ParameterValue value;  // the default
  std::string help;
  std::optional<ParameterValue> least;
  std::optional<ParameterValue> most;
};

// "int", "double", "bool", "string", "duration".
std::string_view type_name(const ParameterValue& value);
// As it is written on the command line: "7", "0.5", "true", "example.org", "250ms".
std::string to_string(const ParameterValue& value);
// "250ms", "2s", "1h30m"; "inf" for the far end of time.
std::string format_duration(Duration d);

namespace internal {

template <class T>
inline constexpr bool kIsDuration = false;
template <class Rep, class Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;

// The parameter's type for a default of type T: int for int, std::string for a literal.
template <class T>
constexpr auto parameter_type() {
  if constexpr (std::same_as<T, bool> || std::same_as<T, int> || std::same_as<T, double>) {
    return std::type_identity<T>();
  } else if constexpr (std::same_as<T, float>) {
    return std::type_identity<double>();
  } else if constexpr (std::convertible_to<T, std::string_view>) {
    return std::type_identity<std::string>();
  } else {
    static_assert(kIsDuration<T>, "a parameter is an int, double, bool, string or duration");
    return std::type_identity<Duration>();
  }
}

template <class T>
using ParameterType = typename decltype(parameter_type<T>())::type;

template <class T, class U>
T to_parameter_value(U value) {
  if constexpr (std::same_as<T, Duration>) {
    return to_duration(value);
  } else {
    return T(value);
  }
}

}  // namespace internal

// A parameter with values of type T, as param() makes it.
template <class T>
class Param {
 public:
  Param(std::string name, T value, std::string help)
      : parameter_{std::move(name), std::move(value), std::move(help), {}, {}} {}

  // Other values are refused before the scenario runs.
  template <class U>
  Param at_least(U least) && {
    parameter_.least = internal::to_parameter_value<T>(least);
    return std::move(*this);
  }
  template <class U>
  Param at_most(U most) && {
    parameter_.most = internal::to_parameter_value<T>(most);
    return std::move(*this);
  }
  const Parameter& parameter() const { return parameter_; }

 private:
  Parameter parameter_;
};

// A parameter of SIM_SCENARIO. Its type is that of the default value.
template <class T>
auto param(std::string name, T value, std::string help) {
  using Type = internal::ParameterType<T>;
  return Param<Type>(std::move(name), internal::to_parameter_value<Type>(std::move(value)),
                     std::move(help));
}

}  // namespace sim
