// Tally: what the executions of an exploration come to, counted in the order of their numbers,
// whichever process made them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/explore/explore.h"
#include "sim/explore/rounds.h"
#include "sim/explore/search.h"
#include "sim/explore/trace_counts.h"

namespace sim {

// An execution that was made, as far as it is counted: plain data.
struct Made {
  std::uint64_t number;  // counted from 0
  std::uint64_t trace;
  std::uint64_t steps;
  const char* sampler;   // Search::sampler()
  std::uint32_t member;  // Search::member()
  bool dpor_is_through;
};

// The execution with this number, which `search` handed out.
Made made(std::uint64_t number, const ExecutionResult& result, const Search& search);

// Findings of which each counts once.
class KnownFindings {
 public:
  // False if it is the same as an earlier one.
  bool add(const Finding& finding);

 private:
  std::vector<Finding> known_;
};

class Tally {
 public:
  // `options` must outlive it.
  explicit Tally(const ExploreOptions& options);

  // True if it is of a trace that was not seen before.
  bool add(const Made& made);
  // One that never came to an end.
  void add_crashed(std::uint64_t number);
  void warn(const Finding& finding);
  // Nothing is no failure.
  void fail(std::optional<Failure> failure) {
    if (failure) report_.failures.push_back(*std::move(failure));
  }
  void stopped() { report_.stopped = true; }

  bool has_enough_failures() const;
  // How many there are, of this part of the exploration or not.
  std::uint64_t seen() const { return traces_.executions() + crashed_; }
  Progress progress() const;
  // What the members of the search have found since the last call.
  Lesson take_lesson();
  // The end of the exploration.
  Report finish(const AloneProgress& search);

 private:
  bool counts(std::uint64_t number) const;
  TraceCounts& of_sampler(std::string_view name);

  const ExploreOptions& options_;
  TraceCounts traces_;
  std::map<std::string, TraceCounts, std::less<>> of_samplers_;
  KnownFindings warned_;
  Lesson lesson_;
  std::uint64_t crashed_ = 0;
  bool dpor_is_through_ = false;
  Report report_;
};

}  // namespace sim
