// Sweep: every schedule with a single deviation from asyncio's order: one other ready task, one
// late timer, one cancellation. Most bugs of asynchronous code need no more than that.
//
// The first execution is asyncio's own and shows where there are choices. The deviations then come
// in an order that covers the whole run evenly from the start. A cancellation is tried once for
// each await of each task and once for each window between a wake-up and the resumption, not at
// every step in between.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/replay_source.h"
#include "sim/explore/search.h"

namespace sim {

class Sweep final : public Search {
 public:
  DecisionSource* next() override;
  const char* sampler() const override { return ""; }

 private:
  // Takes asyncio's choices and notes what else there was.
  class Scout final : public DecisionSource {
   public:
    explicit Scout(std::vector<Deviation>& found) : found_(found) {}
    std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override;

   private:
    bool is_new_place(std::uint64_t place);

    std::vector<Deviation>& found_;
    std::uint32_t decision_ = 0;
    std::vector<std::uint64_t> places_;  // of cancellations, sorted
  };

  std::vector<Deviation> singles_;
  Scout scout_{singles_};
  ReplaySource replay_;
  bool scouted_ = false;
  std::size_t tried_ = 0;
  std::size_t stride_ = 1;
};

}  // namespace sim
