#include "sim/report/outcome.h"

#include "absl/strings/numbers.h"

namespace sim::report {

Place place_in(const std::string& text) {
  const std::size_t from = text.rfind("  ") == std::string::npos ? 0 : text.rfind("  ") + 2;
  const std::size_t colon = text.rfind(':');
  Place place;
  if (colon == std::string::npos || colon < from) return place;
  if (!absl::SimpleAtoi(text.substr(colon + 1), &place.line)) return {};
  place.file = text.substr(from, colon - from);
  return place;
}

Place place_of(const Failure& failure) {
  if (failure.finding.place.line() != 0) return place_in(to_string(failure.finding.place));
  const auto& steps = failure.narration.steps;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const Place place = place_in(step->suspended_at.empty() ? step->place : step->suspended_at);
    if (place.line != 0) return place;
  }
  return {};
}

std::string headline(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace sim::report
