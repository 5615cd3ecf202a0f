// async_with(): an asynchronous context manager, as Python's `async with`.
//
//   co_await sim::async_with(session, [&]() -> sim::Coro<> { co_await use(session); });
//
// Awaits manager.aenter(), then the body, then manager.aexit(exception), which is null if the body
// ended with a value. All run in the awaiting task; aexit runs however the body ends, cancellation
// included, and not if aenter throws. Where aexit returns a Coro<bool>, true swallows the body's
// exception. Source: Python's data model, 3.4.5.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "sim/outcome.h"
#include "sim/task.h"

namespace sim {

namespace internal {

template <class Manager>
using Entered = AwaitResult<decltype(std::declval<Manager&>().aenter())>;
template <class Manager>
inline constexpr bool kSwallows =
    std::is_same_v<AwaitResult<decltype(std::declval<Manager&>().aexit(nullptr))>, bool>;

// The body's coroutine; the body may take what aenter() gave.
template <class Body, class Value>
auto call_body(Body& body, std::optional<Value>& entered) {
  if constexpr (std::is_invocable_v<Body&, Value&>) {
    return std::invoke(body, *entered);
  } else {
    return std::invoke(body);
  }
}

template <class Manager, class Body>
using EnteredSlot = std::optional<
    std::conditional_t<std::is_void_v<Entered<Manager>>, std::monostate, Entered<Manager>>>;
template <class Manager, class Body>
using BodyResult = typename decltype(call_body(
    std::declval<Body&>(), std::declval<EnteredSlot<Manager, Body>&>()))::value_type;
// A body whose exception may be swallowed has no value then.
template <class Manager, class T>
using WithResult =
    std::conditional_t<kSwallows<Manager> && !std::is_void_v<T>, std::optional<T>, T>;

template <class T, class Manager, class Body>
Coro<WithResult<Manager, T>> run_with(Manager& manager, Body body) {
  EnteredSlot<Manager, Body> entered;
  if constexpr (std::is_void_v<Entered<Manager>>) {
    co_await manager.aenter();
  } else {
    entered.emplace(co_await manager.aenter());
  }
  Outcome<T> ended = co_await settle(call_body(body, entered));
  if constexpr (kSwallows<Manager>) {
    const bool swallowed = co_await manager.aexit(ended.exception());
    if (swallowed && !ended.has_value()) co_return WithResult<Manager, T>();
  } else {
    co_await manager.aexit(ended.exception());
  }
  co_return std::move(ended).value();
}

}  // namespace internal

// The manager must outlive the block. The body may take a reference to what aenter() gives. Where
// aexit can swallow, a body with a result gives an optional.
template <class Manager, class Body>
auto async_with(Manager& manager, Body&& body) {
  SIM_INTERNAL_CHECK_CLOSURE(Body);
  using T = internal::BodyResult<Manager, std::decay_t<Body>>;
  return internal::run_with<T, Manager, std::decay_t<Body>>(manager, std::forward<Body>(body));
}

}  // namespace sim
