// Sampler: what searches that draw schedules at random have in common: an execution has a random
// stream of its own, and only the order of what is ready is the sampler's to decide.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "sim/event_loop.h"
#include "sim/explore/fault_dice.h"
#include "sim/explore/search.h"
#include "sim/rng.h"

namespace sim {

class Sampler : public Search, protected DecisionSource {
 public:
  explicit Sampler(std::uint64_t seed) : seed_(seed) {}

  DecisionSource* next() final {
    rng_ = Rng(internal::mix(seed_, kStream + executions_++));
    faults_.begin(rng_);
    begin();
    return this;
  }
  bool skip() final {
    ++executions_;
    return true;
  }
  void begin_rounds() final {
    faults_.stop_learning();
    stop_learning();
  }
  // The next execution has the stream of the one with this number.
  void seek(std::uint64_t execution) { executions_ = execution; }

 protected:
  // An execution begins.
  virtual void begin() {}
  // What was learned stays as it is from now on.
  virtual void stop_learning() {}
  // Which of the `n` entries of the ready queue runs next.
  virtual std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) = 0;

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(rng_.below(n)); }
  // How many executions there were before this one.
  std::uint64_t execution() const { return executions_ - 1; }

  Rng rng_{0};

 private:
  static constexpr std::uint64_t kStream = 0x73616d706c657273;  // apart from every task's stream

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) final {
    if (kind == DecisionKind::ready) [[likely]] return pick_ready(n, context.loop->scheduler());
    return faults_.pick(kind, n, context, rng_);
  }

  std::uint64_t seed_;
  std::uint64_t executions_ = 0;
  internal::FaultDice faults_;
};

}  // namespace sim
