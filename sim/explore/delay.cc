#include "sim/explore/delay.h"

#include <algorithm>
#include <utility>

namespace sim {

Delay::Delay(std::uint64_t seed, std::uint32_t delays, std::shared_ptr<Profile> profile)
    : Sampler(seed), delays_(delays), profile_(std::move(profile)) {}

void Delay::begin() {
  profile_->saw_decisions(decisions_);
  decisions_ = 0;
  sticky_.begin();
  next_ = 0;
  at_.clear();
  const std::uint64_t most = profile_->most_decisions();
  if (execution() == 0 || most == 0) return;
  const std::uint64_t count = 1 + (execution() - 1) % delays_;
  for (std::uint64_t i = 0; i < count; ++i) at_.push_back(rng_.below(most));
  std::ranges::sort(at_);
}

std::uint32_t Delay::pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) {
  const std::uint32_t next = sticky_.pick(scheduler);
  std::uint32_t passed_over = 0;
  for (; next_ < at_.size() && at_[next_] == decisions_; ++next_) ++passed_over;
  ++decisions_;
  if (passed_over == 0) return next;
  // Behind `next` come the others from the head of the queue on, and then it again.
  const std::uint32_t turn = passed_over % n;
  if (turn == 0) return next;
  return turn - 1 < next ? turn - 1 : turn;
}

}  // namespace sim
