// Search: which schedules are visited, one execution after the other. A strategy is one of these;
// it hands out the decision source of the next execution and learns from what that showed. Behind
// the head of an exploration it learns from whole rounds only, and skips what others make: see
// rounds.h.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "sim/explore/execution.h"
#include "sim/explore/rounds.h"

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
  // Whether dpor, among others, has been through all traces that it could know of.
  virtual bool dpor_is_through() const { return false; }
  // The latest source has thrown NotSuited. True if the search goes on without it.
  virtual bool gave_up() { return false; }
  // The execution of the latest source ended the process, and would again: ended() never comes.
  virtual void crashed() {}
  // Which sampler the latest source belongs to; empty where schedules are not drawn at random.
  virtual const char* sampler() const { return ""; }

  // The head is over: from now on it learns from learn() alone.
  virtual void begin_rounds() {}
  // Whether the next execution is one that cannot be skipped.
  virtual bool next_is_alone() { return false; }
  // The next execution is another process's: goes on as if it had been made here. False where
  // next() would be null.
  virtual bool skip() { return next() != nullptr; }
  // Whether next() would be null, where that is known beforehand.
  virtual bool over() const { return false; }
  // Which of several searches the latest source belongs to; Lesson::kMembers for none that learns.
  virtual std::size_t member() const { return Lesson::kMembers; }
  // A round has ended.
  virtual void learn(const Lesson& lesson) { static_cast<void>(lesson); }
  virtual AloneProgress alone_progress() const {
    return {.explored = explored(), .exhausted = exhausted()};
  }
  // What is not to be skipped was made by a process that is gone.
  virtual void give_up_alone() {}
};

}  // namespace sim
