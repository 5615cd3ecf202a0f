// Profile: what earlier executions have shown of the program: which tasks there are and who made
// them, how many steps each takes, and which objects each of those steps touches.
//
// Samplers that look ahead are given one; it may be the same for all, so that each learns from the
// executions of the others. A step is known by its task and how many steps of that came before:
// nothing that depends on the schedule or the compiler. What a step touches is a set of 64 bits;
// from the 65th object on several share one.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/identity_table.h"
#include "sim/watcher.h"

namespace sim {

// What a step reads and writes.
struct Footprint {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;

  bool conflicts_with(const Footprint& other) const {
    return ((writes & (other.reads | other.writes)) | (reads & other.writes)) != 0;
  }
  bool touches(std::uint64_t bits) const { return ((reads | writes) & bits) != 0; }
  Footprint& operator|=(const Footprint& other) {
    reads |= other.reads;
    writes |= other.writes;
    return *this;
  }
};

class Profile final : private internal::Watcher {
 public:
  struct Task {
    std::uint32_t parent = 0;           // who made it; 0 if that is no task
    std::uint32_t steps = 0;            // taken in this execution
    std::uint32_t most_steps = 0;       // that it took in one before
    std::vector<Footprint> footprints;  // of its n-th step, all executions together
    Footprint all;                      // of all of those
  };

  // An execution that is watched begins.
  void begin();
  internal::Watcher* watcher() { return this; }

  // Tasks by their numbers. A parent's is smaller than its child's; number 0 stands for all
  // callbacks together, whose steps are not counted.
  const std::vector<Task>& tasks() const { return tasks_; }
  // The number of the task that `entry` continues.
  std::uint32_t number_of(const internal::Scheduler& scheduler, internal::Entry entry);
  // What the next step of that task is expected to touch. Empty for one never seen before.
  Footprint next_footprint(std::uint32_t number) const;
  // What the latest step has touched.
  const Footprint& latest() const { return latest_; }
  // The bits of objects that several tasks touched, of which some wrote.
  std::uint64_t contended() const { return several_ & written_; }

  // The most decisions about the order that an execution had.
  std::uint64_t most_decisions() const { return most_decisions_; }
  void saw_decisions(std::uint64_t count) {
    if (count > most_decisions_) most_decisions_ = count;
  }

 private:
  std::uint32_t enter(const internal::TaskState& task);
  void on_step(const internal::Scheduler& scheduler, internal::Entry entry) override;
  void on_access(const internal::Scheduler& scheduler, const internal::Object& object,
                 bool write) override;

  static constexpr std::uint32_t kMostFootprints = 4096;  // later steps are not told apart
  static constexpr int kBits = 64;

  internal::IdentityTable task_numbers_;
  internal::IdentityTable object_numbers_;
  std::vector<Task> tasks_ = std::vector<Task>(1);
  std::uint32_t running_ = 0;  // the number of the task that takes the latest step
  Footprint latest_;
  std::uint32_t first_user_[kBits] = {};  // the task that was the first to touch it, plus 1
  std::uint64_t several_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t most_decisions_ = 0;
};

}  // namespace sim
