// EventLoop: asyncio's loop. Seldom needed by name: running_loop() gives it to code that schedules
// callbacks or makes futures.
//
//   sim::Handle beat = sim::running_loop().call_later(1s, [] { ... });
//   beat.cancel();
//
// Callbacks run as steps of their own, each one iteration after it was scheduled, in order; they
// may use everything that does not suspend.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "sim/callback.h"
#include "sim/clock.h"
#include "sim/future.h"
#include "sim/scheduler.h"
#include "sim/shutdown.h"
#include "sim/task.h"

namespace sim {

// A scheduled callback. Copyable; dropping it does not cancel.
class Handle {
 public:
  Handle() = default;
  explicit Handle(internal::CallbackState* state) : state_(state) {}

  // False for an empty one.
  explicit operator bool() const { return static_cast<bool>(state_); }
  // The callback will not run. No effect once it has run.
  void cancel() const {
    if (state_) state_->cancel();
  }
  bool cancelled() const { return state_ && state_->cancelled(); }
  // When it is due, for one of call_later or call_at.
  TimePoint when() const { return TimePoint(Duration(state_ ? state_->when() : 0)); }

 private:
  internal::Ref<internal::CallbackState> state_;
};

// What the exception handler is told: asyncio's keys. What is not concerned is empty.
struct ExceptionContext {
  std::string message;
  std::exception_ptr exception;
  AnyTask task = {};          // that failed
  AnyFuture future = {};      // whose exception nobody looked at; a task stands in both
  Handle handle = {};         // the callback that failed, where call_soon and the like gave one
  std::string asyncgen = {};  // the asynchronous generator that failed to close
};

class EventLoop {
 public:
  using ExceptionHandler = std::function<void(EventLoop&, const ExceptionContext&)>;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs f() in the next iteration.
  template <class F>
  Handle call_soon(F function) {
    auto* state = new internal::CallbackOf<F>(std::move(function));
    Handle handle(state);
    state->schedule_soon();
    return handle;
  }
  // Runs f() once `d` has passed, or in the next iteration if d is not positive.
  template <class Rep, class Period, class F>
  Handle call_later(std::chrono::duration<Rep, Period> d, F function) {
    return call_at(internal::after(time(), internal::to_duration(d)), std::move(function));
  }
  // Runs f() at `when`; timers of one instant run in the order they were scheduled.
  template <class F>
  Handle call_at(TimePoint when, F function) {
    auto* state = new internal::CallbackOf<F>(std::move(function));
    Handle handle(state);
    state->schedule_at(when.time_since_epoch().count());
    return handle;
  }
  TimePoint time() const { return TimePoint(Duration(scheduler_.now())); }
  template <class T = void>
  Future<T> create_future() {
    return Future<T>(new internal::ValueState<T>());
  }
  // Ends the run with the current iteration, or the current step under Order::any; the next run
  // with its first iteration if none goes on. Who runs the loop until its main task has ended gets
  // std::runtime_error if it has not; what is left stays for the next run.
  void stop() { scheduler_.stop(); }

  // What is told of exceptions that nobody can catch: those of callbacks, of tasks that fail and
  // generators that fail to close while the loop shuts down, and of futures that go without
  // anybody having looked at their exception (those are the finding exception_never_retrieved too).
  // It runs in the context of the task or callback that failed, whoever dropped the last handle.
  // Null restores the default, which reports unhandled_exception.
  void set_exception_handler(ExceptionHandler handler) { handler_ = std::move(handler); }
  void call_exception_handler(const ExceptionContext& context);
  bool has_exception_handler() const { return handler_ != nullptr; }

  // Whether create_task() starts tasks eagerly (asyncio.eager_task_factory).
  bool eager_tasks() const { return scheduler_.eager(); }
  void set_eager_tasks(bool eager) { scheduler_.set_eager(eager); }

  // The runtime's.
  internal::Scheduler& scheduler() { return scheduler_; }
  const internal::Scheduler& scheduler() const { return scheduler_; }
  internal::Shutdown& shutdown() { return shutdown_; }
  // As new, with its memory. False if a handle outlived the last run: the loop has to go then.
  bool reset();
  internal::Arena& arena() { return *arena_; }

 private:
  internal::Arena* arena_;
  internal::Scheduler scheduler_;
  internal::Shutdown shutdown_;
  ExceptionHandler handler_;
};

// The loop that runs on this thread. Throws std::runtime_error when none does.
EventLoop& running_loop();

namespace internal {

// Makes a loop the running one for a scope.
class Running {
 public:
  explicit Running(EventLoop& loop)
      : scheduler_(Scheduler::exchange_current(&loop.scheduler())),
        arena_(std::exchange(current_arena, &loop.arena())) {}
  ~Running() {
    Scheduler::exchange_current(scheduler_);
    current_arena = arena_;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Scheduler* scheduler_;
  Arena* arena_;
};

}  // namespace internal
}  // namespace sim
