// Scheduler: the loop's engine. One thread, one ready queue, one timer queue, one virtual clock;
// each step takes one entry of the ready queue and runs it to its next suspension.
//
// An iteration is asyncio's: timers that are due go behind what is ready, then as many steps run as
// entries are ready at that moment; what they schedule runs in the next one. When nothing is ready
// the clock jumps to the next deadline.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "sim/clock.h"
#include "sim/decision.h"
#include "sim/finding.h"
#include "sim/happens_before.h"
#include "sim/monitor.h"
#include "sim/ready_queue.h"
#include "sim/run_options.h"
#include "sim/task_state.h"
#include "sim/timer_queue.h"
#include "sim/trace.h"
#include "sim/watcher.h"

namespace sim {

class EventLoop;

namespace internal {

class Object;

class Scheduler {
 public:
  explicit Scheduler(EventLoop& loop) : loop_(loop) {}
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // The running one of this thread. Throws std::runtime_error when none runs.
  inline static Scheduler& here();

  EventLoop& loop() { return loop_; }
  TaskState* current() const { return current_; }
  std::int64_t now() const { return now_; }
  ReadyQueue& ready() { return ready_; }
  const ReadyQueue& ready() const { return ready_; }
  TimerQueue& timers() { return timers_; }
  const TimerQueue& timers() const { return timers_; }
  Trace& trace() { return trace_; }
  const Trace& trace() const { return trace_; }
  bool tracing() const { return options_.trace; }
  // Whether anybody wants to know of each access to an object.
  bool watching() const { return watching_; }
  // Whether anybody wants to know of what relate() tells.
  bool relating() const { return relating_; }
  // What runs has to do with something that is no Object; `what` is its identity.
  void relate(std::uint64_t what, Relation how) {
    if (relating_) [[unlikely]] tell_relation(what, how);
  }
  // The same of what has a past of its own.
  void relate(Joint& joint, Relation how) {
    if (watching_) [[unlikely]] tell_relation(joint, how);
  }
  // What runs comes after what changed `joint`, and finds nothing to do any more. Where a run is
  // shut down nobody can tell whether it has run at all.
  void note_late(Joint& joint) {
    if (!shutting_down_) return relate(joint, Relation::looks);
    relate(joint.identity, Relation::looks);
  }
  // The timer does not run any more; `who` is the identity of what it was set for.
  void disarm(TimerQueue::Slot slot, std::uint64_t who) {
    relate(who, Relation::disarms);
    timers_.cancel(slot);
  }
  // What runs uses `what`, of which relate() is not told all that matters.
  void note_unrelated(const char* what);
  void note_look(const FutureState& future);
  // What runs cancels `task`, or one that waits for it.
  void note_cancel(TaskState& task);
  // `object` is read or written by what runs; see Object::note_write().
  void access(const Object& object, const Access& access);
  // A variable of the program is: its accesses are part of the trace.
  void trace_access(const Object& variable, bool write);
  void add_monitor(Monitor monitor);
  void main_ended();
  void run_ended();
  Order order() const { return options_.order; }
  // Whether the decision source has had a task cancelled.
  bool cancelled_something() const { return cancellations_left_ != options_.cancellations; }
  // What a report calls it: the task's name, "callback", "timer".
  std::string name_of(Entry entry) const;
  // The tasks that a decision of kind `cancel` is about: choice i cancels the one at i - 1.
  const std::vector<TaskState*>& cancellable() const { return cancellable_; }
  // A task's past so far; see HappensBefore.
  std::uint64_t past_of(const TaskState& task) const {
    return happens_before_.past(task.ticket().slot);
  }
  // Equal for schedules that differ only in the order of steps that have nothing to do with each
  // other.
  std::uint64_t canonical_hash() const { return happens_before_.hash(); }
  const TaskRegistry& tasks() const { return tasks_; }
  const Limits& limits() const { return options_.limits; }
  std::uint64_t steps() const { return ready_.taken(); }
  std::uint64_t tasks_created() const { return tasks_.entered(); }

