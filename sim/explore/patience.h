// Patience: how long an order that is not fair may keep one task running while others wait. A task
// that yields until another has done something never lets it, and the run would be called a
// livelock that no fair executor has.
#pragma once

#include <cstdint>

namespace sim::internal {

class Patience {
 public:
  void begin() { last_ = in_a_row_ = 0; }
  // `who` (not 0) was chosen. True if that is once too often; then the count starts anew.
  bool exhausted_by(std::uint64_t who) {
    if (who != last_) {
      last_ = who;
      in_a_row_ = 0;
    }
    if (++in_a_row_ < kMost) return false;
    in_a_row_ = 0;
    return true;
  }

 private:
  static constexpr std::uint64_t kMost = 1000;

  std::uint64_t last_ = 0;
  std::uint64_t in_a_row_ = 0;
};

}  // namespace sim::internal
