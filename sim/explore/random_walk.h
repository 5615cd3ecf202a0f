// RandomWalk: each decision is uniform among its choices, but for faults, of which about one is
// injected in a run.
#pragma once

#include <cstdint>

#include "sim/explore/sampler.h"

namespace sim {

class RandomWalk final : public Sampler {
 public:
  using Sampler::Sampler;
  const char* sampler() const override { return "random"; }

 private:
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler&) override {
    return below(n);
  }
};

}  // namespace sim
