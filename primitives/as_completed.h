// as_completed(): tasks or futures one by one, in the order in which they end.
//
//   auto ended = sim::as_completed(std::move(fetches));   // a vector of Coros, tasks or futures
//   while (auto* fetch = co_await ended.next()) {
//     std::string page = co_await *fetch;                 // does not suspend; throws what it threw
//   }
//
// Coroutines become tasks at the call, in the order of the vector. next() gives a pointer to the
// handle of one that has ended, null when all have been given, and does not look at how it ended.
// It resumes two iterations after the end of what it waits for. With a timeout, next() throws
// TimeoutError for each that has not ended by then; nothing is cancelled. Cancelling who waits
// cancels nothing else; the next() that was cancelled counts as one, so one fewer is given, as in
// asyncio. A pending future of another loop throws std::invalid_argument. Source:
// asyncio.as_completed.
#pragma once

#include <optional>
#include <source_location>
#include <stdexcept>
#include <utility>
#include <vector>

#include "primitives/completions.h"
#include "primitives/ensure_future.h"

namespace sim {

// H is Task<T>, AnyTask or Future<T>.
template <class H>
class AsCompleted {
 public:
  class NextHandle;
  using Next = internal::Operation<NextHandle, AsCompleted*>;

  AsCompleted(std::vector<H> handles, std::optional<Duration> timeout, std::source_location place)
      : handles_(std::move(handles)), completions_(states(handles_), timeout, place) {}

  // co_await it: the handle of the next one that has ended, here until this object goes.
  Next next() { return Next(this); }

 private:
  static std::vector<internal::Ref<internal::FutureState>> states(const std::vector<H>& handles) {
    std::vector<internal::Ref<internal::FutureState>> states;
    for (const H& handle : handles) {
      internal::require_own<std::invalid_argument>("wait for", *handle.state());
      states.emplace_back(handle.state());
    }
    return states;
  }
  std::vector<H> handles_;
  internal::Completions completions_;
};

template <class H>
class AsCompleted<H>::NextHandle : public internal::NextCompletion {
 public:
  explicit NextHandle(AsCompleted* of)
      : NextCompletion(of->completions_), handles_(&of->handles_) {}
  H* resume() {
    const std::optional<std::size_t> index = NextCompletion::resume();
    return index ? &(*handles_)[*index] : nullptr;
  }

 private:
  std::vector<H>* handles_;
};

namespace internal {

template <class H>
std::vector<H> as_handles(std::vector<H> handles) {
  return handles;
}
template <class T>
std::vector<Task<T>> as_handles(std::vector<Coro<T>> coros) {
  std::vector<Task<T>> tasks;
  tasks.reserve(coros.size());
  for (Coro<T>& coro : coros) tasks.push_back(create_task(std::move(coro)));
  return tasks;
}

}  // namespace internal

template <class X>
auto as_completed(std::vector<X> awaitables,
                  std::source_location place = std::source_location::current()) {
  using Handles = decltype(internal::as_handles(std::move(awaitables)));
  return AsCompleted<typename Handles::value_type>(internal::as_handles(std::move(awaitables)),
                                                   std::nullopt, place);
}
// The time counts from the call.
template <class X, class Rep, class Period>
auto as_completed(std::vector<X> awaitables, std::chrono::duration<Rep, Period> timeout,
                  std::source_location place = std::source_location::current()) {
  using Handles = decltype(internal::as_handles(std::move(awaitables)));
  return AsCompleted<typename Handles::value_type>(internal::as_handles(std::move(awaitables)),
                                                   internal::to_duration(timeout), place);
}

}  // namespace sim
