// Tape: the decisions of a run, as the sparse list of those that were not 0.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/decision.h"

namespace sim {

// A decision that was not asyncio's.
struct Deviation {
  std::uint32_t decision;  // which one, counted from 0
  std::uint32_t choices;   // how many there were
  std::uint32_t index;     // the one taken, never 0
  friend bool operator==(const Deviation&, const Deviation&) = default;
};

class Tape {
 public:
  void record(std::uint32_t choices, std::uint32_t index) {
    if (index != 0) deviations_.push_back({decisions_, choices, index});
    ++decisions_;
  }
  std::uint32_t decisions() const { return decisions_; }
  const std::vector<Deviation>& deviations() const { return deviations_; }
  void clear() {
    deviations_.clear();
    decisions_ = 0;
  }

 private:
  std::uint32_t decisions_ = 0;
  std::vector<Deviation> deviations_;
};

}  // namespace sim
