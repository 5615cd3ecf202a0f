// RandomSource: a random walk through the schedules; each choice is uniform and comes from the
// seed.
#pragma once

#include "sim/decision.h"
#include "sim/rng.h"

namespace sim {

class RandomSource final : public DecisionSource {
 public:
  explicit RandomSource(std::uint64_t seed) : rng_(internal::mix(seed, kStream)) {}
  std::uint32_t pick(DecisionKind, std::uint32_t n, const DecisionContext&) override {
    return static_cast<std::uint32_t>(rng_.below(n));
  }

 private:
  static constexpr std::uint64_t kStream = 0x7363686564756c65;  // apart from every task's stream
  Rng rng_;
};

}  // namespace sim
