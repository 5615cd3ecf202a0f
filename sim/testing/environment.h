// Environment: what environment variables ask of the tests that are explored.
//
//   SIM_SEED=7         of the samplers and of rng(), instead of the test's own; 0 to 2^64 - 1
//   SIM_BUDGET=10s     explore each test for that long, not a number of executions; 500ms, 1h30m
//   SIM_STRATEGY=pct:3 instead of the test's own
//   SIM_REPLAY=TOKEN   run that one schedule of the test the token belongs to, and nothing else
//
// A variable that is empty counts as not set. One with another value than these is an error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sim/explore/explore.h"

namespace sim::internal {

class Environment {
 public:
  // The value of a variable, null where it is not set.
  using Lookup = std::function<const char*(const char* name)>;

  Environment() = default;
  // Throws std::invalid_argument with one line: "SIM_BUDGET=ten: a time such as 10s is meant".
  explicit Environment(const Lookup& lookup);

  // Puts what is set in the place of what the test asks for.
  void apply(ExploreOptions& options) const;
  // SIM_REPLAY.
  const std::optional<std::string>& token() const { return token_; }

 private:
  std::optional<std::uint64_t> seed_;
  std::optional<std::chrono::nanoseconds> budget_;
  std::optional<Strategy> strategy_;
  std::optional<std::string> token_;
};

}  // namespace sim::internal
