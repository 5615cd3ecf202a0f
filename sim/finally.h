// finally_do(): asynchronous cleanup on every exit, cancellation included. C++ has no co_await in a
// handler, and a destructor cannot suspend.
//
//   co_await sim::finally_do([&]() -> sim::Coro<> { co_await use(connection); },
//                            [&]() -> sim::Coro<> { co_await connection.close(); });
#pragma once

#include <functional>
#include <utility>

#include "sim/coro.h"
#include "sim/outcome.h"
#include "sim/task.h"

namespace sim {

namespace internal {

template <class T, class Body, class Cleanup>
Coro<T> run_finally(Body body, Cleanup cleanup) {
  Outcome<T> ended = co_await settle(std::invoke(body));
  co_await std::invoke(cleanup);
  co_return std::move(ended).value();
}

}  // namespace internal

// Runs body(), then cleanup(), both in the awaiting task; gives the body's result or rethrows its
// exception. If the cleanup throws, that is what is thrown. A cancellation that comes during the
// body ends the body first; one during the cleanup ends the cleanup.
template <class Body, class Cleanup>
auto finally_do(Body&& body, Cleanup&& cleanup) {
  SIM_INTERNAL_CHECK_CLOSURE(Body);
  SIM_INTERNAL_CHECK_CLOSURE(Cleanup);
  using T = typename std::invoke_result_t<Body&>::value_type;
  return internal::run_finally<T, std::decay_t<Body>, std::decay_t<Cleanup>>(
      std::forward<Body>(body), std::forward<Cleanup>(cleanup));
}

}  // namespace sim
