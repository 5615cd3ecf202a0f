// Dfs: every schedule once, depth first: the deepest decision that has a choice left takes its next
// one. Sound for any program whose choices are all decisions. It holds one path, so that its memory
// is that of the longest execution.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/explore/search.h"

namespace sim {

class Dfs final : public Search, private DecisionSource {
 public:
  DecisionSource* next() override {
    if (begun_ && !advance()) {
      exhausted_ = true;
      return nullptr;
    }
    begun_ = true;
    depth_ = 0;
    return this;
  }
  bool exhausted() const override { return exhausted_; }

 private:
  struct Open {
    std::uint32_t choices;
    std::uint32_t index;
  };

  // Throws NotRepeated if the program does not repeat itself.
  std::uint32_t pick(DecisionKind, std::uint32_t n, const DecisionContext&) override {
    if (depth_ == path_.size()) path_.push_back({n, 0});
    const Open& open = path_[depth_++];
    if (open.choices != n) throw_changed(n);
    return open.index;
  }
  bool advance() {
    path_.resize(depth_);  // what was not reached is not to be visited
    while (!path_.empty() && path_.back().index + 1 == path_.back().choices) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().index;
    return true;
  }
  [[noreturn]] void throw_changed(std::uint32_t n) const {
    throw NotRepeated("decision " + std::to_string(depth_ - 1) + " had " +
                           std::to_string(path_[depth_ - 1].choices) + " choices, now it has " +
                           std::to_string(n));
  }

  std::vector<Open> path_;
  std::size_t depth_ = 0;
  bool begun_ = false;
  bool exhausted_ = false;
};

}  // namespace sim
