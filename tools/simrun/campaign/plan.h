// Plan: which scenario has the next slice. Each has one first; from then on they share what is left
// by how many of their executions were of new traces lately, with a floor for all, so that none is
// given up. It depends on nothing but what it is told, in that order.
//
// This is stride scheduling (Waldspurger and Weihl 1995): a scenario's clock goes on by what its
// slice cost over its weight, and the one whose clock is behind the others' is next.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tools/simrun/campaign/store.h"

namespace simrun::campaign {

class Plan {
 public:
  // Against a weight of 1 where every execution is of a new trace.
  static constexpr double kFloor = 0.05;

  explicit Plan(std::size_t scenarios) : scenarios_(scenarios) {}

  // Nothing: every schedule of every scenario has been visited.
  std::optional<std::size_t> next() const;
  // A slice has run. `cost` is in executions or in seconds, always the same.
  void ran(std::size_t scenario, const Slice& slice, double cost);
  // So many slices of the scenario come first, but for the first slices of the others.
  void favour(std::size_t scenario, int slices);

 private:
  struct State {
    bool started = false;
    bool exhausted = false;
    int favoured = 0;
    double recent = 0;  // share of new traces; each slice counts half of what came before
    double clock = 0;
  };
  std::vector<State> scenarios_;
};

}  // namespace simrun::campaign
