// timeout(): bounds the time that a block of code may take.
//
//   auto body = [&](sim::Timeout& limit) -> sim::Coro<> {
//     co_await connect();
//     limit.reschedule(sim::now() + 10s);
//     co_await transfer();
//   };
//   co_await sim::timeout(5s, body);       // throws TimeoutError
//
// The body runs in the awaiting task. When the deadline comes the task is cancelled, and the
// CancelledError becomes a TimeoutError as it leaves the block, unless somebody else has asked for
// a cancellation too: then it stays one. Timeouts nest. A timeout that comes due takes two loop
// iterations until the body is thrown out. Source: asyncio.timeout, asyncio.timeout_at.
#pragma once

#include <functional>
#include <optional>
#include <source_location>
#include <utility>

#include "sim/outcome.h"
#include "sim/task.h"

namespace sim {

// The handle that the body of timeout() gets.
class Timeout final : private internal::Runnable {
 public:
  explicit Timeout(std::optional<TimePoint> when,
                   std::source_location place = std::source_location::current())
      : when_(when), place_(place) {}
  ~Timeout() { disarm(); }
  Timeout(const Timeout&) = delete;
  Timeout& operator=(const Timeout&) = delete;

  // The deadline; none if it never comes.
  std::optional<TimePoint> when() const {
    internal::relate(joint_, internal::Relation::looks);
    return when_;
  }
  // Sets another deadline, or none. One that has passed takes effect in the next iteration. Throws
  // std::runtime_error once the timeout has expired or its block was left.
  void reschedule(std::optional<TimePoint> when);
  // Whether the deadline came before the body ended.
  bool expired() const {
    internal::relate(joint_, internal::Relation::looks);
    return state_ == State::expiring || state_ == State::expired;
  }

  // The block's two ends, called in the task it runs in; leave() throws TimeoutError where that is
  // what becomes of a cancellation.
  void enter();
  void leave(bool cancelled);

 private:
  // created --enter--> entered --the timer--> expiring --leave--> expired
  //                       \------leave------> exited
  enum class State : std::uint8_t { created, entered, expiring, expired, exited };

  void run() override;
  std::uint64_t identity() const override { return joint_.identity; }
  void drop() noexcept override { slot_ = internal::TimerQueue::kNoSlot; }
  void disarm();
  [[noreturn]] void throw_misused(const char* how) const;

  std::optional<TimePoint> when_;
  std::source_location place_;
  internal::Ref<internal::TaskState> task_;
  mutable internal::Joint joint_{.identity = 0};
  std::uint32_t cancelling_at_entry_ = 0;
  internal::TimerQueue::Slot slot_ = internal::TimerQueue::kNoSlot;
  State state_ = State::created;
};

namespace internal {

template <class T, class Body>
Coro<T> run_timeout(std::optional<TimePoint> when, Body body, std::source_location place) {
  Timeout timeout(when, place);
  timeout.enter();
  Outcome<T> ended = co_await settle(std::invoke(body, timeout));
  timeout.leave(ended.cancelled());
  co_return std::move(ended).value();
}

}  // namespace internal

// Runs body(Timeout&) with a deadline at `when`; without one there is no limit.
template <class Body>
auto timeout_at(std::optional<TimePoint> when, Body&& body,
                std::source_location place = std::source_location::current()) {
  SIM_INTERNAL_CHECK_CLOSURE(Body);
  using T = typename std::invoke_result_t<Body&, Timeout&>::value_type;
  return internal::run_timeout<T, std::decay_t<Body>>(when, std::forward<Body>(body), place);
}
// Runs body(Timeout&) for at most `d` from now.
template <class Rep, class Period, class Body>
auto timeout(std::chrono::duration<Rep, Period> d, Body&& body,
             std::source_location place = std::source_location::current()) {
  return timeout_at(internal::after(now(), internal::to_duration(d)), std::forward<Body>(body),
                    place);
}
template <class Body>
auto timeout(std::nullopt_t, Body&& body,
             std::source_location place = std::source_location::current()) {
  return timeout_at(std::nullopt, std::forward<Body>(body), place);
}

}  // namespace sim
