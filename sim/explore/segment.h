// Segment: what a step did, for those who ask whether two steps have anything to do with each
// other. A step is atomic: from one suspension of its task to the next.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/rng.h"

namespace sim::internal {

// How a step uses an object. Two uses of one object have to do with each other unless both read or
// both add.
enum class Use : std::uint8_t { reads, adds, writes };

inline bool commute(Use a, Use b) { return a == b && a != Use::writes; }

struct Segment {
  struct Used {
    std::uint32_t object;
    Use use;
    friend bool operator==(const Used&, const Used&) = default;
  };

  std::uint32_t process = 0;             // whose step it was: a task's, or a callback
  std::int64_t when = 0;                 // what the clock showed
  bool unknown = false;                  // it never ran: it may have to do with everything
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

  // Whether `made` is this step, with the same answers; a cancellation, at the same time.
  bool is(const Segment& made) const {
    return process == made.process &&
           (unknown || (answers == made.answers && (!optional || when == made.when)));
  }
  // Whether it comes some time, whatever else does.
  bool must_come() const { return !optional; }

  void clear() {
    process = 0;
    when = 0;
    unknown = with_all = optional = false;
    objects = 0;
    used.clear();
    cancelled.clear();
    answers.clear();
  }
  friend bool operator==(const Segment&, const Segment&) = default;
  std::uint64_t hash() const {
    std::uint64_t hash = mix(process, static_cast<std::uint64_t>(when));
    for (const Used& each : used) {
      hash = mix(hash, each.object * std::uint64_t{4} + static_cast<std::uint64_t>(each.use));
    }
    for (const std::uint32_t each : cancelled) hash = mix(hash, each);
    for (const std::uint32_t each : answers) hash = mix(hash, each);
    return hash;
  }

  // Whether it may conflict with steps that use other objects.
  bool is_special() const { return with_all || optional || !cancelled.empty(); }

 private:
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
};

// Which of the segments that a table keeps.
using SegmentId = std::uint32_t;

// Each segment that there was, once, however many steps did the same.
class SegmentTable {
 public:
  const Segment& operator[](SegmentId id) const { return blocks_[id / kBlock][id % kBlock]; }
  SegmentId find_or_add(const Segment& segment) {
    const std::uint64_t hash = segment.hash();
    std::size_t at = hash & (slots_.size() - 1);
    for (; slots_[at].used; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].hash == hash && (*this)[slots_[at].id] == segment) return slots_[at].id;
    }
    const SegmentId id = size_++;
    if (id % kBlock == 0) blocks_.push_back(std::make_unique<Segment[]>(kBlock));
    blocks_[id / kBlock][id % kBlock] = segment;
    slots_[at] = {hash, id, true};
    if (size_ > slots_.size() / 2) grow();
    return id;
  }

 private:
  static constexpr std::uint32_t kBlock = 256;
  static constexpr std::size_t kInitial = 256;  // a power of 2
  struct Slot {
    std::uint64_t hash = 0;
    SegmentId id = 0;
    bool used = false;
  };

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      std::size_t at = slot.hash & (slots_.size() - 1);
      while (slot.used && slots_[at].used) at = (at + 1) & (slots_.size() - 1);
      if (slot.used) slots_[at] = slot;
    }
  }

  std::vector<std::unique_ptr<Segment[]>> blocks_;
  std::vector<Slot> slots_ = std::vector<Slot>(kInitial);
  std::uint32_t size_ = 0;
};

}  // namespace sim::internal
