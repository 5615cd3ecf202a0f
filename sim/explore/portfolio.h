// Portfolio: the default. No sampler is best everywhere, so several share the executions.
//
// First the deterministic runs: asyncio's order, run-to-block, LIFO. Then, interleaved by weight,
// the sweep over single deviations (at most a quarter), depth-first search, which ends the whole
// where it has visited every schedule of a small test, and the samplers. The weights are set anew
// after each round of executions by how often a member still finds a trace that was not seen
// before. They depend on executions, never on time, so a campaign can be repeated.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/explore/search.h"

namespace sim {

class Portfolio final : public Search {
 public:
  explicit Portfolio(std::uint64_t seed);
  ~Portfolio() override;

  DecisionSource* next() override;
  void ended(const ExecutionResult& result, bool new_trace) override;
  bool exhausted() const override { return exhausted_; }
  const char* sampler() const override;

 private:
  struct Member {
    std::unique_ptr<Search> search;
    double most;          // of all executions, as a share
    bool visits_all;      // when it has nothing left, all has been visited
    double weight = 1;
    double credit = 0;    // grows by the weight; the member with the most goes next
    std::uint32_t runs = 0;    // of this round
    std::uint32_t traces = 0;  // of this round, new ones
    bool done = false;
  };
  static constexpr std::uint32_t kRound = 128;

  Member* choose();
  void weigh();

  std::vector<std::unique_ptr<Search>> openers_;
  std::size_t opened_ = 0;
  std::vector<Member> members_;
  Member* current_ = nullptr;
  std::uint32_t round_ = 0;  // executions of it so far
  bool exhausted_ = false;
};

}  // namespace sim
