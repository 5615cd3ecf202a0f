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
// Behind the head of the exploration (rounds.h) weights stay for a round, and dpor has every other
// turn at most, so that the rest can be shared; a turn of dpor or depth-first search that those
// cannot take is a random walk's.
//
// All this depends on executions, never on time, so a campaign can be repeated.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/explore/random_walk.h"
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
  bool dpor_is_through() const override { return dpor_is_through_; }
  bool gave_up() override;
  void crashed() override;
  const char* sampler() const override;
  void begin_rounds() override;
  bool next_is_alone() override;
  bool skip() override;
  std::size_t member() const override;
  void learn(const Lesson& lesson) override;
  AloneProgress alone_progress() const override;
  void give_up_alone() override;

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

  // Whose the next execution of a round is.
  struct Turn {
    Member* member;  // null: dpor's
  };

  DecisionSource* next_in_head();
  DecisionSource* next_of(Member& member);
  DecisionSource* next_of_dpor();
  DecisionSource* substitute();
  bool is_turn_of_dpor() const;
  Member* choose();
  void weigh();
  const Turn& turn();
  void plan_dpor(const AloneProgress& progress);
  void end_turn();

  std::vector<Member> members_;
  std::unique_ptr<Search> dpor_;  // null where there is none, or not any more
  std::uint64_t executions_ = 0;
  std::uint64_t of_dpor_ = 0;
  Search* current_ = nullptr;
  Member* current_member_ = nullptr;  // null where it is dpor's
  std::uint32_t round_ = 0;           // executions of it so far, in the head
  bool exhausted_ = false;
  bool dpor_is_through_ = false;

  // Of rounds:
  bool in_rounds_ = false;
  std::optional<Turn> turn_;          // of the next execution, where it is known
  std::uint64_t turn_of_dpor_ = 0;    // of so many executions one; 0: none
  bool dfs_is_gone_ = false;
  RandomWalk substitute_;             // for those whose turns cannot be skipped
};

}  // namespace sim
