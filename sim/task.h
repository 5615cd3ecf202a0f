// Task<T>: a coroutine that the loop runs, and a handle to its result. create_task() schedules the
// first step behind what is ready; who awaits the task resumes one iteration after it ended.
//
//   sim::Task<int> task = sim::create_task(answer(), "answer");
//   int a = co_await task;
//
// The loop keeps a task alive until it has ended; dropping the handle does not stop it.
// Cancellation is asyncio's: see Task::cancel. Source: asyncio.Task, asyncio.create_task.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/coro.h"
#include "sim/future.h"

namespace sim {

// A closure that stands inside a co_await expression is destroyed twice by g++ 12 unless that does
// nothing (docs/gcc12.md).
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#define SIM_INTERNAL_CHECK_CLOSURE(F)                                                       \
  static_assert(std::is_lvalue_reference_v<F> ||                                           \
                    std::is_trivially_destructible_v<std::remove_cvref_t<F>>,              \
                "g++ 12 destroys this temporary closure twice: name the lambda first, or " \
                "capture by reference")
#else
#define SIM_INTERNAL_CHECK_CLOSURE(F) static_assert(true)
#endif

template <class T = void>
class Task : public internal::ResultHandle<T, internal::TaskStateOf<T>, Task<T>> {
  using Base = internal::ResultHandle<T, internal::TaskStateOf<T>, Task<T>>;

 public:
  using Base::Base;

  std::string name() const { return this->state()->name(); }
  void set_name(std::string name) const { this->state()->extra().name = std::move(name); }
  // How many cancel() requests have not been taken back by uncancel().
  int cancelling() const { return static_cast<int>(this->state()->seen_cancelling()); }
  // Takes one request back; returns what is left. At 0 a cancellation not yet thrown is dropped.
  int uncancel() const { return static_cast<int>(this->state()->uncancel()); }
  // The coroutines from the one suspended to the task's own, with the place each stands at.
  std::string stack() const { return this->state()->stack(); }
};

// A task of any type of result.
class AnyTask {
 public:
  AnyTask() = default;
  template <class T>
  AnyTask(const Task<T>& task) : state_(task.state()) {}
  explicit AnyTask(internal::TaskState* state) : state_(state) {}

  explicit operator bool() const { return static_cast<bool>(state_); }
  bool done() const { return looked_at().done(); }
  bool cancelled() const { return looked_at().cancelled(); }
  bool cancel(std::string message = "") const { return state()->cancel(message); }
  std::exception_ptr exception() const { return state()->exception(); }
  std::string name() const { return state()->name(); }
  void set_name(std::string name) const { state()->extra().name = std::move(name); }
  int cancelling() const { return static_cast<int>(state()->seen_cancelling()); }
  int uncancel() const { return static_cast<int>(state()->uncancel()); }
  std::string stack() const { return state()->stack(); }
  friend bool operator==(const AnyTask& a, const AnyTask& b) {
    return a.state_.get() == b.state_.get();
  }

  internal::TaskState* state() const {
    if (!state_) throw InvalidStateError("an empty handle");
    return state_.get();
  }

 private:
  const internal::TaskState& looked_at() const {
    state()->note_look();
    return *state_;
  }
  internal::Ref<internal::TaskState> state_;
};

// The task whose step runs; empty in a callback. Throws std::runtime_error outside a run.
AnyTask current_task();
// The tasks that have not ended, in the order of their creation.
std::vector<AnyTask> all_tasks();

namespace internal {

class AnyTaskAwaiter : public FutureWaiter {
 public:
  explicit AnyTaskAwaiter(const AnyTask& task) : FutureWaiter(Ref<FutureState>(task.state())) {}
  void resume() {
    check_resumed();
    if (future().status() != FutureState::Status::value) {
      throw_error(future().cancelled() ? ResultKind::cancelled : ResultKind::exception,
                  future().error());
    }
  }
};

}  // namespace internal

template <class T>
internal::LvalueFutureAwaiter<T, internal::TaskStateOf<T>> make_awaiter(const Task<T>& task) {
  return internal::LvalueFutureAwaiter<T, internal::TaskStateOf<T>>(*task.state());
}
template <class T>
internal::LvalueFutureAwaiter<T, internal::TaskStateOf<T>> make_awaiter(Task<T>& task) {
  return make_awaiter(std::as_const(task));
}
template <class T>
internal::RvalueFutureAwaiter<T, internal::TaskStateOf<T>> make_awaiter(Task<T>&& task) {
  return internal::RvalueFutureAwaiter<T, internal::TaskStateOf<T>>(task.take_state());
}
template <class X>
  requires std::same_as<std::remove_cvref_t<X>, AnyTask>
internal::AnyTaskAwaiter make_awaiter(X&& task) {
  return internal::AnyTaskAwaiter(task);
}

namespace internal {

// A new task, not started. It has a copy of the context it is made in.
template <class T>
TaskStateOf<T>* make_task(Scheduler& scheduler, Coro<T>& coro) {
  auto* state = TaskStateOf<T>::make(scheduler.origin().next(), *coro.release_frame());
  if (const Ref<Context>* context = scheduler.context_if_any()) [[unlikely]] {
    state->extra().context = *context;
  }
  return state;
}

}  // namespace internal

// Makes a task of a coroutine, or of anything else that can be awaited, and schedules its first
// step. Its name defaults to the coroutine's with the number of the task among its siblings. Throws
// std::runtime_error outside a run. asyncio.create_task.
template <class T>
Task<T> create_task(Coro<T> coro) {
  internal::Scheduler& scheduler = internal::Scheduler::here();
  internal::TaskStateOf<T>* state = internal::make_task(scheduler, coro);
  Task<T> task(state);
  scheduler.start_as_configured(*state);
  return task;
}
template <class T>
Task<T> create_task(Coro<T> coro, std::string name) {
  internal::Scheduler& scheduler = internal::Scheduler::here();
  Task<T> task(internal::make_task(scheduler, coro));
  task.set_name(std::move(name));
  scheduler.start_as_configured(*task.state());
  return task;
}
template <class X>
  requires internal::Awaitable<X>
auto create_task(X&& awaitable, std::string name = "") {
  return create_task(internal::as_coro(std::forward<X>(awaitable)), std::move(name));
}

// Makes a task whose first step runs at once, inside the caller's; one that ends there has never
// been in the ready queue. Python 3.12's eager tasks.
template <class T>
Task<T> create_eager_task(Coro<T> coro, std::string name = "") {
  internal::Scheduler& scheduler = internal::Scheduler::here();
  Task<T> task(internal::make_task(scheduler, coro));
  if (!name.empty()) task.set_name(std::move(name));
  scheduler.start_eagerly(*task.state());
  return task;
}

// Makes a task of fn(args...), which returns a Coro, and keeps the callable and copies of the
// arguments alive as long as it runs (give std::ref for a reference). The safe way to run a
// lambda's coroutine.
template <class F, class... Args>
auto spawn(F&& function, Args&&... args) {
  SIM_INTERNAL_CHECK_CLOSURE(F);
  struct Kept {
    std::decay_t<F> function;
    decltype(std::make_tuple(std::forward<Args>(args)...)) arguments;
  };
  auto kept = std::make_shared<Kept>(std::forward<F>(function),
                                     std::make_tuple(std::forward<Args>(args)...));
  auto coro = std::apply(
      [&](auto&... each) {
        return std::invoke(kept->function, std::forward<decltype(each)>(each)...);
      },
      kept->arguments);
  auto task = create_task(std::move(coro));
  if (!task.done()) task.state()->extra().kept = std::move(kept);
  return task;
}

}  // namespace sim
