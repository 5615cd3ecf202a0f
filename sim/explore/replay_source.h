// ReplaySource: the deviations of a tape, and 0 everywhere else. It notes the first decision that
// is not what the tape was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/decision.h"
#include "sim/tape.h"

namespace sim {

class ReplaySource final : public DecisionSource {
 public:
  ReplaySource() = default;
  explicit ReplaySource(std::vector<Deviation> deviations) : deviations_(std::move(deviations)) {}

  // From the start, with others.
  void rewind(const std::vector<Deviation>& deviations) {
    deviations_ = deviations;
    next_ = 0;
    decision_ = 0;
    misfit_.clear();
  }

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override;

  // "decision 17: recorded 3 ready tasks, found 2: reader, writer-1"; empty if all fitted. Also
  // where the run ended before the last deviation.
  std::string misfit() const;

 private:
  std::vector<Deviation> deviations_;
  std::size_t next_ = 0;
  std::uint32_t decision_ = 0;
  std::string misfit_;
};

}  // namespace sim
