// Dpor: one schedule of each trace. Optimal dynamic partial-order reduction (Abdulla, Aronis,
// Jonsson, Sagonas, POPL 2014) on the steps of an event loop: a step is atomic, the ready queue is
// no object, and what is ready was made ready by a step.
//
// An execution shows which steps race. For each race of which the other outcome is not planned yet,
// the steps that lead to it are planned from the state before the earlier of the two. A process
// whose step has been explored from a state sleeps there until a step that conflicts with it.
//
// Sound for state that lives in Shared<T> and the library's primitives, where any ready entry may
// run next and time is strict. choose() is a decision inside a step: each answer is explored. A
// cancellation from outside is a step that need not come; of each task an execution shows the last
// state of each instant in which it could, and earlier ones follow from the races of that one.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/causality.h"
#include "sim/explore/identity_table.h"
#include "sim/explore/search.h"
#include "sim/explore/wakeup_tree.h"
#include "sim/scheduler.h"

namespace sim {

class Dpor final : public Search, private DecisionSource, private internal::Watcher {
 public:
  Dpor() : run_(segments_), sequence_(segments_) {}

  // The executions throw NotRepeated if the program does not repeat itself, and NotSuited where the
  // test uses what it does not know, or where what is ready depends on state that it does not see;
  // so does ended().
  DecisionSource* next() override;
  void ended(const ExecutionResult& result, bool new_trace) override;
  bool exhausted() const override { return exhausted_; }
  double explored() const override;

 private:
  using Scheduler = internal::Scheduler;
  using Entry = internal::Entry;

  static constexpr std::uint32_t kNone = internal::Causality::kNone;
  static constexpr std::uint32_t kNotReady = kNone - 1;

  using SegmentId = internal::SegmentId;
  // A state of the run, and the step that is made from it.
  struct Node {
    internal::WakeupTree planned;   // not begun yet
    std::vector<SegmentId> asleep;  // explored from here, or from before
    std::vector<internal::WakeupTree::Branch> taken;  // planned, and begin with the step made
    std::uint32_t process = kNone;               // whose step is made
    std::uint32_t index = 0;                     // its place in the ready queue, if asked for
    std::vector<std::uint32_t> choices;          // of each decision in the step
    std::vector<std::uint32_t> answers;
    std::uint32_t explored = 0;                  // branches that are done
    bool goes_on = false;   // there is a step that comes where nobody is cancelled
    bool went_on = false;   // which has been made

    void clear() {
      planned.branches.clear();
      asleep.clear();
      taken.clear();
      choices.clear();
      answers.clear();
      process = kNone;
      index = explored = 0;
      goes_on = went_on = false;
    }
  };
  struct Callback {
    std::uintptr_t entry;
    std::uint32_t process;
  };

  // A task that is not cancelled from outside, and could be.
  struct Cancellable {
    std::uint32_t step;  // it could be this one
    std::uint32_t process;
    std::int64_t when;
  };
  // A timer that was due.
  struct Disarmed {
    std::uint32_t step;  // that did it
    std::uint32_t process;
    std::uint32_t due_since;
    SegmentId timer;  // what it would have done
    std::vector<std::uint32_t> races;
  };

  internal::Watcher* watcher() override { return this; }
  bool wants_relations() const override { return true; }
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override;
  void on_step(const Scheduler& scheduler, Entry entry) override;
  void on_access(const Scheduler& scheduler, const internal::Object& object,
                 const internal::Access& access) override;
  void on_relation(const Scheduler& scheduler, std::uint64_t what,
                   internal::Relation how) override;
  void on_cancel(const Scheduler& scheduler, internal::TaskState& task) override;
  void on_unrelated(const char* what) override { unrelated_ = what; }
  void on_close() override;

  bool replays() const { return made_ < replayed_; }
  std::uint32_t pick_ready(const Scheduler& scheduler, std::uint32_t n);
  std::uint32_t pick_cancelled(const Scheduler& scheduler);
  std::uint32_t answer(std::uint32_t n);
  std::uint32_t canceller_of(const internal::TaskState& task);
  void set_cancellation(std::uint32_t process, std::int64_t when);
  SegmentId unknown_step(std::uint32_t process);
  void note_offers();
  void plan_cancellations();
  bool drop_plan(Node& node) const;
  std::uint32_t find_awake(const Node& node, const Scheduler& scheduler);
  [[noreturn]] void refuse() const;
  void end_step();
  SegmentId expected(std::uint32_t process) const;
  void remember(SegmentId segment);
  void look_at_queue(const Scheduler& scheduler);
  void begin_node();
  void take_planned(Node& node);
  bool sleeps_in(const Node& node, std::uint32_t process) const;
  void wake_by(const internal::Segment& step, std::vector<SegmentId>& asleep) const;
  void note_ready(const Scheduler& scheduler, Entry entry);
  // 0 for a timer that was cancelled, or would wake a task that has been woken.
  std::uint32_t process_of(const Scheduler& scheduler, Entry entry);
  std::uint32_t number_of(std::uint64_t identity);
  void replan(Node& node);
  void replan(Node& node, internal::WakeupTree::Branch& branch, std::size_t from,
              SegmentId expected, SegmentId made, bool differs);
  void plan_reversals();
  void plan_reversals_of_failure();
  bool plan_reversal(std::uint32_t earlier, std::uint32_t later);
  void note_races(Disarmed& disarmed);
  void plan_instead(const Disarmed& disarmed, std::uint32_t earlier);
  std::size_t plan_sequence(Node& node, internal::Sequence& sequence, bool may_fail = false);
  void plan(Node& node, std::uint32_t process);
  bool backtrack();

  internal::IdentityTable processes_;
  internal::IdentityTable objects_;
  std::vector<std::uint64_t> identities_;  // of each process
  std::vector<std::uint32_t> task_cancelled_by_;  // each process; kNone if none is
  internal::SegmentTable segments_;
  internal::Causality run_;
  std::vector<Node> path_;         // the first depth_ of them; the others keep their memory
  std::uint32_t depth_ = 0;
  std::vector<std::vector<SegmentId>> known_;  // of each process, latest of each step
  internal::Sequence sequence_;
  std::vector<SegmentId> replanned_;

  // Of the execution that goes on:
  const Scheduler* scheduler_ = nullptr;
  std::uint32_t replayed_ = 0;      // steps at its beginning that are those of the one before
  std::uint32_t made_ = 0;          // steps
  std::uint32_t answered_ = 0;      // decisions in the step
  internal::Segment segment_;     // of the step
  bool notes_ = false;            // it is being noted; not while it is replayed
  internal::Causality::NewStep step_;
  std::vector<std::uint32_t> ready_since_;  // of each process: the step after which it was ready
  std::vector<Callback> callbacks_;         // without an identity of their own, and ready
  std::vector<Disarmed> disarmed_;
  std::vector<std::uint32_t> offers_;  // of each process that cancels: the latest step it could be
  std::int64_t offered_at_ = 0;        // at this instant
  std::vector<Cancellable> cancellable_;  // those of all instants
  std::vector<std::uint32_t> cut_off_;      // processes that were ready when a check failed
  SegmentId unless_failed_ = kNone;         // what the step did that failed
  std::uint64_t pushed_ = 0;
  std::uint32_t ordinal_ = 0;       // of callbacks that the latest step scheduled
  std::int64_t now_ = 0;
  const char* unrelated_ = nullptr;  // what the test uses that dpor does not know
  bool begun_ = false;
  bool exhausted_ = false;
};

}  // namespace sim
