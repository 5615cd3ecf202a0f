// HappensBefore: which trace a run belongs to, found out while it runs.
//
// Two schedules are one trace (Mazurkiewicz) when they differ only in the order of steps that have
// nothing to do with each other. Each task carries a hash of its own past: its steps, and for every
// access to an object what the object had been through. So the hashes of all tasks together are the
// same for all schedules of a trace, whatever the order in which they were added up.
//
// A write comes after all accesses before it; a read comes after the write before it.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/rng.h"

namespace sim::internal {

class HappensBefore {
 public:
  // What an object has been through.
  struct Past {
    std::uint64_t write = 0;  // the latest one
    std::uint64_t reads = 0;  // those since, in any order
  };

  // The task `identity` begins; `slot` is where it stands in the registry.
  void begin_task(std::uint32_t slot, std::uint64_t identity) {
    if (slot >= tasks_.size()) tasks_.resize(slot + std::size_t{1});
    tasks_[slot] = identity;
    sum_ += identity;
  }
  void step_of_task(std::uint32_t slot, std::int64_t now) { advance(tasks_[slot], now); }
  // A callback has no past but who made it.
  void step_of_callback(std::uint64_t identity, std::int64_t now) {
    callback_ = identity;
    sum_ += identity;
    advance(callback_, now);
  }
  // Something that the task did or that was done to it: the answer to choose(), a cancellation.
  void event_of_task(std::uint32_t slot, std::uint64_t what) { advance(tasks_[slot], what); }
  void event(std::uint64_t* past, std::uint64_t what) { advance(*past, what); }

  void read(std::uint64_t* accessor, std::uint64_t object, Past& past) {
    past.reads += advance(*accessor, object ^ past.write);
  }
  void write(std::uint64_t* accessor, std::uint64_t object, Past& past) {
    past.write = advance(*accessor, (object + 1) ^ (past.write + past.reads * kFactor));
    past.reads = 0;
  }
  // As if the reads so far had been one write.
  static void part(Past& past) {
    if (past.reads != 0) past.write = mix(past.write, past.reads);
    past.reads = 0;
  }
  std::uint64_t past(std::uint32_t slot) const { return slot < tasks_.size() ? tasks_[slot] : 0; }
  std::uint64_t* task(std::uint32_t slot) { return &tasks_[slot]; }
  std::uint64_t* callback() { return &callback_; }

  std::uint64_t hash() const { return sum_; }
  void clear() {
    sum_ = 0;
    callback_ = 0;
  }

 private:
  static constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;

  // One more event in a past; the sum follows.
  std::uint64_t advance(std::uint64_t& past, std::uint64_t what) {
    sum_ -= past;
    std::uint64_t x = (past ^ what) * kFactor;
    x ^= x >> 32;
    x = (x + past) * 0xc4ceb9fe1a85ec53;
    past = x ^ (x >> 29);
    sum_ += past;
    return past;
  }

  std::uint64_t sum_ = 0;
  std::uint64_t callback_ = 0;
  std::vector<std::uint64_t> tasks_;
};

}  // namespace sim::internal
