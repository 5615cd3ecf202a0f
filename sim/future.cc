#include "sim/future.h"

namespace sim::internal {

// As in asyncio the error is thrown one iteration later.
void FutureWaiter::suspend_misused(PromiseBase& at) {
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

void FutureWaiter::throw_misused() const {
  const std::string what =
      future_.get() == task_ ? "itself" : future_->describe() + ", which belongs to another loop";
  std::string message = "task " + task_->name() + " cannot await " + what + "\n" + task_->stack();
  message.pop_back();  // the end of the last line
  throw std::runtime_error(message);
}

}  // namespace sim::internal
