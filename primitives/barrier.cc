#include "primitives/barrier.h"

#include <stdexcept>

#include "primitives/visit.h"
#include "sim/outcome.h"

namespace sim {

namespace {

std::size_t checked(std::ptrdiff_t parties, const std::source_location& place) {
  if (parties > 0) return static_cast<std::size_t>(parties);
  throw std::invalid_argument("Barrier made at " + to_string(place) +
                              ": parties must be > 0, not " + std::to_string(parties));
}

}  // namespace

Barrier::Barrier(std::ptrdiff_t parties, std::source_location place)
    : parties_(checked(parties, place)), changed_("Barrier", place) {}

Coro<std::size_t> Barrier::wait() {
  auto guard = co_await changed_.guard();
  const internal::Visit visit(visits_);
  co_await changed_.wait_for([this] { return admits(); });
  if (state_ == State::broken) throw BrokenBarrierError(changed_.describe() + " has been aborted");

  const std::size_t index = count_++;
  std::exception_ptr error;
  if (count_ == parties_) {
    state_ = State::draining;
    changed_.notify_all();
  } else {
    const auto released = [this] { return state_ != State::filling; };
    const Outcome<bool> waited = co_await settle(changed_.wait_for(released));
    if (visit.destroyed()) waited.value();  // throws
    error = waited.exception();
    if (error == nullptr && state_ != State::draining) {
      error = std::make_exception_ptr(
          BrokenBarrierError(changed_.describe() + " was reset or aborted"));
    }
  }
  leave();
  if (error != nullptr) std::rethrow_exception(error);
  co_return index;
}

// Under the lock, as all that changes the state.
void Barrier::leave() {
  if (--count_ > 0) return;
  if (state_ != State::broken) state_ = State::filling;
  changed_.notify_all();
}

Coro<> Barrier::reset() {
  auto guard = co_await changed_.guard();
  state_ = count_ > 0 ? State::resetting : State::filling;
  changed_.notify_all();
}

Coro<> Barrier::abort() {
  auto guard = co_await changed_.guard();
  state_ = State::broken;
  changed_.notify_all();
}

}  // namespace sim
