// Trace: what a run did, as a flat buffer of events and a rolling hash. The hash is the same for
// the same schedule with every compiler; it holds no address, no line and no wall clock.
#pragma once

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
    events_.push_back({time, subject, value, kind});
    if (events_.size() == kKept) [[unlikely]] forget();
  }
  std::uint64_t hash() const { return internal::mix(hash_, events_.size() + forgotten_); }
  // The latest events, at least 2^19 of them if there were so many.
  const std::vector<TraceEvent>& events() const { return events_; }
  std::uint64_t forgotten() const { return forgotten_; }
  void clear() {
    events_.clear();
    forgotten_ = 0;
    hash_ = 0;
  }

 private:
  static constexpr std::size_t kKept = std::size_t{1} << 20;

  void forget() {
    const auto middle = events_.begin() + kKept / 2;
    events_.erase(events_.begin(), middle);
    forgotten_ += kKept / 2;
  }

  std::uint64_t hash_ = 0;
  std::uint64_t forgotten_ = 0;
  std::vector<TraceEvent> events_;
};

}  // namespace sim
