// Search: which schedules are visited, one execution after the other. A strategy is one of these;
// it hands out the decision source of the next execution and learns from what that showed.
#pragma once

#include <stdexcept>

#include "sim/explore/execution.h"

namespace sim {

// Thrown by a source in an execution that is not what an earlier one of the same decisions was.
class NotRepeated : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Thrown by a source where the test is none that its search is for.
class NotSuited : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

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
  // True once next() has gone through every schedule there is, or through one of each trace.
  virtual bool exhausted() const { return false; }
  // For a search that ends: which share of the executions is done, as far as they are known now.
  virtual double explored() const { return exhausted() ? 1 : 0; }
  // Whether dpor, among others, has been through: see Report::all_traces.
  virtual bool all_traces() const { return false; }
  // The latest source has thrown NotSuited. True if the search goes on without it.
  virtual bool gave_up() { return false; }
  // Which sampler the latest source belongs to; empty where schedules are not drawn at random.
  virtual const char* sampler() const { return ""; }
};

}  // namespace sim
