#include "sim/scheduler.h"

#include <algorithm>
#include <stdexcept>

#include "sim/event_loop.h"

namespace sim::internal {

namespace {

constexpr std::size_t kMostTimersOffered = 8;
constexpr std::uint64_t kNeverBegan = 0x6e657665;  // in a past: it was cancelled before
constexpr std::uint64_t kInjected = 0x696e6a656374;

}  // namespace

constinit thread_local Scheduler* current_scheduler = nullptr;

Scheduler::~Scheduler() { close(); }

void throw_no_running_loop() { throw std::runtime_error("no running event loop"); }

Scheduler* Scheduler::exchange_current(Scheduler* scheduler) {
  return std::exchange(current_scheduler, scheduler);
}

void Scheduler::configure(const RunOptions& options) {
  options_ = options;
  eager_ = false;
  watcher_count_ = 0;
  for (Watcher* each : {options.watcher, options.detectors,
                        options.source != nullptr ? options.source->watcher() : nullptr}) {
    if (each != nullptr) watchers_[watcher_count_++] = each;
  }
  watching_ = options.canonical || watcher_count_ != 0;
  cancellations_left_ = options.cancellations;
  offers_ = options.source != nullptr &&
            (options.cancellations != 0 || options.time != Time::strict);
  relating_ = std::ranges::any_of(watchers(), &Watcher::wants_relations);
  asks_ = watching_ || offers_ || (options.source != nullptr && options.order == Order::any);
  set_attention();
}

void Scheduler::set_attention() {
  most_steps_ = options_.max_steps != 0 ? options_.max_steps : UINT64_MAX;
  attention_ = stopping_ || failed_ || options_.limits.ready != Limits().ready ||
               (options_.source != nullptr && options_.order == Order::fifo);
}

void Scheduler::reset() {
  ready_.clear();
  timers_.clear();
  tasks_.clear();
  trace_.clear();
  happens_before_.clear();
  outside_past_ = 0;
  batch_end_ = 0;
  stopping_ = failed_ = closing_ = false;
  set_attention();
  now_ = run_began_ = 0;
  callback_objects_ = callback_unnamed_ = 0;
  callback_identity_ = 0;
  limits_reported_.clear();
  outside_calls_.clear();
  monitors_.reset();
  root_origin_ = {0, 0, 0};
  callback_origin_ = &root_origin_;
  callback_context_ = {};
  callback_rng_.reset();
}

// A task that was woken on a hint, or has not begun: false if it does not run now.
inline bool Scheduler::may_step(TaskState& task) {
  if (task.started_) return task.waiter_ == nullptr || task.waiter_->may_resume();
  task.started_ = true;
  if (!task.must_cancel_) [[likely]] return true;
  cancel_unstarted(task);
  return false;
}

inline void Scheduler::finish(TaskState& task, PromiseBase& root) {
  const ResultKind kind = root.result->kind();
  task.leaf_ = &root;
  task.destroy_root(root);
  if (kind == ResultKind::value && task.must_cancel_) [[unlikely]] {
    task.must_cancel_ = false;
    std::string message = task.extra_ != nullptr ? task.extra_->cancel_message : "";
    task.set_cancelled(make_cancelled_error(message));
    task.complete(FutureState::Status::cancelled);
  } else {
    task.complete(kind == ResultKind::value       ? FutureState::Status::value
                  : kind == ResultKind::cancelled ? FutureState::Status::cancelled
                                                  : FutureState::Status::exception);
  }
  tasks_.leave(task.ticket_);
  if (task.draining_ && --draining_ == 0) last_ended();
  task.release();
}

inline void Scheduler::trace_step(Entry entry) {
  const Entry::Kind kind = entry.kind();
  if (kind == Entry::Kind::task || kind == Entry::Kind::checked_task) {
    trace_.record(TraceEvent::Kind::task, now_, entry.as_task()->origin_.identity);
  } else {
    trace_.record(kind == Entry::Kind::timer ? TraceEvent::Kind::timer : TraceEvent::Kind::callback,
                  now_, 0);
  }
}

// One step of a task: from its suspension to the next. Coroutines that await or return to each
// other without suspending the task are resumed here in turn, so the stack never grows.
inline void Scheduler::step(TaskState& task) {
  current_ = &task;
  task.waiter_ = nullptr;
  PromiseBase* running = task.leaf_;
  for (;;) {
    running->handle().resume();
    if (next_ == 0) {
      if (task.must_cancel_) [[unlikely]] task.cancel_wait();
      return;
    }
    const std::uintptr_t next = std::exchange(next_, 0);
    if (next & kRootDone) return finish(task, *reinterpret_cast<PromiseBase*>(next - kRootDone));
    auto* coroutine = reinterpret_cast<PromiseBase*>(next);
    if (failed_) [[unlikely]] return broken_off(task, *running, *coroutine);
    // The frame that was running may be gone by the time somebody asks for the name or the stack.
    task.leaf_ = running = coroutine;
  }
}

// A failed check ends the execution between two coroutines of a task: what is to be destroyed
// begins at the one that would have been called, or at the one that has returned.
void Scheduler::broken_off(TaskState& task, PromiseBase& running, PromiseBase& next) {
  task.leaf_ = next.parent == &running ? &next : &running;
}

void Scheduler::start_eagerly(TaskState& task) {
  enter(task);
  task.started_ = true;
  if (options_.canonical) begin_past(task);
  TaskState* outer = current_;
  step(task);
  current_ = outer;
}

Scheduler::Ended Scheduler::run() {
  const bool stopped_before = std::exchange(stopping_, false);
  batch_end_ = ready_.taken();  // what the last run left behind belongs to the first iteration
  set_attention();
  if (stopped_before && begin_iteration()) [[unlikely]] stop();  // one iteration, as in asyncio
  begins_to_ask_ = false;
  do {
    if (std::exchange(begins_to_ask_, false)) batch_end_ = batch_rest_;
    switch (how_to_run()) {
      case Steps::plain: run_steps<Steps::plain>(); break;
      case Steps::traced: run_steps<Steps::traced>(); break;
      case Steps::chosen: run_steps<Steps::chosen>(); break;
    }
  } while (begins_to_ask_ && !failed_);
  if (monitors_ != nullptr && !failed_) monitors_hold();
  current_ = nullptr;
  const bool stopped = std::exchange(stopping_, false);
  if (failed_) return Ended::failed;
  return stopped ? Ended::stopped : Ended::nothing_to_run;
}

// Out of line, so that each of the three has the registers to itself.
template <Scheduler::Steps kHow>
[[gnu::noinline]] void Scheduler::run_steps() {
  constexpr bool kChosen = kHow == Steps::chosen;
  while (ready_.taken() != batch_end_ || next_iteration()) {
    if (kChosen && monitors_ != nullptr && !monitors_hold()) [[unlikely]] return;
    const Entry entry = kChosen ? choose_ready() : ready_.pop();
    if (kHow == Steps::traced || (kChosen && options_.trace)) trace_step(entry);
    if (entry.kind() != Entry::Kind::task) {
      if (entry.kind() != Entry::Kind::checked_task) {
        run_callback(entry);
        continue;
      }
      if (!may_step(*entry.as_task())) continue;
    }
    step(*entry.as_task());
  }
}

// Moves due timers to the ready queue, advancing the clock if nothing is ready. False if the run
// ends.
bool Scheduler::begin_iteration() {
  current_ = nullptr;
  if (stopping_ || failed_ || begins_to_ask_) [[unlikely]] return false;
  if (ready_.empty() && offers_) [[unlikely]] offer_cancellations();
  if (ready_.empty()) {
    std::int64_t deadline;
    if (!timers_.next_deadline(&deadline)) return false;
    now_ = std::max(now_, deadline);
    if (timers_.refills() != refills_seen_) prefetch_timers();
  }
  if (options_.source != nullptr && options_.order == Order::fifo) {
    move_due_timers();
  } else {
    timers_.move_due(now_, ready_);
  }
  batch_end_ = ready_.taken() + ready_.size();
  if (ready_.size() > options_.limits.ready) [[unlikely]] {
    report_limit("handles ready", options_.limits.ready);
  }
  if (steps() >= most_steps_) [[unlikely]] {
    report({FindingKind::livelock,
            "still running after " + std::to_string(options_.max_steps) + " steps", {}, {}});
    fail();
    return false;
  }
  return true;
}

// Where many timers are pending each one that fires misses the cache several times. The next few
// are known: their misses are taken together.
void Scheduler::prefetch_timers() {
  constexpr std::size_t kMany = 4096;
  refills_seen_ = timers_.refills();
  if (timers_.pending() < kMany) return;
  const auto task_of = [](Entry target) {
    return target && target.kind() == Entry::Kind::task ? target.as_task() : nullptr;
  };
  timers_.prefetch_nearest();
  timers_.visit_nearest([&](Entry target) {
    __builtin_prefetch(target.as_runnable());
    if (const TaskState* task = task_of(target)) {
      __builtin_prefetch(reinterpret_cast<const char*>(task) + sizeof(TaskState) - 1);
    }
  });
  timers_.visit_nearest([&](Entry target) {
    if (const TaskState* task = task_of(target)) {
      __builtin_prefetch(task->leaf_);
      __builtin_prefetch(task->waiter_);
      __builtin_prefetch(task->callbacks_.front().as_runnable());
    }
  });
}

// The same where ties are decisions: of the timers due at one instant any may fire first.
void Scheduler::move_due_timers() {
  std::int64_t deadline;
  while (timers_.next_deadline(&deadline) && deadline <= now_) {
    std::size_t at = ready_.size();
    timers_.move_due(deadline, ready_);
    for (; at + 1 < ready_.size(); ++at) {
      ready_.move_forward(at + decide(DecisionKind::timer_tie, ready_.size() - at), at);
    }
  }
}

Entry Scheduler::choose_ready() {
  // Where any may run next there are no iterations to wait for.
  if (options_.order == Order::any && timers_.earliest() <= now_) timers_.move_due(now_, ready_);
  if (offers_) [[unlikely]] {
    offer_cancellations();
    if (options_.time != Time::strict) offer_timer();
  }
  const Entry entry = options_.order == Order::any && ready_.size() > 1 ? choose_of_many()
                                                                        : ready_.pop();
  if (watching_) begin_step(entry);
  return entry;
}

// A timer that wakes a sleeper does nothing else, and nobody can tell when: it is no choice of its
// own. At the head it runs unasked; chosen from further behind it stands for the task it wakes.
Entry Scheduler::choose_of_many() {
  for (;;) {
    while (ready_.size() > 1 && only_wakes(ready_.at(0))) fire_unasked(0);
    if (ready_.size() == 1) return ready_.pop();
    const std::size_t index = decide(DecisionKind::ready, ready_.size());
    if (index == 0) return ready_.pop();
    if (!only_wakes(ready_.at(index))) return ready_.take(index);
    const std::uint64_t pushed = ready_.pushed();
    fire_unasked(index);
    if (ready_.pushed() != pushed) return ready_.take(ready_.size() - 1);
  }
}

bool Scheduler::only_wakes(Entry entry) const {
  if (entry.kind() != Entry::Kind::timer) return false;
  const Entry target = timers_.peek(entry.as_timer());
  return !target || target.kind() == Entry::Kind::task;
}

void Scheduler::fire_unasked(std::size_t index) {
  const std::uint64_t pushed = ready_.pushed();
  fire(ready_.take(index).as_timer());
  // What it woke belongs to this iteration, and so does the entry that is taken next: where one
  // ends cannot be seen.
  batch_end_ = std::max(batch_end_ + (ready_.pushed() - pushed), ready_.taken() + 1);
}

// Between two steps, and before the clock goes on, any task that has begun and waits, or has been
// woken and not resumed, may be cancelled.
void Scheduler::offer_cancellations() {
  while (cancellations_left_ != 0 && offer_cancellation()) {
  }
}

// False if none is cancelled.
bool Scheduler::offer_cancellation() {
  cancellable_ = tasks_.in_order();
  std::erase_if(cancellable_, [](const TaskState* task) { return !task->started(); });
  const std::uint32_t index = decide(DecisionKind::cancel, 1 + cancellable_.size());
  if (index == 0) return false;
  TaskState& task = *cancellable_[index - 1];
  --cancellations_left_;
  for (Watcher* each : watchers()) each->on_cancel(*this, task);
  from_outside_ = true;
  if (options_.canonical) {
    happens_before_.event(&outside_past_, kInjected + static_cast<std::uint64_t>(now_));
  }
  task.cancel("injected by the explorer");
  from_outside_ = false;
  return true;
}

// The clock goes on although something is ready: what is due then joins it.
void Scheduler::offer_timer() {
  std::int64_t deadline;
  if (!timers_.next_deadline(&deadline) || deadline <= now_) return;
  std::vector<std::int64_t>& deadlines = deadlines_;
  deadlines.assign(1, deadline);
  if (options_.time == Time::adversarial) timers_.deadlines(kMostTimersOffered, deadlines);
  const std::uint32_t index = decide(DecisionKind::timer, 1 + deadlines.size());
  if (index == 0) return;
  now_ = deadlines[index - 1];
  timers_.move_due(now_, ready_);
}

void Scheduler::run_callback(Entry entry) {
  current_ = nullptr;
  if (entry.kind() == Entry::Kind::timer) return fire(entry.as_timer());
  entry.as_runnable()->run();
}

// A task cancelled before its first step: its body never runs, and the coroutine counts as awaited.
void Scheduler::cancel_unstarted(TaskState& task) {
  current_ = &task;
  task.must_cancel_ = false;
  if (options_.canonical) happens_before_.event_of_task(task.ticket_.slot, kNeverBegan);
  task.destroy_root(*task.leaf_);
  std::string message = task.extra_ != nullptr ? task.extra_->cancel_message : "";
  task.set_cancelled(make_cancelled_error(message));
  task.complete(FutureState::Status::cancelled);
  tasks_.leave(task.ticket_);
  if (task.draining_ && --draining_ == 0) last_ended();
  task.release();
}

void Scheduler::fire(std::uint32_t slot) {
  const Entry target = timers_.take(slot);
  if (!target) return;
  if (target.kind() == Entry::Kind::runnable) return target.as_runnable()->run();
  Waiter* waiter = target.as_task()->waiter_;
  if (waiter->status() == WaitStatus::waiting) waiter->wake();
}

Ref<Context>& Scheduler::context() {
  return current_ != nullptr ? current_->extra().context : callback_context_;
}

Rng& Scheduler::rng() {
  std::optional<Rng>& own = current_ != nullptr ? current_->extra().rng : callback_rng_;
  if (!own) own.emplace(mix(options_.seed, current_ != nullptr ? current_->origin_.identity : 0));
  return *own;
}

std::uint32_t Scheduler::decide(DecisionKind kind, std::size_t n, std::string_view label) {
  if (n < 2 || options_.source == nullptr) return 0;
  const auto choices = static_cast<std::uint32_t>(n);
  const std::uint32_t index = options_.source->pick(kind, choices, {&loop_, label});
  if (index >= choices) throw std::out_of_range("a decision source chose beyond what there is");
  if (options_.tape != nullptr) options_.tape->record(choices, index);
  if (options_.trace) trace_.record(TraceEvent::Kind::decision, now_, choices, index);
  if (options_.canonical && (kind == DecisionKind::choose || kind == DecisionKind::executor)) {
    happens_before_.event(past_of_running(), index);
  }
  return index;
}

Ref<Context>& current_context() {
  thread_local Ref<Context> outside;
  return current_scheduler != nullptr ? current_scheduler->context() : outside;
}

}  // namespace sim::internal

namespace sim {

Rng& rng() { return internal::Scheduler::here().rng(); }

Duration uptime() noexcept {
  const internal::Scheduler* scheduler = internal::current_scheduler;
  return Duration(scheduler == nullptr ? 0 : scheduler->now() - scheduler->run_began());
}

TimePoint Clock::now() noexcept {
  const internal::Scheduler* scheduler = internal::current_scheduler;
  return TimePoint(Duration(scheduler == nullptr ? 0 : scheduler->now()));
}

}  // namespace sim
