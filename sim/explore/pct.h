// Pct: probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A
// randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010).
//
// Tasks have random priorities, and the one with the highest runs. At up to d-1 decisions, drawn
// beforehand, the task that is to run falls below all others. So a bug that d ordering constraints
// make certain is found with a probability of at least 1/(n k^(d-1)) in n tasks and k decisions.
//
// A chain of callbacks has one priority (Ozkan et al., "Randomized testing of distributed systems
// with probabilistic guarantees", OOPSLA 2018): the first callback that a step schedules has the
// priority of that step, each other one its own. A timer has that of the task it wakes.
//
// Where this differs from the paper: the number of change points is itself drawn from 0..d-1, so
// that shallow bugs are found sooner; k is the most decisions that an execution had so far; and a
// task that runs a thousand times in a row while others wait falls, too.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/explore/identity_table.h"
#include "sim/explore/patience.h"
#include "sim/explore/pending.h"
#include "sim/explore/profile.h"
#include "sim/explore/sampler.h"

namespace sim {

class Pct final : public Sampler {
 public:
  // `depth` is the paper's d, at least 1.
  Pct(std::uint64_t seed, std::uint32_t depth, std::shared_ptr<Profile> profile);
  const char* sampler() const override { return "pct"; }

 private:
  using Priority = std::uint64_t;
  struct Change {
    std::uint64_t decision;
    Priority priority;  // that the task falls to
    friend auto operator<=>(const Change&, const Change&) = default;
  };
  // Which chain a task is, in the execution (counted from 1) that it was last seen in.
  struct TaskChain {
    std::uint64_t execution = 0;
    std::uint32_t chain = 0;
  };

  void begin() override;
  void stop_learning() override { profile_->stop_learning(); }
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) override;
  // The chain that a new entry of the ready queue belongs to.
  std::uint32_t chain_of(const internal::Scheduler& scheduler, internal::Entry entry);
  std::uint32_t new_chain();
  // The index of the pending entry with the highest priority; of several the first.
  std::uint32_t highest();

  std::uint32_t depth_;
  std::shared_ptr<Profile> profile_;
  std::vector<Change> changes_;  // of this execution, by their decisions
  std::size_t next_change_ = 0;
  std::uint64_t decisions_ = 0;
  Priority lowest_ = 0;  // who is demoted for want of patience falls below this
  internal::Pending<std::uint32_t> pending_;  // their chains
  std::vector<Priority> priorities_;          // of the chains
  std::uint32_t latest_ = kNone;  // the chain that ran last, while a callback may go on with it
  internal::IdentityTable task_numbers_;
  std::vector<TaskChain> tasks_;
  internal::Patience patience_;

  static constexpr std::uint32_t kNone = 0xffffffff;
};

}  // namespace sim
