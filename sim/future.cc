#include "sim/future.h"

namespace sim::internal {

// As in asyncio the error is thrown one iteration later, and nobody can await the task any more
// until it has ended.
void FutureWaiter::suspend_for_itself(PromiseBase& at) {
  future_->set_awaited_itself();
  task_->suspended_at(at, nullptr);
  current_scheduler->push(Entry::task(task_));
}

void FutureWaiter::describe(WaitDescription& description) const {
  description.what = future_->describe();
  if (TaskState* task = future_->as_task()) {
    description.holders.push_back(task);
  } else {
    future_->waits_for(description.futures);
  }
}

// Where the future ended cancelled too, its CancelledError is the one thrown, and the request is
// done.
void FutureWaiter::throw_requested() const {
  if (future_->done()) future_->mark_retrieved();
  if (!future_->cancelled() && !is_cancelled_error(future_->error())) task_->throw_cancelled();
  task_->drop_request();
}

void FutureWaiter::throw_awaited_itself() const {
  throw std::runtime_error("task " + task_->name() + " cannot await itself");
}

void FutureWaiter::throw_awaited_itself_before() const {
  throw std::runtime_error(future_->describe() + " has awaited itself: it cannot be awaited");
}

}  // namespace sim::internal
