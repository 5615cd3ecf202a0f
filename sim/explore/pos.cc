#include "sim/explore/pos.h"

#include <utility>

namespace sim {

Pos::Pos(std::uint64_t seed, std::shared_ptr<Profile> profile)
    : Sampler(seed), profile_(std::move(profile)) {}

void Pos::begin() {
  profile_->begin();
  pending_.clear();
  patience_.begin();
}

std::uint32_t Pos::pick_ready(std::uint32_t, const internal::Scheduler& scheduler) {
  const Footprint& latest = profile_->latest();
  if ((latest.reads | latest.writes) != 0) {  // before those are added that draw in any case
    for (Step& step : pending_) {
      if (step.expected.conflicts_with(latest)) step.priority = rng_();
    }
  }
  pending_.follow(scheduler.ready(), [&](internal::Entry entry) {
    const internal::TaskState* task = internal::task_of(scheduler, entry);
    return Step{task != nullptr ? task->origin().identity : 0, rng_(),
                profile_->next_of(scheduler, entry).expected};
  });
  std::uint32_t best = first_by_priority();
  if (const std::uint64_t task = pending_[best].task;
      task != 0 && patience_.exhausted_by(task)) [[unlikely]] {
    for (Step& step : pending_) step.priority = step.task == task ? 0 : rng_();
    best = first_by_priority();
  }
  pending_.take(best);
  return best;
}

std::uint32_t Pos::first_by_priority() {
  std::uint32_t best = 0;
  for (std::uint32_t i = 1; i < pending_.size(); ++i) {
    if (pending_[i].priority > pending_[best].priority) best = i;
  }
  return best;
}

}  // namespace sim
