// RebasedReplay: deviations from an order other than asyncio's. A failure that needs one task to
// run on while another stands still takes many deviations from asyncio's order, in which tasks take
// turns, and few from one in which a task runs until it blocks.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/event_loop.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/sticky.h"

namespace sim {

class RebasedReplay final : public DecisionSource {
 public:
  // `deviations` are from running to block. The run of `translate` makes those from asyncio's order
  // and notes in tape() what they are from running to block.
  void rewind(const std::vector<Deviation>& deviations) { begin(deviations, false); }
  void translate(const std::vector<Deviation>& deviations) { begin(deviations, true); }

  // The run so far, by its deviations from running to block.
  const Tape& tape() const { return tape_; }

 private:
  void begin(const std::vector<Deviation>& deviations, bool from_asyncio) {
    replay_.rewind(deviations);
    from_asyncio_ = from_asyncio;
    sticky_.begin();
    tape_.clear();
  }
  internal::Watcher* watcher() override { return sticky_.watcher(); }
  // Counted from the base, 0 is its choice, and those before it are one further.
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    const std::uint32_t base =
        kind == DecisionKind::ready ? sticky_.pick(context.loop->scheduler()) : 0;
    const std::uint32_t replayed = replay_.pick(kind, n, context);
    std::uint32_t index = replayed;
    std::uint32_t from_base = replayed;
    if (from_asyncio_) {
      from_base = index == base ? 0 : index < base ? index + 1 : index;
    } else {
      index = from_base == 0 ? base : from_base <= base ? from_base - 1 : from_base;
    }
    tape_.record(n, from_base);
    return index;
  }

  ReplaySource replay_;
  bool from_asyncio_ = false;
  internal::Sticky sticky_;
  Tape tape_;
};

}  // namespace sim