  void configure(const RunOptions& options);
  // As after construction; keeps the memory. Requires that nothing of the last run is left.
  void reset();

  void push(Entry entry) { ready_.push(entry); }
  // The running task suspends at `at` and is ready again at once. Returns the task.
  TaskState* yield(PromiseBase& at) {
    TaskState* const task = current_;
    task->leaf_ = &at;
    push(Entry::task(task));
    return task;
  }
  // Said by a coroutine as it suspends: the trampoline resumes `next`, instead of going back to the
  // ready queue.
  void resume_next(PromiseBase* next) { next_ = reinterpret_cast<std::uintptr_t>(next); }
  // Said by a task's root coroutine as it ends.
  void root_done(PromiseBase& root) { next_ = reinterpret_cast<std::uintptr_t>(&root) | kRootDone; }

  // Schedules the first step of a new task, and keeps the task until it has ended.
  void start(TaskState& task) {
    enter(task);
    push(Entry::checked_task(&task));
  }
  // The one or the other, as set_eager() says.
  void start_as_configured(TaskState& task) {
    if (eager_) [[unlikely]] return start_eagerly(task);
    start(task);
  }
  bool eager() const { return eager_; }
  void set_eager(bool eager) { eager_ = eager; }
  // Runs its first step now, inside the current one (asyncio's eager tasks).
  void start_eagerly(TaskState& task);
  // The origin of what is created at this point.
  Origin& origin() { return current_ != nullptr ? current_->origin() : *callback_origin_; }
  // A callback makes its own origin current while it runs.
  Origin* exchange_origin(Origin* origin) { return std::exchange(callback_origin_, origin); }
  Ref<Context>& context();
  // Null where the context is empty.
  const Ref<Context>* context_if_any() const {
    if (current_ == nullptr) return callback_context_ ? &callback_context_ : nullptr;
    const TaskState::Extra* extra = current_->extra_if_any();
    return extra != nullptr && extra->context ? &extra->context : nullptr;
  }
  Ref<Context> exchange_context(Ref<Context> context) {
    return std::exchange(callback_context_, std::move(context));
  }
  Rng& rng();
  // The number of the next primitive that the running task or callback makes.
  std::uint32_t next_object() {
    return current_ != nullptr ? ++current_->extra().objects : ++callback_objects_;
  }
  // For what has no name in reports, like a future: the n-th such thing of the running task or
  // callback. 0 where nobody watches.
  std::uint64_t new_identity();
  // Virtual time when the current run began.
  std::int64_t run_began() const { return run_began_; }
  void begin_run() {
    run_began_ = now_;
    ++run_number_;
  }
  std::uint64_t run_number() const { return run_number_; }

  enum class Ended { stopped, nothing_to_run, failed };
  // Runs until stop(), a failed check, or until nothing can run any more.
  Ended run();
  // The run ends with the current iteration; with the current step where any may run next, as
  // nobody knows there what belongs to an iteration.
  void stop() {
    stopping_ = attention_ = true;
    if (options_.order == Order::any) batch_end_ = ready_.taken();
    if (!shutting_down_) relate(kEverything, Relation::changes);  // whoever has not run sees it
  }
  // The run ends with the current step.
  void fail() {
    failed_ = attention_ = true;
    batch_end_ = ready_.taken();
  }
  bool failed() const { return failed_; }
  // Cancels what is left in the order of creation and runs until it has ended. False if it never
  // does.
  bool drain();
  // Runs until these tasks have ended. False if they never do. Callbacks and tasks that are left
  // get the iterations that they get in asyncio, where a gather() has to end.
  bool run_until_ended(const std::vector<Ref<TaskState>>& tasks);
  // Destroys what is left without running it. No findings any more.
  void close() noexcept;
  bool closing() const { return closing_; }

