// Rounds: how the executions of one exploration are divided so that several processes may share
// them and come to the same result, however many they are.
//
// The first 512 executions are made one after the other, and the search learns from each. Behind
// this head come rounds of 512, 1,024, ... up to 8,192 executions, within which nothing is learned:
// the schedule of an execution depends on the options, on its number, and on what was known at the
// beginning of its round. At the end of a round the search learns from a Lesson: counts, made in
// the order of the executions. Whoever makes only some of a round's executions skips the others.
//
// Depth-first search and dpor cannot skip: the next schedule depends on what the one before it has
// shown. Which executions of a round are theirs is fixed at its beginning, and one process makes
// them all.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim {

// Part of an exploration: the executions with a number that is `index` modulo `of`. Depth-first
// search and dpor are in part 0. The head is made by every part, as the rest rests on it, and each
// counts its own executions of it.
struct Share {
  std::uint32_t index = 0;
  std::uint32_t of = 1;

  friend bool operator==(const Share&, const Share&) = default;
};

inline constexpr std::uint64_t kHead = 512;
inline constexpr std::uint64_t kLongestRound = 8192;

// The number of the first execution behind the head or the round that begins with number `begin`.
constexpr std::uint64_t end_of_round(std::uint64_t begin) {
  return begin == 0 ? kHead : begin + std::min(begin, kLongestRound);
}

// How far the searches are that cannot skip.
struct AloneProgress {
  double explored = 0;     // Search::explored()
  bool exhausted = false;  // Search::exhausted()
  // Of a portfolio's members:
  double dpor_explored = 0;
  std::uint64_t dpor_executions = 0;
  bool dpor_through = false;  // nothing is left for it
  bool dpor_gone = false;     // it gave up, or what it knew was lost
  bool dfs_gone = false;      // what it knew was lost
};

// What the executions of a round have shown, as far as a search learns from it.
struct Lesson {
  struct Counts {
    std::uint32_t executions = 0;
    std::uint32_t traces = 0;  // not seen before
  };
  static constexpr std::size_t kMembers = 16;

  std::array<Counts, kMembers> members = {};  // by Search::member()
  AloneProgress alone;
};

// Which of the executions of a round a process makes. Those that cannot be skipped count as the
// first worker's, also where a process of their own makes them.
struct Part {
  std::uint32_t worker = 0;
  std::uint32_t workers = 1;
  bool makes_alone = true;   // those that cannot be skipped
  bool makes_others = true;  // the rest
};

// Deals the executions of a round, one after the other, so that each worker has as many.
class Deal {
 public:
  Deal(const Share& share, const Part& part) : share_(share), part_(part), dealt_(part.workers) {}

  void begin_round() { std::ranges::fill(dealt_, 0); }
  // The next one; whether it is this process's.
  bool is_mine(std::uint64_t execution, bool is_alone) {
    const bool is_here = (is_alone ? 0 : execution % share_.of) == share_.index;
    if (!is_here) return false;
    if (is_alone) {
      ++dealt_[0];
      return part_.makes_alone;
    }
    const auto fewest = std::ranges::min_element(dealt_);
    ++*fewest;
    return part_.makes_others && fewest - dealt_.begin() == part_.worker;
  }

 private:
  Share share_;
  Part part_;
  std::vector<std::uint64_t> dealt_;  // to each worker in this round
};

}  // namespace sim
