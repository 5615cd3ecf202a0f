// Condition: waiting, under a lock, until somebody says that something has changed.
//
//   auto guard = co_await condition.guard();
//   co_await condition.wait_for([&] { return !items.empty(); });
//
// wait() releases the lock, waits to be notified, and acquires the lock again before it returns or
// throws, also when it is cancelled. notify(n) wakes the first n that wait; each resumes when it
// has the lock. A waiter that leaves with an exception passes its notification on. wait() may
// return spuriously. Destroying a condition that is waited for is the finding destroyed_in_use.
// Source: asyncio.Condition.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <type_traits>

#include "primitives/lock.h"
#include "sim/coro.h"

namespace sim {

class Condition {
 public:
  // With a lock of its own.
  explicit Condition(std::source_location place = std::source_location::current());
  // With a lock that others use too; it must outlive the condition.
  explicit Condition(Lock& lock, std::source_location place = std::source_location::current());
  ~Condition();

  Lock::Acquire acquire() { return lock_->acquire(); }
  internal::Guarded<Lock::Acquire, Lock> guard() { return lock_->guard(); }
  void release() { lock_->release(); }
  bool locked() const { return lock_->locked(); }

  // Suspends until notified and the lock is held again. Throws std::runtime_error if the lock is
  // not held.
  Coro<> wait();
  // wait()s until the predicate is true, and gives what it gave then. Asked under the lock.
  template <class Predicate>
  Coro<std::decay_t<std::invoke_result_t<Predicate&>>> wait_for(Predicate predicate) {
    auto value = std::invoke(predicate);
    while (!value) {
      co_await wait();
      value = std::invoke(predicate);
    }
    co_return value;
  }
  // Wakes the first n waiters. Throws std::runtime_error if the lock is not held.
  void notify(std::size_t n = 1);
  void notify_all() { notify(SIZE_MAX); }

 private:
  class Wait;
  class Reacquire;
  friend class Barrier;
  Condition(const char* kind, std::source_location place);
  std::string describe() const { return object_.describe(); }
  [[noreturn]] void throw_not_held(const char* operation) const;
  void wake(std::size_t n);

  std::unique_ptr<Lock> own_lock_;
  Lock* lock_;
  internal::WaiterList waiters_;
  internal::GuardList visits_;  // the wait()s that have not returned
  internal::Object object_;
};

}  // namespace sim
