#include "primitives/condition.h"

#include <stdexcept>

#include "sim/outcome.h"

namespace sim {

class Condition::Wait : public internal::QueuedWaiter {
 public:
  // Says in `destroyed` whether the condition was, and perhaps its lock with it.
  Wait(Condition& condition, bool& destroyed) : condition_(&condition), destroyed_(&destroyed) {}
  Wait(Wait&& other) : condition_(other.condition_), destroyed_(other.destroyed_) {}
  bool ready() { return false; }
  void suspend(internal::PromiseBase& at) {
    park_in(condition_->waiters_, at);
  }
  void resume() {
    *destroyed_ = !leave_list();
    if (*destroyed_) throw_destroyed();
    resumed();
  }
  void describe(internal::WaitDescription& description) const override {
    description.what = list() != nullptr ? condition_->object_.describe() : "a Condition that was destroyed";
  }

 private:
  Condition* condition_;
  bool* destroyed_;
};

Condition::Condition(std::source_location place)
    : own_lock_(std::make_unique<Lock>(place)), lock_(own_lock_.get()), object_("Condition", place) {}

Condition::Condition(Lock& lock, std::source_location place)
    : lock_(&lock), object_("Condition", place) {}

Condition::~Condition() {
  if (waiters_.empty()) return;
  object_.destroyed_in_use(false, nullptr, waiters_);
}

Coro<> Condition::wait() {
  if (!locked()) throw std::runtime_error("cannot wait on un-acquired lock");
  release();
  bool destroyed = false;
  const Outcome<void> waited = co_await settle(Wait(*this, destroyed));
  if (destroyed) waited.value();  // throws
  std::exception_ptr error = waited.exception();
  // The lock is acquired again whatever happens; of several cancellations the last one counts.
  bool acquired = false;
  std::exception_ptr cancelled;
  while (!acquired) {
    const Outcome<void> outcome = co_await settle(lock_->acquire());
    acquired = outcome.has_value();
    if (!acquired) cancelled = outcome.exception();
  }
  if (cancelled != nullptr) error = cancelled;
  if (error != nullptr) {
    wake(1);  // this task may have been notified; somebody else has to know
    std::rethrow_exception(error);
  }
}

void Condition::notify(std::size_t n) {
  if (!locked()) throw std::runtime_error("cannot notify on un-acquired lock");
  wake(n);
}

void Condition::wake(std::size_t n) {
  for (auto* w = waiters_.first(); w != nullptr && n > 0; w = internal::WaiterList::next(w)) {
    if (w->status() != internal::WaitStatus::waiting) continue;
    w->wake();
    --n;
  }
}

}  // namespace sim
