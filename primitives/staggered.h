// staggered_race(): starts coroutines one after the other and takes the first that succeeds ("happy
// eyeballs").
//
//   std::vector<std::function<sim::Coro<Connection>()>> attempts = ...;
//   auto race = co_await sim::staggered_race(attempts, 250ms);
//   if (race.winner) use(*race.winner); else std::rethrow_exception(race.exceptions.back());
//
// The first starts in the next iteration, and each further one when the one before it has failed or
// `delay` has passed since it was started. When one returns, the others are cancelled. The race
// resumes who awaits it once all that were started have ended, two iterations after the last.
// Cancelling it cancels them all, waits for them, and throws. Source:
// asyncio.staggered.staggered_race, as since CPython 3.13.2.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "primitives/event.h"
#include "primitives/wait_for.h"
#include "sim/event_loop.h"
#include "sim/outcome.h"
#include "sim/task.h"

namespace sim {

template <class T>
struct StaggeredResult {
  // What the winner returned (void as std::monostate); none if all failed.
  std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> winner;
  // Which of the functions it was.
  std::optional<std::size_t> index;
  // What each that was started threw, in their order; null for the winner.
  std::vector<std::exception_ptr> exceptions;
};

namespace internal {

template <class F>
class StaggeredRace {
 public:
  using T = typename std::invoke_result_t<F&>::value_type;

  StaggeredRace(std::vector<F> functions, std::optional<Duration> delay)
      : functions_(std::move(functions)), delay_(delay) {}
  StaggeredRace(const StaggeredRace&) = delete;
  StaggeredRace& operator=(const StaggeredRace&) = delete;

  Coro<StaggeredResult<T>> run() {
    Event may_start;
    start(may_start, nullptr);
    std::exception_ptr cancellation;
    while (!running_.empty()) {
      all_ended_ = running_loop().create_future<void>();
      const Outcome<void> waited = co_await settle(all_ended_);
      if (waited.has_value()) continue;
      cancellation = waited.exception();
      for (const Task<>& task : running_) task.cancel(cancel_message(cancellation));
    }
    if (cancellation != nullptr) std::rethrow_exception(cancellation);
    co_return std::move(result_);
  }

 private:
  // A task that starts the next function when it is time. It may be eager, and begin before it is
  // one of those that run: then it waits for `may_start`.
  void start(Event& may_start, Event* previous_failed) {
    Task<> task = create_task(run_next(may_start, previous_failed), "staggered_race");
    running_.push_back(task);
    task.add_done_callback([this, task] { ended(task); });
    may_start.set();
  }
  void ended(const Task<>& task) {
    std::erase(running_, task);
    if (running_.empty() && all_ended_ && !all_ended_.done()) all_ended_.set_result();
  }

  // What the next one waits for; it may outlive the one that it follows.
  struct Turn {
    Event failed;
    Event next_may_start;
  };

  Coro<> run_next(Event& may_start, Event* previous_failed) {
    co_await may_start.wait();
    if (previous_failed != nullptr) co_await its_turn(*previous_failed);
    const std::size_t index = next_++;
    if (index >= functions_.size()) co_return;
    Turn& turn = turns_.emplace_back();
    Event& failed = turn.failed;
    Event& next_may_start = turn.next_may_start;
    result_.exceptions.emplace_back();
    start(next_may_start, &failed);
    Outcome<T> ended = co_await settle(call(index));
    if (!ended.has_value()) {
      result_.exceptions[index] = ended.exception();
      failed.set();
      co_return;
    }
    result_.index = index;
    if constexpr (std::is_void_v<T>) {
      result_.winner.emplace();
    } else {
      result_.winner.emplace(std::move(ended).value());
    }
    const AnyTask winner = current_task();
    for (const Task<>& task : running_) {
      if (!(AnyTask(task) == winner)) task.cancel();
    }
  }
  Coro<T> call(std::size_t index) { co_return co_await std::invoke(functions_[index]); }
  // Until the one before has failed or the delay is over.
  Coro<> its_turn(Event& previous_failed) {
    if (!delay_) {
      co_await previous_failed.wait();
      co_return;
    }
    const Outcome<void> waited = co_await settle(wait_for(previous_failed.wait(), *delay_));
    if (waited.cancelled()) waited.value();
  }

  std::vector<F> functions_;
  std::deque<Turn> turns_;
  std::optional<Duration> delay_;
  std::size_t next_ = 0;
  std::vector<Task<>> running_;  // in the order of their creation
  Future<void> all_ended_;
  StaggeredResult<T> result_;
};

template <class F>
Coro<StaggeredResult<typename StaggeredRace<F>::T>> run_staggered_race(
    std::vector<F> functions, std::optional<Duration> delay) {
  StaggeredRace<F> race(std::move(functions), delay);
  co_return co_await race.run();
}

}  // namespace internal

// The functions are called without arguments and return Coro<T>.
template <class F, class Rep, class Period>
auto staggered_race(std::vector<F> functions, std::chrono::duration<Rep, Period> delay) {
  return internal::run_staggered_race(std::move(functions),
                                      std::optional(internal::to_duration(delay)));
}
// Each starts only when the one before it has failed.
template <class F>
auto staggered_race(std::vector<F> functions, std::nullopt_t) {
  return internal::run_staggered_race(std::move(functions), std::optional<Duration>());
}

}  // namespace sim
