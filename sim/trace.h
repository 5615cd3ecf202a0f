// Trace: what a run did, as a flat buffer of events and a rolling hash. The hash is the same for
// the same schedule with every compiler; it holds no address, no line and no wall clock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/rng.h"

namespace sim {

struct TraceEvent {
  enum class Kind : std::uint8_t {
    task,      // a step of the task `subject`
    callback,  // a step of the callback `subject`
    timer,     // a timer fired
    decision,  // the decision source answered `value`, of `subject` choices
    access,    // the Shared variable `subject` was read (0) or written (1)
    mark,      // something the program put in: a line of its transcript
  };
  std::int64_t time;  // virtual, in nanoseconds
  std::uint64_t subject;
  std::uint32_t value;
  Kind kind;
};

class Trace {
 public:
  void record(TraceEvent::Kind kind, std::int64_t time, std::uint64_t subject,
              std::uint32_t value = 0) {
    const std::uint64_t word =
        subject ^ (static_cast<std::uint64_t>(value) << 8) ^ static_cast<std::uint64_t>(kind);
    hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15;
    hash_ ^= (hash_ >> 29) + static_cast<std::uint64_t>(time);
    if (next_ == events_.size()) [[unlikely]] make_room();
    events_[next_++] = {time, subject, value, kind};
    ++recorded_;
  }
  std::uint64_t hash() const { return internal::mix(hash_, recorded_); }
  // The latest events in their order, 2^16 of them if there were so many.
  std::vector<TraceEvent> events() const {
    const auto end = events_.begin() + static_cast<std::ptrdiff_t>(next_);
    if (forgotten() == 0) return {events_.begin(), end};
    std::vector<TraceEvent> ordered = events_;
    std::rotate(ordered.begin(), ordered.begin() + (end - events_.begin()), ordered.end());
    return ordered;
  }
  // How many came before those.
  std::uint64_t forgotten() const { return recorded_ > kKept ? recorded_ - kKept : 0; }
  // Keeps the memory.
  void clear() {
    events_.clear();
    next_ = 0;
    recorded_ = 0;
    hash_ = 0;
  }

 private:
  static constexpr std::size_t kKept = std::size_t{1} << 16;

  void make_room() {
    if (next_ == kKept) {
      next_ = 0;
    } else {
      events_.resize(std::max<std::size_t>(64, 2 * next_));
    }
  }

  std::uint64_t hash_ = 0;
  std::uint64_t recorded_ = 0;
  std::size_t next_ = 0;            // where the next event goes
  std::vector<TraceEvent> events_;  // room for them; a ring once it is kKept long
};

}  // namespace sim
