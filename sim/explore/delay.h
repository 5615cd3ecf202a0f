// Delay: delay-bounded scheduling (Emmi, Qadeer, Rakamaric, "Delay-bounded scheduling", POPL 2011),
// sampled: a task runs until it blocks, then the head of the queue is next; a delay passes over the
// task that would run.
//
// The first execution has no delay; then come executions with 1, 2, ..., D delays in turn, and
// again from 1. Each delay is at a decision drawn beforehand from as many as the longest execution
// had; two at one decision pass over two tasks.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/explore/profile.h"
#include "sim/explore/sampler.h"
#include "sim/explore/sticky.h"

namespace sim {

class Delay final : public Sampler {
 public:
  // `delays` is the paper's bound D, at least 1.
  Delay(std::uint64_t seed, std::uint32_t delays, std::shared_ptr<Profile> profile);
  const char* sampler() const override { return "delay"; }

 private:
  internal::Watcher* watcher() override { return sticky_.watcher(); }
  void begin() override;
  void stop_learning() override { profile_->stop_learning(); }
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) override;

  std::uint32_t delays_;
  std::shared_ptr<Profile> profile_;
  internal::Sticky sticky_;
  std::vector<std::uint64_t> at_;  // the decisions with a delay, in order
  std::size_t next_ = 0;
  std::uint64_t decisions_ = 0;
};

}  // namespace sim
