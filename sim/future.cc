#include "sim/future.h"

namespace sim::internal {

namespace {

// "task main cannot await itself", and where it stands.
std::string describe_refusal(const TaskState* task, const char* verb, const std::string& what) {
  if (task == nullptr) return std::string("a callback cannot ") + verb + " " + what;
  std::string message =
      "task " + task->name() + " cannot " + verb + " " + what + "\n" + task->stack();
  message.pop_back();  // the end of the last line
  return message;
}

}  // namespace

std::string describe_foreign(const char* verb, const FutureState& future) {
  return describe_refusal(Scheduler::here().current(), verb,
                          future.describe() + ", which belongs to another loop");
}

// As in asyncio the error is thrown one iteration later. A task that awaits itself can be awaited
// by nobody any more until it has ended.
void FutureWaiter::suspend_misused(PromiseBase& at) {
  if (future_.get() == task_) future_->set_awaited_itself();
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
  if (future_.get() == task_) throw std::runtime_error(describe_refusal(task_, "await", "itself"));
  throw std::runtime_error(describe_foreign("await", *future_));
}

void FutureWaiter::throw_awaited_itself_before() const {
  throw std::runtime_error(future_->describe() + " has awaited itself: it cannot be awaited");
}

}  // namespace sim::internal
