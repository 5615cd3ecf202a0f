// TimerQueue: what is due when. Timers come out by deadline, and those with equal deadlines in the
// order they were added.
//
// The nearest timers stand in one sorted run; what is due at the horizon or later waits, unsorted,
// in buckets of a radix heap: a timer's bucket is the highest 6-bit digit in which its deadline
// differs from `base_`. Few timers never leave the run. When the run is used up, the lowest bucket
// is dealt out over the buckets below until it is small enough to be sorted into the run. As time
// never goes back a timer only ever moves down, and dealing out is stable, so ties keep their
// order.
//
// Cancelling marks a slot and leaves the place in the run or bucket; places of cancelled timers are
// swept when they outnumber the living. The marks are bits, so that a cancel and a sweep of
// millions stay in the cache.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sim/ready_queue.h"

namespace sim::internal {

class TimerQueue {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot kNoSlot = std::numeric_limits<Slot>::max();

  // Adds a timer for `target`, due at `when` (nanoseconds). The slot names it until it is taken.
  Slot add(std::int64_t when, Entry target) {
    const Slot slot = new_slot(target);
    ++pending_;
    earliest_ = std::min(earliest_, when);
    if (when < horizon_) [[likely]] {
      if (run_.size() == next_ || when >= run_.back().when) [[likely]] {
        run_.push_back({when, slot});
        return slot;
      }
      if (run_.size() - next_ < kRunLimit || !shorten_run(when)) {
        insert_between({when, slot});
        return slot;
      }
    }
    bucket_for(when).push_back({when, slot});
    return slot;
  }

  // A slot for what stands in the ready queue already and can be cancelled there like a due timer.
  Slot add_due(Entry target) { return new_slot(target); }

  // A cancelled timer never runs, also when it is due already and stands in the ready queue.
  void cancel(Slot slot) {
    marks_[slot / 64] |= mark_of(slot);
    if (++cancelled_ > kSweepAt && cancelled_ > pending_ / 2) [[unlikely]] sweep();
  }

  // Takes what a due timer's slot holds, nothing if it was cancelled, and frees the slot.
  Entry take(Slot slot) {
    const Entry target = peek(slot);
    free_slot(slot);
    return target;
  }
  // What the slot holds: nothing if it was cancelled, something meaningless if it is free.
  Entry peek(Slot slot) const { return cancelled(slot) ? Entry() : slots_[slot]; }

  // Calls `visit` with what the nearest timers hold, those that stand sorted, in order.
  template <class Visit>
  void visit_nearest(Visit visit) const {
    for (std::size_t i = next_; i < run_.size(); ++i) visit(peek(run_[i].slot));
  }
  void prefetch_nearest() const {
    for (std::size_t i = next_; i < run_.size(); ++i) __builtin_prefetch(&slots_[run_[i].slot]);
  }
  // How often the nearest timers have been taken from a bucket.
  std::uint32_t refills() const { return refills_; }
  std::size_t pending() const { return pending_; }

  // The earliest deadline, to which the clock has to jump next. False when no timer is pending.
  bool next_deadline(std::int64_t* when) {
    for (;;) {
      if (next_ == run_.size() && !refill()) return false;
      if (!cancelled(run_[next_].slot)) {
        *when = run_[next_].when;
        return true;
      }
      drop_next();
    }
  }

  // The different deadlines of the timers pending, in order, at most `most` of them.
  void deadlines(std::size_t most, std::vector<std::int64_t>& into) const;

  // No timer is due before it.
  std::int64_t earliest() const { return earliest_; }

  // Moves the timers due at `now` or before to the end of `ready`. Cancelled ones are dropped.
  void move_due(std::int64_t now, ReadyQueue& ready) {
    now_ = now;
    for (;;) {
      if (next_ == run_.size() && (horizon_ > now || !refill())) {
        earliest_ = horizon_;
        return;
      }
      const Place place = run_[next_];
      if (place.when > now) {
        earliest_ = place.when;
        return;
      }
      if (cancelled(place.slot)) {
        drop_next();
        continue;
      }
      ++next_;
      --pending_;
      ready.push(Entry::timer(place.slot));
    }
  }

  std::size_t slots() const { return slots_.size(); }
  // Calls `visit` with each slot that holds a timer which has not run, in no order that means
  // anything. It may cancel it.
  template <class Visit>
  void visit_slots(Visit visit) {
    for (Slot slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot].kind() != Entry::Kind::timer && !cancelled(slot)) visit(slot);
    }
  }
  void clear();

 private:
  struct Place {
    std::int64_t when;
    Slot slot;
  };
  static constexpr int kDigitBits = 6;
  static constexpr int kDigits = 11;
  static constexpr std::size_t kRunLimit = 64;
  static constexpr std::size_t kSweepAt = 256;

  Slot new_slot(Entry target) {
    const Slot slot = first_free_;
    if (slot == kNoSlot) [[unlikely]] return add_slot(target);
    first_free_ = slots_[slot].as_timer();
    slots_[slot] = target;
    return slot;
  }
  Slot add_slot(Entry target);
  void free_slot(Slot slot) {
    slots_[slot] = Entry::timer(std::exchange(first_free_, slot));
    if (cancelled(slot)) [[unlikely]] marks_[slot / 64] ^= mark_of(slot);
  }
  static std::uint64_t mark_of(Slot slot) { return std::uint64_t{1} << (slot % 64); }
  bool cancelled(Slot slot) const { return (marks_[slot / 64] & mark_of(slot)) != 0; }
  void drop_next() {
    free_slot(run_[next_].slot);
    ++next_;
    --pending_;
    --cancelled_;
  }
  void insert_between(Place place);
  // Moves the end of a crowded run to the buckets; true if a timer due at `when` belongs there now.
  bool shorten_run(std::int64_t when);
  std::vector<Place>& bucket_for(std::int64_t when);
  bool refill();
  void sweep();

  std::vector<Place> run_;  // sorted; what is before next_ is used up
  std::size_t next_ = 0;
  std::int64_t horizon_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t base_ = 0;  // no timer in a bucket is due before it
  std::int64_t earliest_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t now_ = 0;   // when timers were moved last
  std::vector<Place> buckets_[kDigits][1 << kDigitBits];
  std::uint64_t occupied_[kDigits] = {};
  std::vector<Entry> slots_;          // a free one holds the number of the next free one
  Slot first_free_ = kNoSlot;
  std::vector<std::uint64_t> marks_;  // a bit for each slot: its timer was cancelled
  std::uint32_t refills_ = 0;
  std::size_t pending_ = 0;    // places in the run and the buckets
  std::size_t cancelled_ = 0;  // at least so many of them are empty; the sweep counts anew
};

}  // namespace sim::internal
