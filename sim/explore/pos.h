// Pos: partial order sampling (Yuan, Yang, Gu, "Partial order aware concurrency sampling",
// CAV 2018).
//
// Each pending step has a random priority, and the one with the highest runs. Then the steps that
// conflict with it draw anew: the order of two steps that have nothing to do with each other is
// decided once, and that of two that have is decided by itself. What a pending step will touch is
// known from earlier executions: see Profile. A step that draws low may wait for ever behind a task
// that yields until it has run; where that takes too long all draw anew.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/explore/patience.h"
#include "sim/explore/pending.h"
#include "sim/explore/profile.h"
#include "sim/explore/sampler.h"

namespace sim {

class Pos final : public Sampler {
 public:
  Pos(std::uint64_t seed, std::shared_ptr<Profile> profile);
  const char* sampler() const override { return "pos"; }

 private:
  struct Step {
    std::uint64_t task;  // 0 for a callback
    std::uint64_t priority;
    Footprint expected;
  };

  internal::Watcher* watcher() override { return profile_->watcher(); }
  void begin() override;
  void stop_learning() override { profile_->stop_learning(); }
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) override;
  std::uint32_t first_by_priority();

  std::shared_ptr<Profile> profile_;
  internal::Pending<Step> pending_;
  internal::Patience patience_;
};

}  // namespace sim
