// Await: what co_await does inside our coroutines.
//
// An awaiter of ours has three functions: ready() says whether the task need not suspend,
// suspend(at) parks it at the coroutine `at`, resume() gives the value or throws. make_awaiter(x)
// makes the awaiter of an operand; Await adapts it to the language. All of it is built in place:
// g++ 12 copies what an await_transform returns by reference.
#pragma once

#include <concepts>
#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

#include "sim/promise.h"
#include "sim/scheduler.h"

namespace sim {

template <class T>
class Coro;

namespace internal {

template <class A>
concept Awaiter = requires(A& awaiter, PromiseBase& at) {
  { awaiter.ready() } -> std::same_as<bool>;
  awaiter.suspend(at);
  awaiter.resume();
};

// The awaiter of an operand that is one itself: it stays where it is.
template <Awaiter A>
class Borrowed {
 public:
  explicit Borrowed(A& awaiter) : awaiter_(awaiter) {}
  bool ready() { return awaiter_.ready(); }
  void suspend(PromiseBase& at) { awaiter_.suspend(at); }
  decltype(auto) resume() { return awaiter_.resume(); }

 private:
  A& awaiter_;
};

template <Awaiter A>
  requires(!std::is_lvalue_reference_v<A>)
Borrowed<A> make_awaiter(A&& awaiter) {
  return Borrowed<A>(awaiter);
}

template <class A>
class Await {
 public:
  template <class X>
  explicit Await(X&& operand) : awaiter_(make_awaiter(std::forward<X>(operand))) {}
  Await(const Await&) = delete;
  Await& operator=(const Await&) = delete;

  bool await_ready() { return awaiter_.ready(); }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
    awaiter_.suspend(coroutine.promise());
  }
  decltype(auto) await_resume() { return awaiter_.resume(); }

 private:
  A awaiter_;
};

template <class X>
concept Awaitable = requires(X&& operand) { make_awaiter(std::forward<X>(operand)); };

template <class X>
using AwaiterOf = decltype(make_awaiter(std::declval<X>()));

// What `co_await x` gives, without references to what is inside.
template <class X>
using AwaitResult = std::remove_cvref_t<decltype(std::declval<AwaiterOf<X>&>().resume())>;

// What our coroutines have in common.
struct AwaitingPromise : PromiseBase {
  template <class X>
  auto await_transform(X&& operand,
                       std::source_location here = std::source_location::current()) {
    static_assert(Awaitable<X> || !std::is_lvalue_reference_v<X>,
                  "this is awaited once, as an rvalue: co_await std::move(x)");
    static_assert(Awaitable<X>,
                  "a sim::Coro awaits what simloop makes; bring other callbacks in with a Future");
    place = here;
    return Await<AwaiterOf<X>>(std::forward<X>(operand));
  }
};

}  // namespace internal
}  // namespace sim
