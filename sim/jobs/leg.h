// Leg: a part of an exploration that the workers make together, the head or a round, as the parent
// keeps it until all of it is made and can be counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/jobs/area.h"
#include "sim/jobs/crew.h"
#include "sim/jobs/death.h"

namespace sim::jobs {

// What came of an execution besides its trace.
struct Events {
  std::vector<Finding> warnings;
  std::optional<Found> failure;
  std::optional<Failure> differs;
  AloneProgress behind_failure;  // or behind what differs
  std::optional<std::string> not_repeated;
  std::optional<std::string> refused;
  std::optional<Crash> crash;
};

// By the numbers of the executions.
class EventLog {
 public:
  // What the message says, if it says anything of an execution.
  void note(const Message& message);
  void note_crash(std::uint64_t number, Crash crash) { events_[number].crash = std::move(crash); }
  // All but the crashes is to be told again.
  void keep_crashes();
  // What there is of this one, or null. All before it is forgotten.
  Events* find(std::uint64_t number);
  std::map<std::uint64_t, Events>& left() { return events_; }

 private:
  std::map<std::uint64_t, Events> events_;
};

struct Leg {
  Leg(std::uint64_t first, std::uint64_t behind, std::size_t round)
      : begin(first), end(behind), index(round), made(behind - first) {}

  // Those of them that are in the leg.
  void collect(Records& records);
  bool was_made(std::uint64_t number) const {
    return number >= begin && number < end && made[number - begin].has_value();
  }
  std::uint64_t executions() const;

  std::uint64_t begin;  // the number of the first execution
  std::uint64_t end;    // the one behind the last
  std::size_t index;    // of the round
  std::string order;    // RoundOrder, for those that made the round before
  std::set<Crew::Slot> busy;
  std::map<Crew::Slot, std::uint64_t> goes_on_at;  // of those in the place of one that died
  std::vector<std::optional<Made>> made;           // by number, counted from `begin`
  std::optional<AloneProgress> progress;           // at its end
  bool is_whole = true;                            // nothing has ended it sooner
};

}  // namespace sim::jobs
