// FaultDice: decides what a sampler has no order for: ties, choices and latencies are uniform, and
// cancellations and late timers are injected about once in a run, at a uniformly chosen place.
//
// Such an offer comes at every step, so answering each one at random would injure every run many
// times in its first steps. Instead a run draws beforehand at which of its offers something is
// injected. How many offers there are is the most that an earlier run made.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sim/event_loop.h"
#include "sim/rng.h"

namespace sim::internal {

// The injections of one kind in one run.
class Injections {
 public:
  void begin(Rng& rng) {
    note_offers();
    offers_ = 0;
    next_ = 0;
    // None in an eighth of the runs, one in five eighths, two or three in an eighth each.
    constexpr std::array<std::uint8_t, 8> kCounts = {0, 1, 1, 1, 1, 1, 2, 3};
    count_ = kCounts[rng.below(kCounts.size())];
    const std::uint64_t offers = most_offers_ == 0 ? kGuess : most_offers_;
    for (std::uint32_t i = 0; i < count_; ++i) at_[i] = rng.below(offers);
    std::sort(at_.begin(), at_.begin() + count_);
  }
  // Another offer. Whether something is to be injected, and from now on is until done() is called.
  bool due() { return ++offers_ > 0 && next_ < count_ && at_[next_] < offers_; }
  void done() { ++next_; }
  // How many offers later runs make does not matter.
  void stop_learning() {
    note_offers();
    learns_ = false;
  }

 private:
  void note_offers() {
    if (learns_) most_offers_ = std::max(most_offers_, offers_);
  }

  static constexpr std::uint64_t kGuess = 16;  // before the first run nothing is known

  std::uint64_t most_offers_ = 0;
  std::uint64_t offers_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t next_ = 0;
  std::array<std::uint64_t, 3> at_ = {};
  bool learns_ = true;
};

class FaultDice {
 public:
  // Another run begins.
  void begin(Rng& rng) {
    cancellations_.begin(rng);
    in_window_ = (rng() >> 63) != 0;
    timers_.begin(rng);
  }
  void stop_learning() {
    cancellations_.stop_learning();
    timers_.stop_learning();
  }

  // Any decision but DecisionKind::ready.
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context, Rng& rng) {
    if (kind == DecisionKind::cancel) return cancel(context.loop->scheduler(), n, rng);
    if (kind != DecisionKind::timer) return static_cast<std::uint32_t>(rng.below(n));
    if (!timers_.due()) return 0;
    timers_.done();
    return any_of(n, rng);
  }

 private:
  static std::uint32_t any_of(std::uint32_t n, Rng& rng) {
    return 1 + static_cast<std::uint32_t>(rng.below(n - 1));
  }
  static bool is_woken(const TaskState& task) {
    return task.waiter() != nullptr && task.waiter()->status() == WaitStatus::woken;
  }

  // In half of the runs the cancellations wait for the window between a wake-up and the resumption
  // of the woken task, where most bugs of asyncio programs are.
  std::uint32_t cancel(const Scheduler& scheduler, std::uint32_t n, Rng& rng) {
    if (!cancellations_.due()) return 0;
    if (!in_window_) {
      cancellations_.done();
      return any_of(n, rng);
    }
    const auto& tasks = scheduler.cancellable();
    std::uint32_t woken = 0;
    for (const TaskState* task : tasks) woken += is_woken(*task);
    if (woken == 0) return 0;
    cancellations_.done();
    std::uint64_t which = rng.below(woken);
    std::uint32_t at = 0;
    while (!is_woken(*tasks[at]) || which-- != 0) ++at;
    return at + 1;
  }

  Injections cancellations_;
  Injections timers_;
  bool in_window_ = false;
};

}  // namespace sim::internal
