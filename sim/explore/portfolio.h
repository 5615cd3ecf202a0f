// Portfolio: the default. No search is best everywhere, so several share the executions.
//
// It opens with asyncio's order, with an order in which each task runs until it blocks, and with
// the most promising single deviations from the latter, by turns with the others. Then the sweeps
// over single deviations from both, depth-first search and the samplers take turns by weight. The
// weights are set anew after each round of executions by how often a member still finds a trace
// that was not seen before.
//
// Where it is sound, dpor comes after the opening, with every other execution: a test of few traces
// is gone through before anything else would be. It has seldom a turn while far more is left than
// there was, and all once what it has left is estimated at no more executions than there were: then
// going through all traces at most doubles what a bug takes that it does not find. When it is
// through, the others go on: it does not see plain state.
//
// All this depends on executions, never on time, so a campaign can be repeated.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/explore/search.h"

namespace sim {

class Portfolio final : public Search {
 public:
  // `reducible`: whether dpor takes part, which has to be sound for the options of the executions.
  Portfolio(std::uint64_t seed, bool reducible);
  ~Portfolio() override;

  DecisionSource* next() override;
  void ended(const ExecutionResult& result, bool new_trace) override;
  bool exhausted() const override { return exhausted_; }
  bool all_traces() const override { return all_traces_; }
  bool gave_up() override;
  const char* sampler() const override;

 private:
  struct Member {
    std::unique_ptr<Search> search;
    double weight;
    double most;          // of the executions of all members, as a share
    double credit = 0;    // grows by the weight; the member with the most goes next
    std::uint32_t runs = 0;    // of this round
    std::uint32_t traces = 0;  // of this round, new ones
    bool done = false;
  };

  DecisionSource* next_of(Member& member);
  bool is_turn_of_dpor() const;
  Member* choose();
  void weigh();

  std::vector<Member> members_;
  std::unique_ptr<Search> dpor_;  // null where there is none, or not any more
  std::uint64_t executions_ = 0;
  std::uint64_t of_dpor_ = 0;
  Search* current_ = nullptr;
  Member* current_member_ = nullptr;  // null where it is dpor's
  std::uint32_t round_ = 0;           // executions of it so far
  bool exhausted_ = false;
  bool all_traces_ = false;
};

}  // namespace sim
