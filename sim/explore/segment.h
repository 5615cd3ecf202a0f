// Segment: what a step did, for those who ask whether two steps have anything to do with each
// other. A step is atomic: from one suspension of its task to the next.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/ref.h"

namespace sim::internal {

// How a step uses an object. Two uses of one object have to do with each other unless both read or
// both add.
enum class Use : std::uint8_t { reads, adds, writes };

inline bool commute(Use a, Use b) { return a == b && a != Use::writes; }

class Segment {
 public:
  struct Used {
    std::uint32_t object;
    Use use;
    friend bool operator==(const Used&, const Used&) = default;
  };

  std::uint32_t process = 0;             // whose step it was: a task's, or a callback
  std::int64_t when = 0;                 // what the clock showed
  bool with_all = false;                 // it has to do with every other step
  bool optional = false;                 // nothing makes it come: a cancellation from outside
  std::uint64_t objects = 0;             // of each object one bit of 64
  std::vector<Used> used;                // each object once
  std::vector<std::uint32_t> cancelled;  // tasks, whose steps it has to do with
  std::vector<std::uint32_t> answers;    // what choose() returned in it, and other such decisions

  void add(std::uint32_t object, Use use) {
    const std::uint64_t bit = std::uint64_t{1} << (object % 64);
    if ((objects & bit) != 0) {
      for (Used& each : used) {
        if (each.object != object) continue;
        if (each.use != use) each.use = Use::writes;
        return;
      }
    }
    objects |= bit;
    used.push_back({object, use});
  }
  bool cancels(std::uint32_t task) const {
    for (const std::uint32_t each : cancelled) {
      if (each == task) return true;
    }
    return false;
  }
  // Whether it matters which of the two comes first. Not asked of two of one process.
  bool conflicts_with(const Segment& other) const {
    if (is_special() || other.is_special()) [[unlikely]] {
      if (conflicts_specially(other)) return true;
    }
    if ((objects & other.objects) == 0) return false;
    for (const Used& mine : used) {
      for (const Used& theirs : other.used) {
        if (mine.object == theirs.object && !commute(mine.use, theirs.use)) return true;
      }
    }
    return false;
  }

  // Whether both have to do with the same steps, for sure.
  bool is_like(const Segment& other) const {
    return with_all == other.with_all && objects == other.objects && used == other.used &&
           cancelled == other.cancelled;
  }

  void retain() { ++references_.count; }
  void release() {
    if (--references_.count == 0) delete this;
  }

 private:
  bool is_special() const { return with_all || optional || !cancelled.empty(); }
  // But for the objects.
  [[gnu::noinline]] bool conflicts_specially(const Segment& other) const {
    if (with_all || other.with_all) return true;
    if ((optional || other.optional) && when != other.when) return true;
    if (cancels(other.process) || other.cancels(process)) return true;
    for (const std::uint32_t each : cancelled) {
      if (other.cancels(each)) return true;
    }
    return false;
  }

  struct References {  // of a copy there are none yet
    References() = default;
    References(const References&) {}
    std::uint32_t count = 0;
  };
  References references_;
};

// Segments are kept by the run that they are of and by the schedules that are planned from it.
using SegmentRef = Ref<Segment>;

}  // namespace sim::internal
