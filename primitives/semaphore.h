// Semaphore: a number of permits. BoundedSemaphore: one that must not be released more often than
// it was acquired.
//
//   sim::Semaphore connections(5);
//   auto permit = co_await connections.guard();
//
// Permits go to waiters in the order they asked: release() takes the permit on behalf of the first
// waiter that is still waiting, so a newcomer cannot take it. A waiter resumes one iteration after
// that. A waiter cancelled after it was given a permit gives it back, and it goes to the next.
// Destroying a semaphore that a guard holds or a task waits for is the finding destroyed_in_use.
// Source: asyncio.Semaphore.
#pragma once

#include <cstddef>
#include <source_location>
#include <utility>

#include "primitives/guard.h"
#include "primitives/operation.h"
#include "sim/await.h"
#include "sim/object.h"

namespace sim {

class Semaphore {
 public:
  class Acquiring;
  using Acquire = internal::Operation<Acquiring, Semaphore*>;

  // Throws std::invalid_argument if `permits` is negative.
  explicit Semaphore(std::ptrdiff_t permits = 1,
                     std::source_location place = std::source_location::current())
      : Semaphore("Semaphore", permits, place) {}
  ~Semaphore() {
    if (!waiters_.empty() || !guards_.empty()) [[unlikely]] destroyed_in_use();
  }

  // Suspends until a permit is the caller's.
  Acquire acquire();
  // acquire(), giving a Guard that releases.
  internal::Guarded<Acquiring, Semaphore> guard();
  // Gives a permit back. A BoundedSemaphore throws std::invalid_argument (asyncio's ValueError) if
  // that were more than it began with.
  void release() {
    if (value_ >= bound_) [[unlikely]] throw_released_too_often();
    object_.note_write("releases");
    ++value_;
    wake_next();
  }
  // True if acquire() would suspend.
  bool locked() const {
    object_.note_read();
    return is_locked();
  }
  // Permits that nobody holds and no waiter has been given.
  std::ptrdiff_t value() const {
    object_.note_read();
    return value_;
  }

 protected:
  static constexpr std::ptrdiff_t kUnbounded = PTRDIFF_MAX;
  Semaphore(const char* kind, std::ptrdiff_t permits, std::source_location place,
            std::ptrdiff_t bound = kUnbounded);

 private:
  friend Guard<Semaphore>;
  void release_guarded() { release(); }
  bool is_locked() const { return value_ == 0 || !waiters_.all_cancelled(); }
  // Gives a permit to the first that waits; false if nobody does.
  bool wake_next() {
    internal::QueuedWaiter* w = waiters_.first_waiting();
    if (w == nullptr) return false;
    --value_;
    w->wake();
    return true;
  }
  void wake_all_allowed() {
    while (value_ > 0 && wake_next()) {
    }
  }
  [[noreturn]] void throw_released_too_often() const;
  void destroyed_in_use();

  internal::Object object_;
  std::ptrdiff_t value_;
  std::ptrdiff_t bound_;
  internal::WaiterList waiters_;
  internal::GuardList guards_;
};

class Semaphore::Acquiring : public internal::QueuedWaiter {
 public:
  static constexpr const char* kOperation = "Semaphore.acquire";
  explicit Acquiring(Semaphore* semaphore) : semaphore_(semaphore) {}

  bool ready() {
    const bool free = !semaphore_->is_locked();
    semaphore_->object_.note_write(free ? "acquires" : "queues for",
                                   free ? internal::Act::acquires : internal::Act::waits);
    if (!free) return false;
    --semaphore_->value_;
    return true;
  }
  void suspend(internal::PromiseBase& at) { park_in(semaphore_->waiters_, at); }
  void resume() {
    if (task_ != nullptr) finish_wait();
  }
  const internal::Object* waits_at() const override {
    return list() != nullptr ? &semaphore_->object_ : nullptr;
  }
  void describe(internal::WaitDescription& description) const override;

 protected:
  Semaphore& held() const { return *semaphore_; }

 private:
  void finish_wait() {
    if (!leave_list()) [[unlikely]] throw_destroyed();
    const bool cancelled = interrupted();
    semaphore_->object_.note_write(cancelled ? "gives up" : "acquires",
                                   cancelled ? internal::Act::gives_up : internal::Act::acquires);
    if (cancelled && status() == internal::WaitStatus::woken) ++semaphore_->value_;
    semaphore_->wake_all_allowed();
    if (cancelled) [[unlikely]] task_->throw_cancelled();
  }

  Semaphore* semaphore_;
};

class BoundedSemaphore : public Semaphore {
 public:
  explicit BoundedSemaphore(std::ptrdiff_t permits = 1,
                            std::source_location place = std::source_location::current())
      : Semaphore("BoundedSemaphore", permits, place, permits) {}
};

inline Semaphore::Acquire Semaphore::acquire() { return Acquire(this); }
inline internal::Guarded<Semaphore::Acquiring, Semaphore> Semaphore::guard() {
  return internal::Guarded<Acquiring, Semaphore>(this);
}

}  // namespace sim
