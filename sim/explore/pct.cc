#include "sim/explore/pct.h"

#include <algorithm>
#include <utility>

namespace sim {

namespace {

// Priorities fall into bands: those of new chains are random in the highest; change points give
// the ones from kChanged on; who is demoted for want of patience comes below those.
constexpr std::uint64_t kNew = std::uint64_t{1} << 63;
constexpr std::uint64_t kChanged = std::uint64_t{1} << 32;

}  // namespace

Pct::Pct(std::uint64_t seed, std::uint32_t depth, std::shared_ptr<Profile> profile)
    : Sampler(seed), depth_(depth), profile_(std::move(profile)) {}

void Pct::begin() {
  profile_->saw_decisions(decisions_);
  decisions_ = 0;
  pending_.clear();
  priorities_.clear();
  latest_ = kNone;
  lowest_ = kChanged;
  patience_.begin();
  changes_.clear();
  next_change_ = 0;
  const std::uint64_t most = profile_->most_decisions();
  if (most == 0) return;
  const std::uint32_t count = below(depth_);
  for (std::uint32_t i = 0; i < count; ++i) changes_.push_back({rng_.below(most), kChanged + i});
  std::ranges::sort(changes_);
}

std::uint32_t Pct::new_chain() {
  priorities_.push_back(kNew | rng_());
  return static_cast<std::uint32_t>(priorities_.size() - 1);
}

std::uint32_t Pct::chain_of(const internal::Scheduler& scheduler, internal::Entry entry) {
  const internal::TaskState* task = internal::task_of(scheduler, entry);
  if (task == nullptr) {
    const std::uint32_t inherited = std::exchange(latest_, kNone);
    return inherited != kNone ? inherited : new_chain();
  }
  const std::uint32_t number = task_numbers_.number_of(task->origin().identity);
  if (number >= tasks_.size()) tasks_.resize(number + std::size_t{1});
  TaskChain& known = tasks_[number];
  if (known.execution != execution() + 1) known = {execution() + 1, new_chain()};
  return known.chain;
}

std::uint32_t Pct::highest() {
  std::uint32_t best = 0;
  for (std::uint32_t i = 1; i < pending_.size(); ++i) {
    if (priorities_[pending_[i]] > priorities_[pending_[best]]) best = i;
  }
  return best;
}

std::uint32_t Pct::pick_ready(std::uint32_t, const internal::Scheduler& scheduler) {
  pending_.follow(scheduler.ready(),
                  [&](internal::Entry entry) { return chain_of(scheduler, entry); });
  std::uint32_t picked = highest();
  for (; next_change_ < changes_.size() && changes_[next_change_].decision == decisions_;
       ++next_change_) {
    priorities_[pending_[picked]] = changes_[next_change_].priority;
    picked = highest();
  }
  if (patience_.exhausted_by(pending_[picked] + std::uint64_t{1})) [[unlikely]] {
    priorities_[pending_[picked]] = --lowest_;
    picked = highest();
  }
  ++decisions_;
  latest_ = pending_.take(picked);
  return picked;
}

}  // namespace sim
