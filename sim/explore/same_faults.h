// SameFaults: repeats what a schedule decided besides the order of ready tasks: the n-th
// cancellation, late timer, answer of choose() as it was there, and asyncio's order.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/decision.h"
#include "sim/explore/narration.h"

namespace sim {

class SameFaults final : public DecisionSource {
 public:
  explicit SameFaults(const std::vector<NarratedDeviation>& deviations) : deviations_(deviations) {}

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext&) override {
    const std::uint32_t ordinal = asked_[static_cast<std::size_t>(kind)]++;
    if (kind == DecisionKind::ready) return 0;
    for (const NarratedDeviation& each : deviations_) {
      if (each.kind == kind && each.ordinal == ordinal && each.index < n) return each.index;
    }
    return 0;
  }

 private:
  const std::vector<NarratedDeviation>& deviations_;
  std::array<std::uint32_t, kDecisionKinds> asked_{};
};

}  // namespace sim
