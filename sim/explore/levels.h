// Levels: the schedules of a test by how many deviations from asyncio's order they have: the one
// with none, those with one, those with two, ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sim/explore/execution.h"

namespace sim {

// Hands on another source's choices and notes how many there were each time.
class Noting final : public DecisionSource {
 public:
  explicit Noting(DecisionSource& of) : of_(of) {}
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& at) override {
    choices_.push_back(n);
    return of_.pick(kind, n, at);
  }
  internal::Watcher* watcher() override { return of_.watcher(); }
  const std::vector<std::uint32_t>& choices() const { return choices_; }

 private:
  DecisionSource& of_;
  std::vector<std::uint32_t> choices_;
};

// Appends `prefix` with one more deviation, at each later decision of its run, as long as there are
// no more than `most`.
void extend(const std::vector<Deviation>& prefix, const std::vector<std::uint32_t>& choices,
            std::uint64_t most, std::vector<std::vector<Deviation>>& into);

class Levels {
 public:
  // Visits `most` schedules and no more, and none where `stop` says true.
  Levels(Execution& execution, std::uint64_t most, std::function<bool()> stop = {})
      : execution_(execution), most_(most), stop_(std::move(stop)) {}

  // How many deviations those of the level have; more than any where there are no more levels.
  std::size_t deviations() const { return level_.empty() ? SIZE_MAX : level_.front().size(); }
  const std::vector<std::vector<Deviation>>& level() const { return level_; }

  // Runs those of the level. The deviations that the first took of which `is_it` is true; null, and
  // the next level, where there is none.
  std::optional<std::vector<Deviation>> visit(
      const std::function<bool(const ExecutionResult&)>& is_it);
  // Of whole levels; and of the last one where the budget was spent in it.
  std::uint64_t visited() const { return visited_; }
  bool is_spent() const { return is_spent_; }

 private:
  Execution& execution_;
  std::uint64_t most_;
  std::function<bool()> stop_;
  std::vector<std::vector<Deviation>> level_ = {{}};
  std::uint64_t visited_ = 0;
  bool is_spent_ = false;
};

}  // namespace sim
