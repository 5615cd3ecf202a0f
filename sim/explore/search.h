// Search: which schedules are visited, one execution after the other. A strategy is one of these;
// it hands out the decision source of the next execution and learns from what that showed.
#pragma once

#include "sim/explore/execution.h"

namespace sim {

class Search {
 public:
  virtual ~Search() = default;
  // The source of the next execution, good for one. Null when there is nothing left to visit.
  virtual DecisionSource* next() = 0;
  // That execution has ended; `new_trace` says whether it was of a trace not seen before.
  virtual void ended(const ExecutionResult& result, bool new_trace) {
    static_cast<void>(result);
    static_cast<void>(new_trace);
  }
  // True once next() has gone through every schedule there is.
  virtual bool exhausted() const { return false; }
  // Which sampler the latest source belongs to; empty where schedules are not drawn at random.
  virtual const char* sampler() const { return ""; }
};

}  // namespace sim
