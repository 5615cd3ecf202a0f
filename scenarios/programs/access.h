// What the programs of this folder are made of: accesses with a scheduling point before each, and
// tasks that all stand before their first access when the first of them runs.
//
//   sim::Coro<> increment(sim::Shared<int>& x) {
//     const int seen = co_await read(x);     // another task may run before this
//     co_await write(x, seen + 1);           // and before this
//   }
//   co_await together(increment(x), increment(x));
//
// An access is one yield() and then the access, in one step. Nothing else is a scheduling point, so
// a program has as many interleavings as its table of accesses says. Reports place an access where
// the program asks for it.
#pragma once

#include <concepts>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include "primitives/primitives.h"

namespace programs {

using Place = std::source_location;

template <class T>
sim::Coro<T> read(const sim::Shared<T>& variable, Place place = Place::current()) {
  co_await sim::yield();
  co_return variable.get(place);
}

template <class T>
sim::Coro<> write(sim::Shared<T>& variable, std::type_identity_t<T> value,
                  Place place = Place::current()) {
  co_await sim::yield();
  variable.set(std::move(value), place);
}

// variable += d in two accesses: a read, then a write.
template <class T>
sim::Coro<> add(sim::Shared<T>& variable, std::type_identity_t<T> d,
                Place place = Place::current()) {
  const T seen = co_await read(variable, place);
  co_await write(variable, seen + d, place);
}

// variable += d in one access; gives the new value.
template <class T>
sim::Coro<T> atomic_add(sim::Shared<T>& variable, std::type_identity_t<T> d,
                        Place place = Place::current()) {
  co_await sim::yield();
  co_return variable.fetch_add(d, place) + d;
}

template <class T>
sim::Coro<bool> compare_exchange(sim::Shared<T>& variable, std::type_identity_t<T> expected,
                                 std::type_identity_t<T> desired,
                                 Place place = Place::current()) {
  co_await sim::yield();
  co_return variable.compare_exchange(expected, desired, place);
}

// L: an attempt to acquire is the access; who has to wait for the lock waits in its queue.
inline sim::Coro<sim::Guard<sim::Lock>> lock(sim::Lock& mutex) {
  co_await sim::yield();
  co_return co_await mutex.guard();
}

// U
inline sim::Coro<> unlock(sim::Guard<sim::Lock>& guard) {
  co_await sim::yield();
  guard.release();
}

inline sim::Coro<> wait(sim::Condition& condition) {
  co_await sim::yield();
  co_await condition.wait();
}

inline sim::Coro<> notify(sim::Condition& condition) {
  co_await sim::yield();
  condition.notify();
}

// Runs each as a task and waits for all of them, then throws what the first that failed threw.
// They are eager: each comes to its first scheduling point, and no further, as it is made.
inline sim::Coro<> together(std::vector<sim::Coro<>> bodies) {
  std::vector<sim::Task<>> tasks;
  for (sim::Coro<>& body : bodies) tasks.push_back(sim::create_eager_task(std::move(body)));
  const std::vector<sim::Outcome<void>> ended = co_await sim::gather_settled(std::move(tasks));
  for (const sim::Outcome<void>& each : ended) each.value();
}

template <std::same_as<sim::Coro<>>... Bodies>
sim::Coro<> together(Bodies... bodies) {
  std::vector<sim::Coro<>> all;
  (all.push_back(std::move(bodies)), ...);
  return together(std::move(all));
}

}  // namespace programs
