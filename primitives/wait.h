// wait(): waits for some of several tasks or futures to end, without cancelling or throwing
// anything.
//
//   auto [done, pending] = co_await sim::wait(tasks, {1s, sim::ReturnWhen::first_completed});
//   for (auto& task : pending) task.cancel();
//
// Both come in the order of the arguments. A timeout is no error: what has not ended by then is
// pending. Cancelling who waits cancels nothing else. Source: asyncio.wait.
#pragma once

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "primitives/wait_state.h"
#include "sim/coro.h"
#include "sim/task.h"

namespace sim {

// How long to wait, and for what.
struct WaitOptions {
  WaitOptions() = default;
  WaitOptions(ReturnWhen when) : return_when(when) {}
  template <class Rep, class Period>
  WaitOptions(std::chrono::duration<Rep, Period> d, ReturnWhen when = ReturnWhen::all_completed)
      : timeout(internal::to_duration(d)), return_when(when) {}

  std::optional<Duration> timeout;  // none: without limit
  ReturnWhen return_when = ReturnWhen::all_completed;
};

template <class H>
struct WaitResult {
  std::vector<H> done;
  std::vector<H> pending;
};

// The handles are tasks of one type, AnyTask, or futures of one type; each counts once. Throws
// std::invalid_argument if there are none, std::runtime_error if a pending one is another loop's.
template <class H>
Coro<WaitResult<H>> wait(std::vector<H> handles, WaitOptions options = WaitOptions()) {
  if (handles.empty()) throw std::invalid_argument("wait: no tasks or futures to wait for");
  std::vector<internal::Ref<internal::FutureState>> futures;
  for (const H& handle : handles) {
    internal::require_own<std::runtime_error>("wait for", *handle.state());
    futures.emplace_back(handle.state());
  }
  internal::WaitSet set(std::move(futures), options.return_when);
  co_await set.wait(options.timeout);
  WaitResult<H> result;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    if (set.seen_before(i)) continue;
    (handles[i].done() ? result.done : result.pending).push_back(std::move(handles[i]));
  }
  co_return result;
}

// The same for handles one by one; tasks of several types come back as AnyTask.
template <class First, class... More>
auto wait(WaitOptions options, First first, More... more) {
  constexpr bool kSame = (std::is_same_v<First, More> && ...);
  std::vector<std::conditional_t<kSame, First, AnyTask>> handles;
  handles.reserve(1 + sizeof...(more));
  handles.emplace_back(std::move(first));
  (handles.emplace_back(std::move(more)), ...);
  return wait(std::move(handles), options);
}

}  // namespace sim
