// Urw: a random walk that is uniform among interleavings, not among the choices of a moment (Zhao,
// Liu, Wolff, Chen, Cheng, Weng, "Selectively uniform concurrency testing", ASPLOS 2025).
//
// A task runs next with a probability proportional to the number of steps that it has before it.
// The number is the most that it took in an earlier execution; a task's children count as its own
// until they are there. It is exact for tasks that always take as many steps and never block.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/explore/pending.h"
#include "sim/explore/profile.h"
#include "sim/explore/remaining.h"
#include "sim/explore/sampler.h"

namespace sim {

class Urw final : public Sampler {
 public:
  Urw(std::uint64_t seed, std::shared_ptr<Profile> profile);
  const char* sampler() const override { return "urw"; }

 private:
  internal::Watcher* watcher() override { return profile_->watcher(); }
  void begin() override;
  void stop_learning() override { profile_->stop_learning(); }
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) override;
  std::uint64_t weight(std::uint32_t task) const;

  std::shared_ptr<Profile> profile_;
  internal::Remaining remaining_;
  internal::Pending<std::uint32_t> pending_;  // their tasks
};

}  // namespace sim
