// RandomWalk: each decision is uniform among its choices; each execution has a stream of its own.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/explore/search.h"
#include "sim/random_source.h"

namespace sim {

class RandomWalk final : public Search {
 public:
  explicit RandomWalk(std::uint64_t seed) : seed_(seed) {}
  DecisionSource* next() override { return &source_.emplace(internal::mix(seed_, walks_++)); }
  const char* sampler() const override { return "random"; }

 private:
  std::uint64_t seed_;
  std::uint64_t walks_ = 0;
  std::optional<RandomSource> source_;
};

}  // namespace sim
