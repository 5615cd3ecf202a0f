#include "sim/explore/sweep.h"

#include <algorithm>
#include <numeric>

#include "sim/event_loop.h"

namespace sim {

std::uint32_t Sweep::Scout::pick(DecisionKind kind, std::uint32_t n,
                                 const DecisionContext& context) {
  const std::uint32_t decision = decision_++;
  const internal::Scheduler& scheduler = context.loop->scheduler();
  for (std::uint32_t index = 1; index < n; ++index) {
    if (kind == DecisionKind::cancel) {
      const internal::TaskState& task = *scheduler.cancellable()[index - 1];
      const internal::Waiter* waiter = task.waiter();
      const bool woken = waiter == nullptr || waiter->status() != internal::WaitStatus::waiting;
      if (!is_new_place(internal::mix(scheduler.past_of(task), woken))) continue;
    }
    found_.push_back({decision, n, index});
  }
  return 0;
}

bool Sweep::Scout::is_new_place(std::uint64_t place) {
  const auto at = std::ranges::lower_bound(places_, place);
  if (at != places_.end() && *at == place) return false;
  places_.insert(at, place);
  return true;
}

DecisionSource* Sweep::next() {
  if (!scouted_) {
    scouted_ = true;
    return &scout_;
  }
  if (tried_ == 0) {
    // The golden section of the list, made coprime to its length: a walk that visits all.
    stride_ = std::max<std::size_t>(1, singles_.size() * 618 / 1000);
    while (std::gcd(stride_, singles_.size()) > 1) ++stride_;
  }
  if (tried_ == singles_.size()) return nullptr;
  replay_.rewind({singles_[tried_++ * stride_ % singles_.size()]});
  return &replay_;
}

}  // namespace sim
