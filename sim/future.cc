#include "sim/future.h"

namespace sim::internal {

void FutureWaiter::suspend(PromiseBase& at) {
  Scheduler& scheduler = *current_scheduler;
  TaskState& task = *scheduler.current();
  if (future_.get() == &task) [[unlikely]] {
    task_ = &task;
    task.suspended_at(at, nullptr);
    scheduler.push(Entry::task(&task));
    return;
  }
  park(at);
  node_.entry = Entry::task(&task);
  future_->add_callback(node_);
}

void FutureWaiter::describe(WaitDescription& description) const {
  description.what = future_->describe();
  if (TaskState* task = future_->as_task()) {
    description.holders.push_back(task);
  } else {
    future_->waits_for(description.futures);
  }
}

void FutureWaiter::throw_awaited_itself() const {
  throw std::runtime_error("task " + task_->name() + " cannot await itself");
}

}  // namespace sim::internal
