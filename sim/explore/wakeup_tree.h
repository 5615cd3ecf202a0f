// WakeupTree: the schedules that are still to be run from one state, as sequences of steps that
// share their beginnings (Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic Partial Order
// Reduction, POPL 2014). A sequence is added only if none that is there already leads to a schedule
// that differs from it in the order of independent steps alone.
//
// A step to come is what it did when it was run, in this order or in another.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/explore/segment.h"

namespace sim::internal {

// Steps to be made one after the other.
class Sequence {
 public:
  explicit Sequence(const SegmentTable& segments) : segments_(&segments) {}

  void clear() {
    steps_.clear();
    from_ = 0;
  }
  void add(SegmentId id) {
    const Segment& segment = (*segments_)[id];
    steps_.push_back({id, segment.process, segment.is_special() ? kAll : segment.objects});
  }
  std::size_t size() const { return steps_.size() - from_; }
  SegmentId operator[](std::size_t at) const { return steps_[from_ + at].id; }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kOutside = static_cast<std::size_t>(-2);
  // Where the sequence has `step`, if it may begin with it just as well; kOutside if it has not but
  // `step` could be made before it and change nothing; else kNone.
  std::size_t find_initial(SegmentId step) const {
    const Segment& initial = (*segments_)[step];
    const std::uint64_t objects = initial.is_special() ? kAll : initial.objects;
    for (std::size_t i = from_; i < steps_.size(); ++i) {
      const Step& each = steps_[i];
      if (each.process == initial.process) {
        return each.id == step || initial.is((*segments_)[each.id]) ? i - from_ : kNone;
      }
      const bool may_conflict = (objects & each.objects) != 0 || (objects | each.objects) == kAll;
      if (may_conflict && initial.conflicts_with((*segments_)[each.id])) return kNone;
    }
    return initial.must_come() ? kOutside : kNone;
  }
  // Whether `step`, which find_initial() has found there, has more to do with what comes behind it
  // than the sequence takes for granted. Not asked of what has been postponed.
  bool thinks_less_of(SegmentId step, std::size_t at) const {
    if (at == kOutside || steps_[from_ + at].is_postponed || (*this)[at] == step) return false;
    const Segment& thought = (*segments_)[(*this)[at]];
    const Segment& known = (*segments_)[step];
    return std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(from_ + at + 1), steps_.end(),
                       [&](const Step& each) {
                         const Segment& behind = (*segments_)[each.id];
                         return each.process != known.process && known.conflicts_with(behind) &&
                                !thought.conflicts_with(behind);
                       });
  }
  // All of it, what has been removed too, with the step that stands there as the last, and without
  // the later ones of its process.
  Sequence postponing(std::size_t at) const {
    Sequence all = *this;
    all.from_ = 0;
    const auto first = all.steps_.begin() + static_cast<std::ptrdiff_t>(from_ + at);
    Step last = *first;
    last.is_postponed = true;
    const auto is_of_it = [&](const Step& each) { return each.process == last.process; };
    all.steps_.erase(std::remove_if(first, all.steps_.end(), is_of_it), all.steps_.end());
    all.steps_.push_back(last);
    return all;
  }
  // Makes it what is left behind an initial step.
  void remove(std::size_t initial) {
    if (initial == kOutside) return;
    const auto first = steps_.begin() + static_cast<std::ptrdiff_t>(from_);
    std::rotate(first, first + static_cast<std::ptrdiff_t>(initial),
                first + static_cast<std::ptrdiff_t>(initial) + 1);
    ++from_;
  }
  void append_to(std::vector<SegmentId>& steps) const {
    steps.reserve(steps.size() + size());
    for (std::size_t i = from_; i < steps_.size(); ++i) steps.push_back(steps_[i].id);
  }

 private:
  static constexpr std::uint64_t kAll = ~std::uint64_t{0};  // it may conflict with any step
  struct Step {
    SegmentId id;
    std::uint32_t process;
    std::uint64_t objects;
    bool is_postponed = false;
  };
  const SegmentTable* segments_;
  std::vector<Step> steps_;
  std::size_t from_ = 0;  // those before it have been removed
};

struct WakeupTree {
  // Steps that come one after the other, and what may come behind them.
  struct Branch;
  std::vector<Branch> branches;

  bool empty() const { return branches.empty(); }
  // Adds what is left of `sequence`, unless it is covered. Leaves it without what was there. To
  // `others` go sequences that it may not lead to because a step of the tree has more to do with
  // what follows than was thought.
  inline void insert(Sequence& sequence, bool may_fail, std::vector<Sequence>& others);
};

struct WakeupTree::Branch {
  std::vector<SegmentId> steps;
  std::uint32_t from = 0;  // those before it have been made
  bool may_fail = false;   // whether they can be made there is not known
  WakeupTree rest;

  SegmentId first() const { return steps[from]; }
  // Hands over to `tree`, which is empty, all but its first step.
  void continue_as(WakeupTree& tree) && {
    if (from + std::size_t{1} == steps.size()) {
      tree = std::move(rest);
      return;
    }
    const SegmentId begin = first();
    tree.branches.push_back({std::move(steps), from + 1, may_fail, std::move(rest)});
    steps.assign(1, begin);
    from = 0;
    rest.branches.clear();
  }
  // Parts it before a step that is not its first.
  void split(std::size_t at) {
    Branch end{{steps.begin() + static_cast<std::ptrdiff_t>(at), steps.end()},
               0, may_fail, std::move(rest)};
    steps.resize(at);
    rest.branches.clear();
    rest.branches.push_back(std::move(end));
  }
};

inline void WakeupTree::insert(Sequence& sequence, bool may_fail, std::vector<Sequence>& others) {
  const auto remove = [&](std::size_t at, SegmentId step) {
    if (sequence.thinks_less_of(step, at)) others.push_back(sequence.postponing(at));
    sequence.remove(at);
  };
  WakeupTree* level = this;
  for (;;) {
    std::size_t at = Sequence::kNone;
    Branch* next = nullptr;
    for (Branch& branch : level->branches) {
      at = sequence.find_initial(branch.first());
      if (at == Sequence::kNone) continue;
      next = &branch;
      break;
    }
    if (next == nullptr) {
      level->branches.push_back({{}, 0, may_fail, {}});
      sequence.append_to(level->branches.back().steps);
      return;
    }
    for (std::size_t i = next->from;;) {
      remove(at, next->steps[i]);
      if (sequence.size() == 0) return;
      if (++i == next->steps.size()) break;
      at = sequence.find_initial(next->steps[i]);
      if (at != Sequence::kNone) continue;
      next->split(i);
      break;
    }
    if (next->rest.empty() && next->may_fail == may_fail) {
      sequence.append_to(next->steps);
      return;
    }
    level = &next->rest;
  }
}

}  // namespace sim::internal
