#include "sim/explore/surw.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "sim/explore/weighted.h"

namespace sim {

Surw::Surw(std::uint64_t seed, std::shared_ptr<Profile> profile)
    : Sampler(seed), profile_(std::move(profile)) {}

void Surw::begin() {
  profile_->begin();
  pending_.clear();
  intended_ = kNone;
  select();
  count_selected();
  remaining_.begin(*profile_, [&](std::size_t task) {
    return selected_after(static_cast<std::uint32_t>(task), 0);
  });
}

void Surw::select() {
  std::uint64_t objects = profile_->contended();
  object_ = 0;
  if (objects == 0) return;
  for (std::uint64_t skip = rng_.below(static_cast<std::uint64_t>(std::popcount(objects)));
       skip > 0; --skip) {
    objects &= objects - 1;
  }
  object_ = objects & (0 - objects);
}

// For each step of each task, and once behind the last, in how many executions it was taken, and
// how many selected steps followed in those.
void Surw::count_selected() {
  counts_.clear();
  first_.clear();
  for (const Profile::Task& task : profile_->tasks()) {
    first_.push_back(counts_.size());
    counts_.resize(counts_.size() + task.sites.size() + 1);
    Count* const counts = &counts_[first_.back()];
    std::uint64_t selected = 0;
    for (std::size_t step = task.sites.size(); step-- > 0;) {
      counts[step].selected_later = selected;
      for (std::uint32_t at = task.sites[step]; at != 0; at = profile_->site(at).next_variant) {
        const Profile::Site& site = profile_->site(at);
        counts[step].visits += site.visits;
        if (is_selected(site.touched)) selected += site.visits;
      }
    }
  }
  first_.push_back(counts_.size());
}

bool Surw::is_selected(const Footprint& footprint) const {
  return object_ == 0 || footprint.touches(object_);
}

// The selected steps that are expected of the task after its next one, in units of 1 / kUnit.
std::uint64_t Surw::selected_after(std::uint32_t task, std::uint64_t step) const {
  if (task + std::size_t{1} >= first_.size()) return 0;  // never seen before
  const std::size_t at = first_[task] + step;
  if (at >= first_[task + 1] || counts_[at].visits == 0) return 0;
  return counts_[at].selected_later * kUnit / counts_[at].visits;
}

std::uint64_t Surw::weight(const Step& step) const {
  return (step.selected ? kUnit : 0) + remaining_.unmade(step.task) +
         selected_after(step.task, profile_->tasks()[step.task].steps);
}

void Surw::draw_intended(std::uint32_t n) {
  const std::uint32_t drawn =
      internal::weighted_index(n, rng_, [&](std::uint32_t i) { return weight(pending_[i]); });
  intended_ = pending_[drawn].task;
  waited_ = 0;
}

// Each of those that may run is as likely. `n` if there is none.
std::uint32_t Surw::draw_eligible(std::uint32_t n) {
  const auto eligible = [&](std::uint32_t i) {
    return !pending_[i].selected || pending_[i].task == intended_;
  };
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < n; ++i) count += eligible(i);
  if (count == 0) return n;
  std::uint32_t skip = below(count);
  std::uint32_t at = 0;
  while (!eligible(at) || skip-- != 0) ++at;
  return at;
}

std::uint32_t Surw::pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) {
  pending_.follow(scheduler.ready(), [&](internal::Entry entry) {
    const Profile::Next next = profile_->next_of(scheduler, entry);
    remaining_.appeared(*profile_, next.task);
    return Step{next.task, is_selected(next.expected)};
  });
  if (intended_ == kNone || ++waited_ > kPatience) draw_intended(n);
  std::uint32_t picked = draw_eligible(n);
  if (picked == n) {  // all stand before a selected step, and the task intended is not ready
    draw_intended(n);
    picked = draw_eligible(n);
  }
  const Step step = pending_.take(picked);
  if (step.selected) intended_ = kNone;
  return picked;
}

}  // namespace sim
