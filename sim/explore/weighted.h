// weighted_index(): an index drawn with a probability proportional to its weight.
#pragma once

#include <cstdint>

#include "sim/rng.h"

namespace sim::internal {

// `weight(i)` for i in 0..n-1 is asked twice. All weights 0 count as all 1.
template <class F>
std::uint32_t weighted_index(std::uint32_t n, Rng& rng, F weight) {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < n; ++i) total += weight(i);
  if (total == 0) return static_cast<std::uint32_t>(rng.below(n));
  std::uint64_t left = rng.below(total);
  for (std::uint32_t i = 0;; ++i) {
    const std::uint64_t own = weight(i);
    if (left < own) return i;
    left -= own;
  }
}

}  // namespace sim::internal
