// Reduction: takes deviations away from a failing schedule (ddmin, Zeller and Hildebrandt 2002),
// then lowers the indices of what is left, as long as it fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/tape.h"

namespace sim::internal {

// `Base` says what they are deviations from: fails_with() runs some and returns those that the run
// took in fact, or null where it did not fail in the same way.
template <class Base>
class Reduction {
 public:
  // `replays` are counted up to `most`.
  Reduction(Base base, std::vector<Deviation> deviations, std::uint64_t& replays,
            std::uint64_t most)
      : base_(std::move(base)), best_(std::move(deviations)), replays_(replays), most_(most) {}

  std::vector<Deviation> reduce() {
    drop_deviations();
    lower_indices();
    return std::move(best_);
  }

 private:
  // Whether the run with these fails in the same way. What it took in fact is then the best: a
  // decision that did not come up is no deviation.
  bool try_out(const std::vector<Deviation>& deviations) {
    if (replays_ == most_) return false;
    ++replays_;
    const std::vector<Deviation>* taken = base_.fails_with(deviations);
    if (taken == nullptr) return false;
    best_ = *taken;
    return true;
  }

  void drop_deviations() {
    if (best_.empty() || try_out({})) return;
    for (std::size_t parts = 2; best_.size() > 1;) {
      const std::size_t size = (best_.size() + parts - 1) / parts;
      bool smaller = false;
      // From the end: what comes late is often only what happened to follow.
      for (std::size_t part = parts; part-- > 0 && !smaller;) {
        const std::size_t from = std::min(part * size, best_.size());
        const std::size_t to = std::min(from + size, best_.size());
        if (from == to) continue;
        std::vector<Deviation> rest = best_;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(from),
                   rest.begin() + static_cast<std::ptrdiff_t>(to));
        const std::size_t before = best_.size();
        smaller = try_out(rest) && best_.size() < before;
      }
      if (replays_ == most_) return;
      if (smaller) {
        parts = std::max<std::size_t>(2, std::min(parts - 1, best_.size()));
      } else if (size == 1) {
        return;
      } else {
        parts = std::min(parts * 2, best_.size());
      }
    }
  }

  void lower_indices() {
    for (std::size_t i = 0; i < best_.size(); ++i) {
      for (std::uint32_t index = 1; index < best_[i].index; ++index) {
        std::vector<Deviation> lower = best_;
        lower[i].index = index;
        if (try_out(lower)) break;
      }
    }
  }

  Base base_;
  std::vector<Deviation> best_;
  std::uint64_t& replays_;
  std::uint64_t most_;
};

}  // namespace sim::internal
