// SingleOrder: a search of one execution, whose order of the ready queue is fixed by a rule;
// whatever else there is to decide goes as plain asyncio has it. Fifo is the simplest.
#pragma once

#include <cstdint>
#include <utility>

#include "sim/event_loop.h"
#include "sim/explore/search.h"

namespace sim {

class SingleOrder : public Search, protected DecisionSource {
 public:
  DecisionSource* next() final { return std::exchange(begun_, true) ? nullptr : this; }
  bool over() const final { return begun_; }

 private:
  virtual std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) = 0;
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) final {
    return kind == DecisionKind::ready ? pick_ready(n, context.loop->scheduler()) : 0;
  }

  bool begun_ = false;
};

// asyncio's order.
class Fifo final : public SingleOrder {
 private:
  std::uint32_t pick_ready(std::uint32_t, const internal::Scheduler&) override { return 0; }
};

}  // namespace sim
