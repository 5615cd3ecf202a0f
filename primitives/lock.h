// Lock: mutual exclusion between tasks. Not reentrant.
//
//   auto guard = co_await lock.guard();   // released when the guard goes
//
// Waiters get the lock in the order they asked (no barging): release() wakes the head of the queue,
// which takes the lock when it runs; newcomers queue behind it. An uncontended acquire does not
// suspend. A waiter resumes one iteration after the release. A cancelled waiter never owns the lock
// and wakes the next one if it was to get it. Destroying a lock that is held or waited for is the
// finding destroyed_in_use. Source: asyncio.Lock.
#pragma once

#include <source_location>
#include <utility>

#include "primitives/guard.h"
#include "primitives/operation.h"
#include "sim/await.h"
#include "sim/object.h"

namespace sim {

class Lock {
 public:
  class Acquiring;
  using Acquire = internal::Operation<Acquiring, Lock*>;

  explicit Lock(std::source_location place = std::source_location::current())
      : object_(internal::kLockKind, place) {}
  ~Lock() {
    if (locked_ || !waiters_.empty()) [[unlikely]] destroyed_in_use();
  }

  // Suspends until the lock is the caller's.
  Acquire acquire();
  // acquire(), giving a Guard<Lock> that releases.
  internal::Guarded<Acquiring, Lock> guard();
  // Wakes the first waiter, if any. Throws std::runtime_error if the lock is not held.
  void release() { release(internal::Act::releases); }
  bool locked() const {
    object_.note_read();
    return locked_;
  }

 private:
  friend Guard<Lock>;
  void release_guarded() { release(internal::Act::releases_by_guard); }
  void release(internal::Act act) {
    if (!locked_) [[unlikely]] throw_not_held();
    object_.note_write("releases", act);
    locked_ = false;
    owner_ = {};
    wake_first();
  }
  void take() {
    locked_ = true;
    owner_ = internal::Ref<internal::TaskState>(internal::current_scheduler->current());
  }
  void wake_first() {
    internal::QueuedWaiter* first = waiters_.first();
    if (first != nullptr && first->status() == internal::WaitStatus::waiting) first->wake();
  }
  [[noreturn]] void throw_not_held() const;
  void destroyed_in_use();
  void describe(internal::WaitDescription& description) const;

  internal::Object object_;
  bool locked_ = false;
  internal::WaiterList waiters_;
  internal::Ref<internal::TaskState> owner_;  // for reports
  internal::GuardList guards_;
};

class Lock::Acquiring : public internal::QueuedWaiter {
 public:
  static constexpr const char* kOperation = "Lock.acquire";
  explicit Acquiring(Lock* lock) : lock_(lock) {}

  bool ready() {
    const bool free = !lock_->locked_ && lock_->waiters_.all_cancelled();
    lock_->object_.note_write(free ? "acquires" : "queues for",
                              free ? internal::Act::acquires : internal::Act::waits);
    if (!free) return false;
    lock_->take();
    return true;
  }
  void suspend(internal::PromiseBase& at) { park_in(lock_->waiters_, at); }
  void resume() {
    if (task_ != nullptr) finish_wait();
  }
  const internal::Object* waits_at() const override {
    return list() != nullptr ? &lock_->object_ : nullptr;
  }
  void describe(internal::WaitDescription& description) const override;

 protected:
  Lock& held() const { return *lock_; }

 private:
  void finish_wait() {
    if (!leave_list()) [[unlikely]] throw_destroyed();
    const bool gives_up = interrupted();
    lock_->object_.note_write(gives_up ? "gives up" : "acquires",
                              gives_up ? internal::Act::gives_up : internal::Act::acquires);
    if (gives_up) [[unlikely]] {
      if (!lock_->locked_) lock_->wake_first();
      task_->throw_cancelled();
    }
    lock_->take();
  }

  Lock* lock_;
};

inline Lock::Acquire Lock::acquire() { return Acquire(this); }
inline internal::Guarded<Lock::Acquiring, Lock> Lock::guard() {
  return internal::Guarded<Acquiring, Lock>(this);
}

}  // namespace sim
