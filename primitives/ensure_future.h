// ensure_state(): the state of a future or task, or of the task made of a coroutine or another
// awaitable. Source: asyncio.ensure_future.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "sim/future.h"
#include "sim/task.h"

namespace sim::internal {

template <class T>
Ref<TaskStateOf<T>> ensure_state(Coro<T>&& coro) {
  return create_task(std::move(coro)).take_state();
}
template <class T>
Ref<TaskStateOf<T>> ensure_state(const Task<T>& task) {
  return Ref<TaskStateOf<T>>(task.state());
}
template <class T>
Ref<TaskStateOf<T>> ensure_state(Task<T>&& task) {
  return task.take_state();
}
template <class T>
Ref<TaskStateOf<T>> ensure_state(Task<T>& task) {
  return ensure_state(std::as_const(task));
}
template <class T>
Ref<ValueState<T>> ensure_state(const Future<T>& future) {
  return Ref<ValueState<T>>(future.state());
}
template <class T>
Ref<ValueState<T>> ensure_state(Future<T>&& future) {
  return future.take_state();
}
template <class T>
Ref<ValueState<T>> ensure_state(Future<T>& future) {
  return ensure_state(std::as_const(future));
}
template <class X>
  requires(!std::is_lvalue_reference_v<X> && Awaitable<X>)
auto ensure_state(X&& awaitable) {
  return create_task(as_coro(std::move(awaitable))).take_state();
}

// What a state's result is, void as std::monostate.
template <class State>
using ValueOf = std::conditional_t<
    std::is_void_v<decltype(std::declval<State&>().result().take())>, std::monostate,
    std::remove_cvref_t<decltype(std::declval<State&>().result().take())>>;

// The value of a state that has one: moved out if nobody else can ask for it, or if it cannot be
// copied.
template <class State>
ValueOf<State> take_value(State& state) {
  if constexpr (std::is_void_v<decltype(state.result().take())>) {
    return {};
  } else if constexpr (kCopyable<ValueOf<State>>) {
    if (!state.unique()) return std::as_const(state.result()).get();
    return state.result().take();
  } else {
    return state.result().take();
  }
}

template <class State>
auto take_settled(State& state) {
  using T = decltype(state.result().take());
  using Value = std::conditional_t<std::is_void_v<T>, void, ValueOf<State>>;
  state.mark_retrieved();
  if (state.status() != FutureState::Status::value) {
    return Outcome<Value>(state.error(), state.cancelled() || is_cancelled_error(state.error()));
  }
  if constexpr (std::is_void_v<T>) {
    return Outcome<void>();
  } else {
    return Outcome<Value>(take_value(state));
  }
}

}  // namespace sim::internal
