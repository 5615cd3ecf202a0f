// wait_for(): awaits something for a limited time.
//
//   std::string page = co_await sim::wait_for(fetch(url), 3s);    // throws TimeoutError
//
// A coroutine runs inside the awaiting task, without a task of its own. When the time is up it is
// cancelled and awaited before TimeoutError is thrown; a result it gives in spite of that is
// returned. With no time at all (zero or less) a coroutine never starts. Cancelling who waits
// cancels what it waits for. Source: asyncio.wait_for.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "primitives/ensure_future.h"
#include "primitives/timeout.h"
#include "primitives/wait_state.h"

namespace sim {

namespace internal {

// Cancels a future and waits until it has ended.
template <class T, class X>
Coro<T> wait_for_no_time(X awaitable) {
  auto state = ensure_state(std::move(awaitable));
  if (!state->done()) {
    require_own<std::runtime_error>("wait for", *state);
    WaitSet set({Ref<FutureState>(state.get())}, ReturnWhen::all_completed);
    state->cancel("");
    co_await set.wait(std::nullopt);
    if (state->cancelled()) throw TimeoutError();
  }
  state->mark_retrieved();
  if constexpr (std::is_void_v<T>) {
    state->result().take();
  } else {
    if (state->status() != FutureState::Status::value) state->result().get();  // throws
    co_return take_value(*state);
  }
}

template <class T, class X>
Coro<T> wait_for_until(X awaitable, Duration d) {
  Timeout limit(after(now(), d));
  limit.enter();
  Outcome<T> ended = co_await settle(std::move(awaitable));
  limit.leave(ended.cancelled());
  co_return std::move(ended).value();
}

}  // namespace internal

// Gives what `awaitable` gives: a copy, if it is a task or future that others hold too. The time
// counts from the co_await.
template <class X, class Rep, class Period>
  requires internal::Awaitable<X>
auto wait_for(X&& awaitable, std::chrono::duration<Rep, Period> d) {
  using Operand = std::remove_cvref_t<X>;
  using T = internal::AwaitResult<Operand>;
  const Duration limit = internal::to_duration(d);
  if (limit <= Duration::zero()) {
    return internal::wait_for_no_time<T, Operand>(std::forward<X>(awaitable));
  }
  return internal::wait_for_until<T, Operand>(std::forward<X>(awaitable), limit);
}
// Without a limit.
template <class X>
  requires internal::Awaitable<X>
auto wait_for(X&& awaitable, std::nullopt_t) {
  return internal::as_coro<std::remove_cvref_t<X>>(std::forward<X>(awaitable));
}

}  // namespace sim
