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
  remaining_.begin(*profile_, [&](std::size_t task) -> std::uint64_t {
    return selected_from_[first_[task]];
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

// For each task the counts from its first step to behind its last, which is 0.
void Surw::count_selected() {
  selected_from_.clear();
  first_.clear();
  for (const Profile::Task& task : profile_->tasks()) {
    first_.push_back(selected_from_.size());
    const std::size_t steps =
        std::min<std::size_t>(task.most_steps, task.footprints.size());
    selected_from_.resize(selected_from_.size() + steps + 1);
    std::uint32_t count = 0;
    for (std::size_t i = steps; i-- > 0;) {
      count += object_ == 0 || task.footprints[i].touches(object_);
      selected_from_[first_.back() + i] = count;
    }
  }
  first_.push_back(selected_from_.size());
}

bool Surw::is_selected(std::uint32_t task) const {
  return object_ == 0 || profile_->next_footprint(task).touches(object_);
}

std::uint64_t Surw::weight(const Step& step) const {
  std::uint64_t own = step.selected;
  if (step.task + std::size_t{1} < first_.size()) {  // else it was never seen before
    const std::size_t next = first_[step.task] + profile_->tasks()[step.task].steps;
    if (next < first_[step.task + 1]) own = selected_from_[next];
  }
  return own + remaining_.unmade(step.task);
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
    const std::uint32_t task = profile_->number_of(scheduler, entry);
    remaining_.appeared(*profile_, task);
    return Step{task, is_selected(task)};
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
