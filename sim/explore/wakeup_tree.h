// WakeupTree: the schedules that are still to be run from one state, as sequences of steps that
// share their beginnings (Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic Partial Order
// Reduction, POPL 2014). A sequence is added only if none that is there already leads to a schedule
// that differs from it in the order of independent steps alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/explore/segment.h"

namespace sim::internal {

// A step of a schedule to come, with what it did when it was run, in this order or in another; null
// where it never ran: it may have to do with everything.
struct PlannedStep {
  std::uint32_t process;
  SegmentRef segment;

  // Whether it is that step, with the same answers; a cancellation, at the same time.
  bool is(const Segment& other) const {
    return process == other.process &&
           (!segment || (segment->answers == other.answers &&
                         (!segment->optional || segment->when == other.when)));
  }
  bool conflicts_with(const Segment& other) const {
    return !segment || segment->conflicts_with(other);
  }
  // Whether it comes some time, whatever else does.
  bool must_come() const { return !segment || !segment->optional; }
};

// Steps to be made one after the other. They have to outlive it.
class Sequence {
 public:
  void clear() { steps_.clear(); }
  void add(Segment& step) { steps_.push_back(&step); }
  bool empty() const { return steps_.empty(); }
  std::size_t size() const { return steps_.size(); }
  Segment& operator[](std::size_t index) const { return *steps_[index]; }
  void remove(std::size_t index) {
    steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kOutside = static_cast<std::size_t>(-2);
  // Where the sequence has `step`, if it may begin with it just as well; kOutside if it has not but
  // `step` could be made before it and change nothing; else kNone.
  std::size_t find_initial(const PlannedStep& step) const {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i]->process == step.process) return step.is(*steps_[i]) ? i : kNone;
      if (step.conflicts_with(*steps_[i])) return kNone;
    }
    return step.must_come() ? kOutside : kNone;
  }
  bool is_covered_by(const std::vector<PlannedStep>& done) const {
    for (const PlannedStep& each : done) {
      if (find_initial(each) != kNone) return true;
    }
    return false;
  }

 private:
  std::vector<Segment*> steps_;
};

struct WakeupTree {
  struct Branch;
  std::vector<Branch> branches;

  bool empty() const { return branches.empty(); }
  // Adds what is left of `sequence`, unless it is covered.
  inline void insert(Sequence& sequence, bool may_fail = false);
  // Adds a step that did not run here, unless it is covered.
  inline void insert(PlannedStep step);
};

struct WakeupTree::Branch {
  PlannedStep step;
  WakeupTree rest;
  bool may_fail = false;  // whether it can be made there is not known
};

inline void WakeupTree::insert(Sequence& sequence, bool may_fail) {
  WakeupTree* level = this;
  while (!sequence.empty()) {
    Branch* next = nullptr;
    for (Branch& branch : level->branches) {
      const std::size_t at = sequence.find_initial(branch.step);
      if (at == Sequence::kNone) continue;
      if (at != Sequence::kOutside) sequence.remove(at);
      next = &branch;
      break;
    }
    if (next == nullptr) break;
    level = &next->rest;
  }
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    level->branches.push_back({{sequence[i].process, SegmentRef(&sequence[i])}, {}, may_fail});
    level = &level->branches.back().rest;
  }
}

inline void WakeupTree::insert(PlannedStep step) {
  WakeupTree* level = this;
  for (auto at = level->branches.begin(); at != level->branches.end();) {
    if (at->step.process == step.process) return;
    if (!step.segment || !at->step.must_come() || at->step.conflicts_with(*step.segment)) {
      ++at;
      continue;
    }
    level = &at->rest;
    at = level->branches.begin();
  }
  level->branches.push_back({std::move(step), {}});
}

}  // namespace sim::internal
