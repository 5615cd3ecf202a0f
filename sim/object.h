// Object: what primitives and Shared variables have in common: an identity that does not depend on
// the schedule (the n-th object of the task that made it), the place it was made at, and words for
// reports.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include "sim/scheduler.h"

namespace sim::internal {

class Object {
 public:
  Object(const char* kind, std::source_location place)
      : kind_(kind), place_(place), identity_(next_identity()) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // "Lock made at a.cc:12".
  std::string describe() const;
  std::uint64_t identity() const { return identity_; }
  const char* kind() const { return kind_; }
  std::source_location place() const { return place_; }
  // What has been done to it; kept by the scheduler.
  HappensBefore::Past& past() const { return past_; }

  // What runs looks at the object's state, or changes it. `what` says it in reports, before the
  // name of the object: "acquires".
  void note_read(const char* what = "reads") const {
    if (current_scheduler != nullptr && current_scheduler->watching()) [[unlikely]] {
      note(what, false);
    }
  }
  void note_write(const char* what = "writes") const {
    if (current_scheduler != nullptr && current_scheduler->watching()) [[unlikely]] {
      note(what, true);
    }
  }
  // The object goes while it is held (by `holder`, null for a callback) or waited for: reports
  // destroyed_in_use, but not while a loop is torn down, and detaches the waiters.
  void destroyed_in_use(bool held, const TaskState* holder, WaiterList& waiters) const;

 private:
  static std::uint64_t next_identity();
  void note(const char* what, bool write) const;

  const char* kind_;
  std::source_location place_;
  std::uint64_t identity_;
  mutable HappensBefore::Past past_;
};

}  // namespace sim::internal
