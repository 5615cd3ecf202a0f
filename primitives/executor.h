// to_thread(), run_in_executor(): give a plain function to a thread and await its result.
//
//   Index index = co_await sim::to_thread(build_index, std::cref(files));
//   sim::Future<int> answer = sim::run_in_executor(compute, 42);
//
// In simulation there is no thread: the function runs as a step of its own, after a latency that
// the decision source chooses: none (in the next iteration), or 1, 10 or 100 ms. So functions may
// run, and their results arrive, in another order than they were given. A result, or what the
// function threw, arrives an iteration after it ran, and who awaits it resumes in the one after
// that. Cancelling who awaits it does not stop the function: it runs, and nobody is told what it
// returned. A loop that closes waits for its functions to run.
//
// The function may do what a callback may: use everything that does not suspend, and take virtual
// time with busy(). Source: asyncio.to_thread, loop.run_in_executor.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sim/callback.h"
#include "sim/future.h"
#include "sim/task.h"

namespace sim {

namespace internal {

// A function on its way: it is called, then its result is delivered, each in a step of its own.
class ExecutorCall : public Runnable {
 public:
  // What the function sees of context variables: a copy of what its caller sees, or nothing, as in
  // a thread that was there before.
  enum class Context : bool { copied, empty };

  // Throws std::runtime_error if the loop has shut its executor down.
  void submit();
  void run() final;
  void drop() noexcept final { delete this; }
  std::uint64_t identity() const final { return scope_.identity() + called_; }

 protected:
  explicit ExecutorCall(Context context);
  virtual ~ExecutorCall() = default;

 private:
  virtual void call() noexcept = 0;
  virtual void deliver() = 0;

  CallbackScope scope_;
  bool called_ = false;
};

template <class R>
class ExecutorFuture final : public ValueState<R> {
 public:
  std::string describe() const override { return "a function in an executor"; }
};

template <class R, class F>
class ExecutorCallOf final : public ExecutorCall {
 public:
  ExecutorCallOf(Context context, ValueState<R>& future, F function)
      : ExecutorCall(context), future_(&future), function_(std::move(function)) {}

 private:
  void call() noexcept override {
    try {
      if constexpr (std::is_void_v<R>) {
        function_();
        result_.emplace();
      } else {
        result_.emplace(function_());
      }
    } catch (...) {
      result_.set_current_exception();
    }
  }
  void deliver() override {
    future_->note_look();
    if (future_->done()) return;  // cancelled
    if (result_.kind() != ResultKind::value) return future_->set_exception(result_.error());
    if constexpr (std::is_void_v<R>) {
      future_->set_result();
    } else {
      future_->set_result(result_.take());
    }
  }

  Ref<ValueState<R>> future_;
  F function_;
  Result<R> result_;
};

template <class F>
auto start_call(ExecutorCall::Context context, F function) {
  using R = std::decay_t<std::invoke_result_t<F&>>;
  Scheduler::here();
  Future<R> future(new ExecutorFuture<R>());
  auto call = std::make_unique<ExecutorCallOf<R, F>>(context, *future.state(), std::move(function));
  call->submit();
  call.release();  // belongs to the loop
  return future;
}

template <class T, class F>
Coro<T> run_to_thread(F function) {
  Future<T> future = start_call(ExecutorCall::Context::copied, std::move(function));
  co_return co_await std::move(future);
}

// A function of nothing that calls `function` once with copies of the arguments.
template <class F, class... Args>
auto bind_call(F&& function, Args&&... args) {
  return [function = std::decay_t<F>(std::forward<F>(function)),
          arguments = std::make_tuple(std::forward<Args>(args)...)]() mutable -> decltype(auto) {
    return std::apply(std::move(function), std::move(arguments));
  };
}

}  // namespace internal

// Awaits function(args...), called when the coroutine is awaited, with copies of the arguments
// (give std::ref for a reference) and of the context.
template <class F, class... Args>
auto to_thread(F&& function, Args&&... args) {
  SIM_INTERNAL_CHECK_CLOSURE(F);
  auto call = internal::bind_call(std::forward<F>(function), std::forward<Args>(args)...);
  using T = std::decay_t<std::invoke_result_t<decltype(call)&>>;
  return internal::run_to_thread<T>(std::move(call));
}

// Gives function(args...) to the loop's executor now. The function sees no context variable that is
// set.
template <class F, class... Args>
auto run_in_executor(F&& function, Args&&... args) {
  SIM_INTERNAL_CHECK_CLOSURE(F);
  return internal::start_call(
      internal::ExecutorCall::Context::empty,
      internal::bind_call(std::forward<F>(function), std::forward<Args>(args)...));
}

}  // namespace sim
