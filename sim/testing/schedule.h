// Schedule: deviations from asyncio's order as a value that can be generated, shown and shrunk.
// ScheduleSource runs a test by it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <utility>
#include <vector>

#include "sim/decision.h"

namespace sim {

struct Schedule {
  // At the decision of this number, counted from 0, the choice `index` modulo the choices there
  // are. So every schedule fits every program; where the run ends earlier the rest is not used.
  struct Choice {
    std::uint32_t decision;
    std::uint32_t index;
    friend bool operator==(const Choice&, const Choice&) = default;
  };
  // In ascending order of their decisions; everywhere else it is asyncio's choice.
  std::vector<Choice> choices;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// "asyncio's order", "decision 3: 1, decision 17: 2".
std::ostream& operator<<(std::ostream& out, const Schedule& schedule);

class ScheduleSource final : public DecisionSource {
 public:
  explicit ScheduleSource(Schedule schedule) : schedule_(std::move(schedule)) {}
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override;

 private:
  Schedule schedule_;
  std::size_t next_ = 0;
  std::uint32_t decision_ = 0;
};

}  // namespace sim
