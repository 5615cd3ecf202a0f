// Guard<L>: holds a Lock, a Semaphore's permit or a Condition's lock until the end of its scope.
//
//   {
//     auto permit = co_await semaphore.guard();
//     ...
//   }   // released here
#pragma once

#include <utility>

#include "sim/await.h"

namespace sim {

template <class L>
class [[nodiscard("the guard releases as soon as it goes")]] Guard {
 public:
  explicit Guard(L& held) : held_(&held) {}
  Guard(Guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  Guard& operator=(Guard&& other) {
    release();
    held_ = std::exchange(other.held_, nullptr);
    return *this;
  }
  ~Guard() noexcept(false) {
    if (held_ != nullptr && !torn_down()) held_->release();
  }
  // Releases now instead of at the end of the scope.
  void release() {
    if (held_ != nullptr) std::exchange(held_, nullptr)->release();
  }

 private:
  // While a loop is torn down, what is guarded may have gone before the guard.
  static bool torn_down() {
    return internal::current_scheduler != nullptr && internal::current_scheduler->closing();
  }
  L* held_;
};

namespace internal {

// Awaits an acquire and gives a guard.
template <class Acquire, class L>
class [[nodiscard("co_await it")]] Guarded {
 public:
  explicit Guarded(L& lock) : lock_(&lock), acquire_(lock.acquire()) {}
  Guarded(Guarded&& other) : lock_(other.lock_), acquire_(std::move(other.acquire_)) {}

  bool ready() { return acquire_.ready(); }
  void suspend(PromiseBase& at) { acquire_.suspend(at); }
  Guard<L> resume() {
    acquire_.resume();
    return Guard<L>(*lock_);
  }

 private:
  L* lock_;
  Acquire acquire_;
};

}  // namespace internal
}  // namespace sim
