// Tape: the decisions of a run, as the sparse list of those that were not 0.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "sim/decision.h"

namespace sim {

// A decision that was not asyncio's.
struct Deviation {
  std::uint32_t decision;  // which one, counted from 0
  std::uint32_t choices;   // how many there were
  std::uint32_t index;     // the one taken, never 0
  friend bool operator==(const Deviation&, const Deviation&) = default;
};

// Where another process sees the deviations of a run as they are recorded: in memory that both
// share, which is all zeros at first.
struct ShownTape {
  static constexpr std::uint32_t kMost = std::uint32_t{1} << 22;

  std::atomic<std::uint64_t> runs;   // that were shown here
  std::atomic<std::uint32_t> count;  // may be more than there was room for
  Deviation deviations[kMost];

  void add(const Deviation& deviation) {
    const std::uint32_t at = count.load(std::memory_order_relaxed);
    if (at < kMost) deviations[at] = deviation;
    count.store(at + 1, std::memory_order_release);
  }
};

class Tape {
 public:
  void record(std::uint32_t choices, std::uint32_t index) {
    if (index != 0) {
      deviations_.push_back({decisions_, choices, index});
      if (shown_ != nullptr) shown_->add(deviations_.back());
    }
    ++decisions_;
  }
  std::uint32_t decisions() const { return decisions_; }
  const std::vector<Deviation>& deviations() const { return deviations_; }
  void clear() {
    deviations_.clear();
    decisions_ = 0;
  }
  // From now on in `shown` as well, which is emptied; null: nowhere else.
  void show_in(ShownTape* shown) {
    shown_ = shown;
    if (shown_ == nullptr) return;
    shown_->runs.store(shown_->runs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    shown_->count.store(0, std::memory_order_release);
  }

 private:
  std::uint32_t decisions_ = 0;
  std::vector<Deviation> deviations_;
  ShownTape* shown_ = nullptr;
};

}  // namespace sim
