#include "sim/explore/levels.h"

#include <utility>

#include "sim/explore/replay_source.h"

namespace sim {

void extend(const std::vector<Deviation>& prefix, const std::vector<std::uint32_t>& choices,
            std::uint64_t most, std::vector<std::vector<Deviation>>& into) {
  const std::size_t from = prefix.empty() ? 0 : prefix.back().decision + std::size_t{1};
  for (std::size_t at = from; at < choices.size(); ++at) {
    for (std::uint32_t index = 1; index < choices[at]; ++index) {
      if (into.size() > most) return;
      std::vector<Deviation> more = prefix;
      more.push_back({static_cast<std::uint32_t>(at), choices[at], index});
      into.push_back(std::move(more));
    }
  }
}

std::optional<std::vector<Deviation>> Levels::visit(
    const std::function<bool(const ExecutionResult&)>& is_it) {
  std::vector<std::vector<Deviation>> next;
  std::uint64_t visited = 0;
  for (const std::vector<Deviation>& each : level_) {
    is_spent_ = (stop_ && stop_()) || visited_ + visited == most_;
    if (is_spent_) {
      visited_ += visited;
      return std::nullopt;
    }
    ++visited;
    ReplaySource replay(each);
    Noting noting(replay);
    const ExecutionResult& result = execution_.run(noting);
    if (is_it(result)) return result.tape.deviations();
    extend(each, noting.choices(), most_, next);
  }
  visited_ += visited;
  level_ = std::move(next);
  return std::nullopt;
}

}  // namespace sim
