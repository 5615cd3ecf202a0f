// Causality: which steps of a run have to come after which others, kept as vector clocks while the
// run goes on. It can be cut back to a beginning of the run and go on differently from there.
//
// A step comes after the step before it of its own process, after the one that made it ready, after
// all that happened before the clock went on, and after earlier steps that it conflicts with. Only
// the last are an accident of the schedule: a race is a conflict that nothing else decides.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/segment.h"

namespace sim::internal {

class Causality {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct NewStep {
    SegmentId segment = 0;
    std::uint32_t made_ready_by = kNone;  // a step
    bool clock_went_on = false;           // since the step before it
    bool once = false;                    // the process has no other: a callback
    std::vector<std::uint32_t> joined;    // objects: it is ready only because of what was added
  };

  explicit Causality(const SegmentTable& segments) : segments_(segments) {}

  std::uint32_t size() const { return size_; }
  // As if only the first `size` steps had been made.
  void cut(std::uint32_t size);
  void add(const NewStep& step);

  SegmentId segment(std::uint32_t step) const { return steps_[step].segment; }
  bool comes_after(std::uint32_t later, std::uint32_t earlier) const {
    const Step& first = steps_[earlier];
    const std::vector<std::uint32_t>& clock = steps_[later].clock;
    return first.chain < clock.size() && clock[first.chain] >= first.position;
  }
  // An earlier step that could have come after this one as far as all others are concerned.
  struct Race {
    std::uint32_t earlier;
    bool settled = false;  // whatever follows in the run, there is nothing more to do about it
  };
  // Latest first.
  std::vector<Race>& races(std::uint32_t step) { return steps_[step].races; }
  // Which one of the steps of its process it is, counted from 0.
  std::uint32_t ordinal(std::uint32_t step) const { return steps_[step].ordinal; }
  // kNone if it has made none.
  std::uint32_t first_step_of(std::uint32_t process) const {
    return steps_of(process) != 0 ? processes_[process].steps.front() : kNone;
  }
  std::uint32_t steps_of(std::uint32_t process) const {
    return process < processes_.size()
               ? static_cast<std::uint32_t>(processes_[process].steps.size())
               : 0;
  }

 private:
  // Steps of one chain come one after the other. A task has its own; callbacks share some.
  struct Step {
    SegmentId segment = 0;
    std::uint32_t chain = 0;
    std::uint32_t position = 0;  // in the chain, from 1
    std::uint32_t ordinal = 0;
    std::vector<std::uint32_t> clock;  // of each chain, how many come before, or are, this one
    std::vector<Race> races;
  };
  struct UseOfObject {
    std::uint32_t step;
    Use use;
    std::uint32_t group;  // where those of its kind began that are not parted by another kind
  };
  struct Process {
    std::vector<std::uint32_t> steps;
    std::vector<std::uint32_t> cancels;  // steps that cancelled it
    std::uint32_t chain = kNone;
  };
  struct Barrier {
    std::uint32_t step;
    std::vector<std::uint32_t> clock;  // what came before it
  };

  Process& process(std::uint32_t number) {
    if (number >= processes_.size()) processes_.resize(number + std::size_t{1});
    return processes_[number];
  }
  std::vector<UseOfObject>& uses(std::uint32_t object) {
    if (object >= uses_.size()) uses_.resize(object + std::size_t{1});
    return uses_[object];
  }
  std::uint32_t chain_for(const NewStep& step, const std::vector<std::uint32_t>& clock);
  void join(std::vector<std::uint32_t>& clock, const std::vector<std::uint32_t>& other);
  void find_conflicts(const Segment& segment);
  void note_uses(const Segment& segment, std::uint32_t step);
  void forget_latest();

  const SegmentTable& segments_;
  std::vector<Step> steps_;  // the first size_ of them; the others keep their memory
  std::uint32_t size_ = 0;
  std::vector<Process> processes_;
  std::vector<std::vector<UseOfObject>> uses_;
  std::vector<std::vector<std::uint32_t>> chains_;
  std::vector<std::uint32_t> shared_chains_;  // of callbacks
  std::vector<Barrier> barriers_;             // where the clock went on
  std::vector<std::uint32_t> with_all_;
  std::vector<std::uint32_t> conflicts_;      // of the step being added
};

}  // namespace sim::internal
