// Barrier: lets tasks go on only when a fixed number of them have come.
//
//   sim::Barrier barrier(3);
//   std::size_t index = co_await barrier.wait();   // suspends until three tasks stand here
//   if (index == 0) start_next_phase();
//
// The last to come releases the others and does not suspend; they resume an iteration later, in the
// order they came. Who comes while they leave waits until all have left, and belongs to the next
// generation. A cancelled waiter leaves and breaks nothing. reset() and abort() throw
// BrokenBarrierError at those who wait. Destroying a barrier that is waited for is the finding
// destroyed_in_use. Source: asyncio.Barrier.
#pragma once

#include <cstddef>
#include <exception>
#include <source_location>

#include "primitives/condition.h"

namespace sim {

class Barrier {
 public:
  // Throws std::invalid_argument unless `parties` is positive.
  explicit Barrier(std::ptrdiff_t parties,
                   std::source_location place = std::source_location::current());

  // Suspends until as many tasks wait as there are parties. Gives how many stood there when this
  // one came: a number from 0 on, each once unless somebody was cancelled. Throws
  // BrokenBarrierError if the barrier is reset or aborted meanwhile, or has been aborted.
  Coro<std::size_t> wait();
  // Empties the barrier: those who wait get BrokenBarrierError, and once they have left it is as
  // new, also after abort().
  Coro<> reset();
  // Breaks the barrier until it is reset.
  Coro<> abort();

  std::size_t parties() const { return parties_; }
  // How many wait to be released.
  std::size_t n_waiting() const {
    static_cast<void>(changed_.locked());  // what changes it holds the lock
    return state_ == State::filling ? count_ : 0;
  }
  bool broken() const {
    static_cast<void>(changed_.locked());  // what changes it holds the lock
    return state_ == State::broken;
  }

  // As the manager of async_with(): the block begins when the barrier is passed.
  Coro<std::size_t> aenter() { return wait(); }
  Coro<> aexit(std::exception_ptr) { co_return; }

 private:
  //   filling --the last party comes--> draining --all have left--> filling
  //   any --reset() with tasks inside--> resetting --all have left--> filling
  //   any --reset() with nobody inside--> filling
  //   any --abort()--> broken
  enum class State : std::uint8_t { filling, draining, resetting, broken };

  bool admits() const { return state_ == State::filling || state_ == State::broken; }
  void leave();

  std::size_t parties_;
  std::size_t count_ = 0;  // tasks that have come and not left
  State state_ = State::filling;
  internal::GuardList visits_;
  Condition changed_;
};

}  // namespace sim
