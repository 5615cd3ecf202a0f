#include "sim/testing/schedule.h"

#include <ostream>

namespace sim {

std::ostream& operator<<(std::ostream& out, const Schedule& schedule) {
  if (schedule.choices.empty()) return out << "asyncio's order";
  const char* separator = "";
  for (const Schedule::Choice& choice : schedule.choices) {
    out << separator << "decision " << choice.decision << ": " << choice.index;
    separator = ", ";
  }
  return out;
}

std::uint32_t ScheduleSource::pick(DecisionKind, std::uint32_t n, const DecisionContext&) {
  const std::uint32_t decision = decision_++;
  if (next_ == schedule_.choices.size() || schedule_.choices[next_].decision != decision) return 0;
  return schedule_.choices[next_++].index % n;
}

}  // namespace sim
