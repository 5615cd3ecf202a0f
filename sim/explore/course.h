// Course: the executions of an exploration that one process makes, one after the other: the search,
// with those skipped that are made elsewhere.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/explore/explore.h"
#include "sim/explore/rounds.h"
#include "sim/explore/search.h"

namespace sim {

class Course {
 public:
  Course(const ExploreOptions& options, const Part& part);

  // The source of the next execution that is made here, of those with numbers below `end`; null
  // where there is none: then either at() is `end`, or the search is over there.
  DecisionSource* next(std::uint64_t end);
  // Its number. Behind the last of a round comes learn(), before any other.
  std::uint64_t at() const { return at_; }
  bool is_over() const { return is_over_; }

  // What became of the execution.
  void ended(const ExecutionResult& result, bool new_trace);
  void crashed();
  // The source has thrown NotSuited. True if there is another one for the execution.
  bool gave_up() { return search_->gave_up(); }

  // At the end of the head, and of each round.
  void begin_rounds();
  void learn(const Lesson& lesson);
  // Another process makes the rest of what this one made, `part` from now on.
  void take_over(const Part& part);
  void give_up_alone() { search_->give_up_alone(); }
  // Goes on behind execution `number`, which was made elsewhere, as were those before it.
  void skip_to(std::uint64_t number);

  const Search& search() const { return *search_; }

 private:
  bool skip();

  Share share_;
  bool all_alone_;  // the strategy is one that cannot skip
  std::unique_ptr<Search> search_;
  Deal deal_;
  std::uint64_t at_ = 0;
  bool is_dealt_ = false;  // the execution at at_
  bool is_over_ = false;
};

// What is asked for that dpor is not sound for; null if nothing is.
const char* why_not_reducible(const ExploreOptions& options);
// Whether the strategy is one that only one process can follow.
bool is_alone(const Strategy& strategy);

}  // namespace sim
