// TraceCounts: how many traces there were, and how many of them only once.
//
// Exact to 2^20 traces. Beyond that the number is estimated in fixed memory (HyperLogLog, Flajolet
// et al. 2007, 2^14 registers, standard error 0.8 %), and is_exact() says so; what was seen only
// once is then known of the first 2^20 traces alone.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

namespace sim {

class TraceCounts {
 public:
  TraceCounts();
  ~TraceCounts();
  TraceCounts(TraceCounts&&) noexcept;
  TraceCounts& operator=(TraceCounts&&) noexcept;

  // True if `trace` was not seen before.
  bool add(std::uint64_t trace);
  std::uint64_t distinct() const;
  bool is_exact() const;
  // How many were seen exactly once, exactly twice.
  std::uint64_t singletons() const { return seen_[1]; }
  std::uint64_t pairs() const { return seen_[2]; }
  std::uint64_t executions() const { return executions_; }

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
  std::uint64_t executions_ = 0;
  std::uint64_t seen_[4] = {};  // so many traces, by how often; the last is for more
};

}  // namespace sim