  // One choice of n, asked of the decision source where n > 1. Recorded in the trace.
  std::uint32_t decide(DecisionKind kind, std::size_t n, std::string_view label = {});
  void report(Finding finding);
  // Whether the observer is told nothing new by a finding of this kind at this place.
  bool knows(FindingKind kind, const std::source_location& place) const {
    return options_.observer != nullptr && options_.observer->knows(kind, place);
  }
  // Reports that `task` ended with an exception that leaves the run.
  void report_unhandled(TaskState& task);
  // Reports limit_exceeded for `what`, the first time only.
  void report_limit(const char* what, std::size_t limit);
  const OutsideWorld& outside_world() const { return options_.outside; }
  // Reports outside_call for what runs, at each place once.
  void report_outside_call(const char* call);
  // The step that runs takes `d` of virtual time; timers that come due meanwhile fire late.
  void spend(Duration d);

  static Scheduler* exchange_current(Scheduler* scheduler);

 private:
  static constexpr std::uintptr_t kRootDone = 1;

  void enter(TaskState& task) {
    task.retain();
    task.ticket_ = tasks_.enter(task);
    if (tasks_.size() > options_.limits.tasks) [[unlikely]] {
      report_limit("tasks alive", options_.limits.tasks);
    }
  }
  // As begin_iteration(), for the plain case: something is ready, and nothing else is to be looked
  // at.
  bool continue_iteration() {
    batch_end_ = ready_.pushed();
    return batch_end_ != ready_.taken() && timers_.earliest() > now_ && !attention_ &&
           ready_.taken() < most_steps_;
  }
  bool next_iteration() { return continue_iteration() || begin_iteration(); }
  bool begin_iteration();
  void move_due_timers();
  void prefetch_timers();
  Entry choose_ready();
  Entry choose_of_many();
  bool only_wakes(Entry entry) const;
  void fire_unasked(std::size_t index);
  void offer_cancellations();
  bool offer_cancellation();
  void offer_timer();
  std::span<Watcher* const> watchers() const { return {watchers_.data(), watcher_count_}; }
  void tell_relation(std::uint64_t what, Relation how);
  void tell_relation(Joint& joint, Relation how);
  void begin_step(Entry entry);
  bool monitors_hold();
  void trace_step(Entry entry);
  void begin_past(TaskState& task);
  std::uint64_t* past_of_running();
  void run_callback(Entry entry);
  void set_attention();
  // How steps are run: `plain`, the next one whatever it is; `traced`, the same, and recorded;
  // `chosen` by the decision source, and shown to whoever watches.
  enum class Steps : std::uint8_t { plain, traced, chosen };
  Steps how_to_run() const {
    return asks_ ? Steps::chosen : options_.trace ? Steps::traced : Steps::plain;
  }
  template <Steps kHow>
  void run_steps();
  void step(TaskState& task);
  bool may_step(TaskState& task);
  void broken_off(TaskState& task, PromiseBase& running, PromiseBase& next);
  void finish(TaskState& task, PromiseBase& root);
  void cancel_unstarted(TaskState& task);
  void fire(std::uint32_t slot);
  bool drop_scheduled() noexcept;
  void last_ended();

