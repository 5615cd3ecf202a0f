#include "sim/explore/replay_source.h"

#include <algorithm>

#include "sim/event_loop.h"

namespace sim {

namespace {

std::string choices_of(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::ready:
      return "ready tasks";
    case DecisionKind::timer_tie:
      return "timers of one instant";
    case DecisionKind::choose:
      return "choices";
    case DecisionKind::executor:
      return "latencies of an executor";
    case DecisionKind::cancel:
      return "tasks to cancel or none";
    case DecisionKind::timer:
      return "timers to fire late or none";
  }
  return {};
}

// The names of what is ready: tasks, callbacks, timers.
std::string ready_names(const internal::Scheduler& scheduler) {
  constexpr std::size_t kShown = 8;
  const internal::ReadyQueue& ready = scheduler.ready();
  std::string names;
  for (std::size_t i = 0; i < std::min(ready.size(), kShown); ++i) {
    names += (i == 0 ? "" : ", ") + scheduler.name_of(ready.at(i));
  }
  return ready.size() > kShown ? names + ", ..." : names;
}

}  // namespace

std::uint32_t ReplaySource::pick(DecisionKind kind, std::uint32_t n,
                                 const DecisionContext& context) {
  const std::uint32_t decision = decision_++;
  if (next_ == deviations_.size() || deviations_[next_].decision != decision) return 0;
  const Deviation& deviation = deviations_[next_++];
  if (deviation.choices != n && misfit_.empty()) {
    misfit_ = "decision " + std::to_string(decision) + ": recorded " +
              std::to_string(deviation.choices) + ", found " + std::to_string(n) + " " +
              choices_of(kind);
    if (kind == DecisionKind::ready) {
      misfit_ += ": " + ready_names(context.loop->scheduler());
    }
  }
  return std::min(deviation.index, n - 1);
}

std::string ReplaySource::misfit() const {
  if (!misfit_.empty() || next_ == deviations_.size()) return misfit_;
  return "decision " + std::to_string(deviations_[next_].decision) + ": recorded " +
         std::to_string(deviations_[next_].choices) + " choices, but the run made " +
         std::to_string(decision_) + " decisions";
}

}  // namespace sim
