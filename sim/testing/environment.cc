#include "sim/testing/environment.h"

#include <limits>
#include <stdexcept>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "sim/explore/token.h"

namespace sim::internal {

namespace {

// Calls parse(text), if the variable is set; what is wrong with the text becomes one line.
template <class T, class Parse>
std::optional<T> read(const Environment::Lookup& lookup, const char* name, Parse parse) {
  const char* text = lookup(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  try {
    return parse(std::string(text));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string(name) + "=" + text + ": " + error.what());
  }
}

std::uint64_t parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const bool is_digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (!is_digits || !absl::SimpleAtoi(text, &seed)) {
    throw std::invalid_argument("a whole number from 0 to 18446744073709551615 is meant");
  }
  return seed;
}

std::chrono::nanoseconds parse_budget(const std::string& text) {
  absl::Duration budget;
  if (!absl::ParseDuration(text, &budget) || budget <= absl::ZeroDuration() ||
      budget == absl::InfiniteDuration()) {
    throw std::invalid_argument("a time such as 10s, 500ms or 1h30m is meant");
  }
  return absl::ToChronoNanoseconds(budget);
}

std::string parse_token(const std::string& text) {
  static_cast<void>(Token::parse(text));
  return text;
}

}  // namespace

Environment::Environment(const Lookup& lookup)
    : seed_(read<std::uint64_t>(lookup, "SIM_SEED", parse_seed)),
      budget_(read<std::chrono::nanoseconds>(lookup, "SIM_BUDGET", parse_budget)),
      strategy_(read<Strategy>(lookup, "SIM_STRATEGY", Strategy::parse)),
      token_(read<std::string>(lookup, "SIM_REPLAY", parse_token)) {}

void Environment::apply(ExploreOptions& options) const {
  if (seed_) options.seed = *seed_;
  if (strategy_) options.strategy = *strategy_;
  if (budget_) {
    options.time_budget = *budget_;
    options.max_executions = std::numeric_limits<std::uint64_t>::max();
  }
}

}  // namespace sim::internal