  ReadyQueue ready_;
  std::uint64_t batch_end_ = 0;      // this iteration ends when so many entries have been taken
  TaskState* current_ = nullptr;     // the task whose step runs or ran last; null in callbacks
  std::uintptr_t next_ = 0;          // what the trampoline does next: see resume_next()
  bool asks_ = false;                // there is a source to ask, or somebody watches
  bool begins_to_ask_ = false;       // since the step that runs
  std::uint64_t batch_rest_ = 0;     // then: where the iteration was to end
  bool watching_ = false;            // a canonical hash is made, or somebody watches
  bool relating_ = false;            // somebody wants to know of relations
  bool shutting_down_ = false;       // run_until_ended() runs
  bool from_outside_ = false;        // no step does what is being done
  bool predicates_run_ = false;      // of monitors
  bool offers_ = false;              // cancellations or late timers are decisions
  bool attention_ = false;           // an iteration begins with more than a look at the clock
  std::uint64_t most_steps_ = UINT64_MAX;  // options_.max_steps, if there is a bound
  bool eager_ = false;
  bool stopping_ = false;
  bool failed_ = false;
  bool closing_ = false;
  std::int64_t now_ = 0;
  std::int64_t run_began_ = 0;
  std::uint64_t run_number_ = 0;
  std::size_t draining_ = 0;
  std::uint32_t refills_seen_ = 0;
  TaskRegistry tasks_;
  std::vector<std::string> limits_reported_;
  Origin root_origin_{0, 0, 0};
  std::uint64_t callback_identity_ = 0;  // of the callback that runs; 0: that of its origin
  Origin* callback_origin_ = &root_origin_;
  Ref<Context> callback_context_;
  std::uint32_t callback_objects_ = 0;
  std::uint32_t callback_unnamed_ = 0;
  std::optional<Rng> callback_rng_;
  TimerQueue timers_;
  std::unique_ptr<Monitors> monitors_;  // null before the first one
  Trace trace_;
  HappensBefore happens_before_;
  std::uint64_t outside_past_ = 0;        // of who cancels tasks and is none
  std::uint32_t cancellations_left_ = 0;
  std::vector<TaskState*> cancellable_;   // of one offer
  std::vector<std::int64_t> deadlines_;  // of one offer
  std::array<Watcher*, 3> watchers_{};  // of the options, the detectors, the source's
  std::size_t watcher_count_ = 0;
  std::vector<std::source_location> outside_calls_;  // that were reported
  RunOptions options_;
  EventLoop& loop_;
};

// Null while no loop runs on this thread.
extern constinit thread_local Scheduler* current_scheduler;

[[noreturn]] void throw_no_running_loop();

inline Scheduler& Scheduler::here() {
  if (current_scheduler == nullptr) [[unlikely]] throw_no_running_loop();
  return *current_scheduler;
}

// See Scheduler::relate(); nothing where no loop runs.
inline void relate(std::uint64_t what, Relation how) {
  if (current_scheduler != nullptr) current_scheduler->relate(what, how);
}
inline void relate(Joint& joint, Relation how) {
  if (current_scheduler != nullptr) current_scheduler->relate(joint, how);
}

inline void note_unrelated(const char* what) {
  if (current_scheduler != nullptr) current_scheduler->note_unrelated(what);
}

// Reports to the running loop's observer; prints where none runs.
void report_finding(Finding finding);

inline void FutureState::note_look() const {
  if (current_scheduler != nullptr && current_scheduler->watching()) [[unlikely]] {
    current_scheduler->note_look(*this);
  }
}

inline void FutureState::complete(Status status) {
  status_ = status;
  if (current_scheduler != nullptr && current_scheduler->relating()) [[unlikely]] {
    current_scheduler->relate(identity(), Relation::adds);
  }
  if (callbacks_.empty()) return;
  const Entry single = callbacks_.front();
  if (!single || current_scheduler == nullptr) [[unlikely]] return schedule_callbacks();
  callbacks_.clear();
  if (single.kind() != Entry::Kind::runnable || single.as_runnable()->scheduled(*this)) {
    current_scheduler->push(single);
  }
}

inline void Waiter::wake() {
  status_ = WaitStatus::woken;
  current_scheduler->push(Entry::task(task_));
}
inline void Waiter::wake_to_look() {
  status_ = WaitStatus::woken;
  current_scheduler->push(Entry::checked_task(task_));
}
inline void Waiter::park(PromiseBase& at) {
  task_ = current_scheduler->current();
  status_ = WaitStatus::waiting;
  task_->suspended_at(at, this);
}
inline bool Waiter::interrupted() const {
  return status_ == WaitStatus::cancelled || task_->must_cancel();
}
inline void Waiter::resumed() const {
  if (interrupted()) [[unlikely]] task_->throw_cancelled();
}

}  // namespace internal
}  // namespace sim
