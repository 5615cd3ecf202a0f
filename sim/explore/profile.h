// Profile: what earlier executions have shown of the program: which tasks there are and who made
// them, how many steps each takes, and which objects each of those steps touches.
//
// Samplers that look ahead are given one; it may be the same for all, so that each learns from the
// executions of the others. A step is known by its task, how many steps of that came before, and
// the lines that the coroutines of the task stand at: after a branch the n-th step may be one or
// the other. Lines are only compared with each other, so it is enough that compilers agree on which
// awaits stand in one line. What a step touches is a set of 64 bits; from the 65th object on
// several share one.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/identity_table.h"
#include "sim/watcher.h"

namespace sim {

namespace internal {

// Where a task stands: a hash of the lines that its coroutines stand at.
std::uint64_t lines_of(const TaskState& task);

}  // namespace internal

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
  // What the n-th step of a task was, one of possibly several variants of it.
  struct Site {
    Footprint touched;               // in all executions together
    std::uint32_t visits = 0;
    std::uint32_t next_variant = 0;  // another site of the same n; 0 for none
  };
  struct Task {
    std::uint32_t parent = 0;          // who made it; 0 if that is no task
    std::uint32_t steps = 0;           // taken in this execution
    std::uint32_t most_steps = 0;      // that it took in one before
    std::vector<std::uint32_t> sites;  // the first variant of each of its steps
    Footprint all;                     // of all of them
  };
  struct Next {
    std::uint32_t task;
    Footprint expected;
  };

  // An execution that is watched begins.
  void begin();
  // What is known stays as it is from now on. A task or an object that is met later is known for
  // the rest of its execution.
  void stop_learning();
  internal::Watcher* watcher() { return this; }

  // Tasks by their numbers. A parent's is smaller than its child's; number 0 stands for all
  // callbacks together, whose steps are not counted.
  const std::vector<Task>& tasks() const { return tasks_; }
  // The number of the task that `entry` continues.
  std::uint32_t number_of(const internal::Scheduler& scheduler, internal::Entry entry);
  // The same, and what its next step is expected to touch: what it touched whenever the task stood
  // there; if it never did, as many steps from its beginning, what it touched there at other times;
  // if not that either, all that the task ever touched.
  Next next_of(const internal::Scheduler& scheduler, internal::Entry entry);
  const Site& site(std::uint32_t number) const { return sites_[number]; }
  // The bit that stands for `object` in a footprint.
  std::uint64_t bit_of(const internal::Object& object);
  // What the latest step has touched.
  const Footprint& latest() const { return latest_; }
  // The bits of objects that several tasks touched, of which some wrote.
  std::uint64_t contended() const { return several_ & written_; }

  // The most decisions about the order that an execution had.
  std::uint64_t most_decisions() const { return most_decisions_; }
  void saw_decisions(std::uint64_t count) {
    if (learns_ && count > most_decisions_) most_decisions_ = count;
  }

 private:
  // Numbers of what was met while it learned, then of what is met in an execution behind that.
  class Numbers {
   public:
    std::uint32_t find(std::uint64_t identity) {
      const std::uint32_t known = known_.find(identity);
      if (known != 0 || met_.size() == 1) return known;
      const std::uint32_t met = met_.find(identity);
      return met == 0 ? 0 : known_.size() - 1 + met;
    }
    std::uint32_t number_of(std::uint64_t identity, bool learns) {
      if (learns) return known_.number_of(identity);
      const std::uint32_t found = find(identity);
      return found != 0 || identity == 0 ? found : known_.size() - 1 + met_.number_of(identity);
    }
    void forget_met() {
      if (met_.size() > 1) met_ = internal::IdentityTable();
    }
    std::uint32_t known() const { return known_.size(); }

   private:
    internal::IdentityTable known_;
    internal::IdentityTable met_;
  };

  std::uint32_t number_of(const internal::TaskState& task);
  std::uint32_t site_of(std::uint64_t key);
  void on_step(const internal::Scheduler& scheduler, internal::Entry entry) override;
  void on_access(const internal::Scheduler& scheduler, const internal::Object& object,
                 const internal::Access& access) override;

  static constexpr std::uint32_t kMostSites = 4096;  // later steps of a task are not told apart
  static constexpr int kBits = 64;

  Numbers task_numbers_;
  Numbers object_numbers_;
  internal::IdentityTable site_numbers_;
  std::vector<Task> tasks_ = std::vector<Task>(1);
  std::vector<Site> sites_ = std::vector<Site>(1);
  std::uint32_t running_ = 0;  // the number of the task that takes the latest step
  std::uint32_t site_ = 0;     // where that began; 0 if it is not told apart
  std::uint32_t place_ = 0;    // the same for any number of steps
  Footprint latest_;
  std::uint32_t first_user_[kBits] = {};  // the task that was the first to touch it, plus 1
  std::uint64_t several_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t most_decisions_ = 0;
  bool learns_ = true;
};

}  // namespace sim
