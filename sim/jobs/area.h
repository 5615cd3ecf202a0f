// Area: memory that a worker shares with the parent, so that what it was at is known when it dies.
//
// Where memory goes wild in the code under test it may be overwritten too. A worker has no access
// to the areas of others and may only read what is common, and the parent believes no area that is
// not intact.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <vector>

#include "sim/explore/rounds.h"
#include "sim/explore/tally.h"
#include "sim/tape.h"

namespace sim::jobs {

// Of an exploration, those that are made at the same time.
inline constexpr std::size_t kMostLegs = 2;

// Why a worker has ended itself.
enum class Verdict : std::uint32_t { none, sanitizer, step_limit, memory_limit };

// The executions of a leg that a worker has made.
struct Records {
  std::atomic<std::uint32_t> count;
  Made made[kLongestRound];
};

// Of one worker, in pages of its own.
struct alignas(4096) Area {
  static constexpr std::uint64_t kNothing = UINT64_MAX;
  static constexpr std::uint64_t kBeforehand = UINT64_MAX - 1;  // asyncio's order, for its shape

  std::uint64_t mark_before;
  // The execution it is at, or one of those; or how many with fewer deviations it has certified.
  std::atomic<std::uint64_t> at;
  std::atomic<Verdict> verdict;
  // The step that is made, where the run is one that says so.
  std::atomic<std::uint64_t> step;
  std::atomic<std::int64_t> time;
  std::source_location place;  // where its task resumed
  char task[128];
  std::uint64_t mark_behind;
  Records records[kMostLegs];
  ShownTape tape;

  // Before a worker has it.
  void reset();
  bool is_intact() const;
  Records& records_of(std::size_t leg) { return records[leg % kMostLegs]; }
};

// The deviations of the run that is or was in progress.
std::vector<Deviation> shown_deviations(const Area& area);

// Of all workers of an exploration.
struct alignas(4096) Common {
  std::atomic<bool> stop;                // between executions
  std::atomic<bool> first_failure_ends;  // so that nothing behind it matters
  std::atomic<std::uint64_t> last;       // no execution behind it matters
};

// What the process may do with it from now on, as for mprotect(); nothing changes where the system
// has larger pages.
void protect(void* begin, std::size_t size, int access);

// Memory that processes forked later share, all zeros. Throws JobsUnavailable where there is none.
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t size);
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();
  void* data() const { return data_; }

 private:
  void* data_;
  std::size_t size_;
};

}  // namespace sim::jobs
