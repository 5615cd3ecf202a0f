#include "tools/simrun/campaign/plan.h"

#include <algorithm>

namespace simrun::campaign {

std::optional<std::size_t> Plan::next() const {
  std::optional<std::size_t> best;
  const auto is_before = [](const State& a, const State& b) {
    if (a.started != b.started) return !a.started;
    if ((a.favoured > 0) != (b.favoured > 0)) return a.favoured > 0;
    return a.started && a.clock < b.clock;
  };
  for (std::size_t i = 0; i < scenarios_.size(); ++i) {
    if (scenarios_[i].exhausted) continue;
    if (!best || is_before(scenarios_[i], scenarios_[*best])) best = i;
  }
  return best;
}

void Plan::ran(std::size_t scenario, const Slice& slice, double cost) {
  State& state = scenarios_[scenario];
  const double share = slice.executions == 0 ? 0
                                             : static_cast<double>(slice.new_traces) /
                                                   static_cast<double>(slice.executions);
  state.recent = state.started ? (state.recent + share) / 2 : share;
  state.started = true;
  state.exhausted = slice.exhausted;
  state.favoured = std::max(0, state.favoured - 1);
  state.clock += cost / (kFloor + state.recent);
}

void Plan::favour(std::size_t scenario, int slices) { scenarios_[scenario].favoured += slices; }

}  // namespace simrun::campaign
