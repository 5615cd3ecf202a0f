#include "sim/explore/urw.h"

#include <utility>

#include "sim/explore/weighted.h"

namespace sim {

Urw::Urw(std::uint64_t seed, std::shared_ptr<Profile> profile)
    : Sampler(seed), profile_(std::move(profile)) {}

void Urw::begin() {
  profile_->begin();
  pending_.clear();
  remaining_.begin(*profile_, [&](std::size_t task) -> std::uint64_t {
    return profile_->tasks()[task].most_steps;
  });
}

// At least 1: it is ready, so it has a step before it, whatever was seen.
std::uint64_t Urw::weight(std::uint32_t number) const {
  const Profile::Task& task = profile_->tasks()[number];
  const std::uint64_t own = task.most_steps > task.steps ? task.most_steps - task.steps : 1;
  return own + remaining_.unmade(number);
}

std::uint32_t Urw::pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) {
  pending_.follow(scheduler.ready(), [&](internal::Entry entry) {
    const std::uint32_t task = profile_->number_of(scheduler, entry);
    remaining_.appeared(*profile_, task);
    return task;
  });
  const std::uint32_t picked =
      internal::weighted_index(n, rng_, [&](std::uint32_t i) { return weight(pending_[i]); });
  pending_.take(picked);
  return picked;
}

}  // namespace sim
