#include "primitives/condition.h"

#include <stdexcept>

#include "primitives/visit.h"
#include "sim/outcome.h"

namespace sim {

// Acquires the lock again. Says whether the lock was destroyed meanwhile.
class Condition::Reacquire : public Lock::Acquiring {
 public:
  Reacquire(Lock* lock, bool* destroyed) : Acquiring(lock), destroyed_(destroyed) {}
  void resume() {
    *destroyed_ = task_ != nullptr && list() == nullptr;
    Acquiring::resume();
  }

 private:
  bool* destroyed_;
};

class Condition::Wait : public internal::QueuedWaiter {
 public:
  static constexpr const char* kOperation = "Condition.wait";
  explicit Wait(Condition* condition) : condition_(condition) {}
  bool ready() {
    condition_->object_.note_write("waits for");
    return false;
  }
  void suspend(internal::PromiseBase& at) { park_in(condition_->waiters_, at); }
  void resume() {
    if (!leave_list()) throw_destroyed();
    condition_->object_.note_write(interrupted() ? "gives up" : "was notified of");
    resumed();
  }
  const internal::Object* waits_at() const override {
    return list() != nullptr ? &condition_->object_ : nullptr;
  }
  void describe(internal::WaitDescription& description) const override {
    description.what =
        list() != nullptr ? condition_->object_.describe() : "a Condition that was destroyed";
  }

 private:
  Condition* condition_;
};

Condition::Condition(std::source_location place) : Condition("Condition", place) {}

Condition::Condition(const char* kind, std::source_location place)
    : own_lock_(std::make_unique<Lock>(place)), lock_(own_lock_.get()), object_(kind, place) {}

Condition::Condition(Lock& lock, std::source_location place)
    : lock_(&lock), object_("Condition", place) {}

Condition::~Condition() {
  if (!waiters_.empty()) object_.destroyed_in_use("", waiters_);
}

Coro<> Condition::wait() {
  if (!locked()) throw_not_held("wait");
  release();
  Lock& lock = *lock_;
  const internal::Visit visit(visits_);
  const Outcome<void> waited = co_await settle(internal::Operation<Wait, Condition*>(this));
  if (visit.destroyed()) waited.value();  // throws; the lock may have gone too
  std::exception_ptr error = waited.exception();
  // The lock is acquired again whatever happens; of several cancellations the last one counts.
  for (bool acquired = false; !acquired;) {
    bool destroyed = false;
    const Outcome<void> outcome =
        co_await settle(internal::Operation<Reacquire, Lock*, bool*>(&lock, &destroyed));
    acquired = outcome.has_value();
    if (!acquired) error = outcome.exception();
    if (destroyed) std::rethrow_exception(error);
  }
  if (error != nullptr) {
    if (!visit.destroyed()) wake(1);  // this task may have been notified; somebody else has to know
    std::rethrow_exception(error);
  }
}

void Condition::notify(std::size_t n) {
  if (!locked()) throw_not_held("notify");
  wake(n);
}

void Condition::throw_not_held(const char* operation) const {
  throw std::runtime_error(std::string("cannot ") + operation + " on " + describe() +
                           ": its lock is not acquired");
}

void Condition::wake(std::size_t n) {
  bool wakes = false;
  for (auto* w = waiters_.first(); w != nullptr && n > 0; w = internal::WaiterList::next(w)) {
    if (w->status() != internal::WaitStatus::waiting) continue;
    if (!wakes) object_.note_write("notifies");
    wakes = true;
    w->wake();
    --n;
  }
  if (!wakes) object_.note_read("notifies nobody of");
}

}  // namespace sim
