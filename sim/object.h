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

// What an object is called in reports, also when it has gone.
struct ObjectName {
  const char* kind;
  std::source_location place;  // where it was made
  std::uint32_t number;        // of the objects of the task that made it

  // "Lock made at a.cc:12"; of one that a container made, "Lock number 3 of its task".
  std::string to_string() const;
};

// What a Lock gives as its kind, to be known by its address.
inline constexpr char kLockKind[] = "Lock";

class Object {
 public:
  Object(const char* kind, std::source_location place)
      : name_{kind, place, next_number()}, identity_(identity_of(name_.number)) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() {
    // Whoever uses it comes before or finds it gone.
    if (current_scheduler != nullptr) current_scheduler->relate(identity_, Relation::changes);
    seal() = dead_seal();
  }

  const ObjectName& name() const { return name_; }
  std::string describe() const { return name_.to_string(); }
  std::uint64_t identity() const { return identity_; }
  const char* kind() const { return name_.kind; }
  // What has been done to it; kept by the scheduler.
  HappensBefore::Past& past() const { return past_; }

  // Whether anybody is to be told of accesses.
  static bool watching() {
    return current_scheduler != nullptr && current_scheduler->watching();
  }
  // What runs looks at the object's state, or changes it. `what` says it in reports, before the
  // name of the object: "acquires". One that has been destroyed is the finding use_after_scope, and
  // the execution ends here by a throw, before anything dead is touched.
  void note_read(const char* what = "reads", Act act = Act::reads,
                 std::source_location place = {}, ShownValue value = {}) const {
    if (watching()) [[unlikely]] note({what, act, false, place, value});
  }
  void note_write(const char* what = "writes", Act act = Act::writes,
                  std::source_location place = {}, ShownValue value = {}) const {
    if (watching()) [[unlikely]] note({what, act, true, place, value});
  }
  // For those who look at the object before they say what they do to it.
  void check_alive() const {
    if (watching() && is_dead()) [[unlikely]] used_after_scope({"uses", Act::reads, false, {}});
  }
  // The object goes while it is held (by `holder`, in words; empty if it is not) or waited for:
  // reports destroyed_in_use, but not while a loop is torn down, and detaches the waiters.
  void destroyed_in_use(const std::string& holder, WaiterList& waiters) const;

 private:
  static std::uint32_t next_number();
  static std::uint64_t identity_of(std::uint32_t number);
  void note(const Access& access) const;
  void used_after_scope(const Access& access) const;
  // Written once more as the object goes, which no compiler is to leave out: whoever finds it, and
  // what it seals as it was, has the remains of an object before him and no other memory.
  volatile std::uint64_t& seal() const { return seal_; }
  std::uint64_t dead_seal() const {
    return identity_ ^ reinterpret_cast<std::uintptr_t>(name_.kind) ^ 0x64656164646561;
  }
  bool is_dead() const { return seal() == dead_seal(); }

  // First what nobody misses: malloc writes into the first 16 bytes of what is given back.
  mutable HappensBefore::Past past_;
  ObjectName name_;
  std::uint64_t identity_;
  mutable std::uint64_t seal_ = 0;
};

}  // namespace sim::internal
