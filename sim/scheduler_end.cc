// How a run ends: what main left behind is cancelled and runs until it has ended, or is destroyed.
#include <ranges>
#include <stdexcept>

#include "sim/event_loop.h"

namespace sim::internal {

bool Scheduler::drain() {
  std::vector<Ref<TaskState>> left;
  for (TaskState* task : tasks_.in_order()) left.emplace_back(task);
  from_outside_ = true;
  for (const Ref<TaskState>& task : left) {
    try {
      task->cancel("");
    } catch (const std::runtime_error&) {  // it waits in a cycle, and stays; the others may end
    }
  }
  from_outside_ = false;
  if (left.empty()) return true;
  if (!run_until_ended(left)) return false;
  for (const Ref<TaskState>& task : left) {
    if (!task->failed() || task->retrieved()) continue;
    loop_.call_exception_handler({"task " + task->name() + " failed while the run was shut down",
                                  task->exception(), AnyTask(task.get())});
  }
  return true;
}

namespace {

// Stops the run at the end of the n-th iteration after this one.
class StopAfter final : public Runnable {
 public:
  explicit StopAfter(int iterations) : left_(iterations) {}
  void run() override {
    if (--left_ > 0) return current_scheduler->push(Entry::runnable(this));
    current_scheduler->stop();
    delete this;
  }
  void drop() noexcept override { delete this; }

 private:
  int left_;
};

}  // namespace

bool Scheduler::run_until_ended(const std::vector<Ref<TaskState>>& tasks) {
  draining_ = 0;
  for (const Ref<TaskState>& task : tasks) {
    if (task->done()) continue;
    task->draining_ = true;
    ++draining_;
  }
  if (draining_ == 0) {
    if (ready_.empty() || options_.order == Order::any) return true;
    last_ended();
  }
  shutting_down_ = true;
  const bool stopped = run() == Ended::stopped;
  shutting_down_ = false;
  return stopped;
}

// Of the tasks that run_until_ended() waits for. Where nobody could tell, or there are no
// iterations to count, the run stops at once.
void Scheduler::last_ended() {
  if (ready_.empty() || options_.order == Order::any) return stop();
  push(Entry::runnable(new StopAfter(2)));
}

// Drops the callbacks that are scheduled; false if there was none.
bool Scheduler::drop_scheduled() noexcept {
  bool any = false;
  for (std::size_t i = 0; i < ready_.size(); ++i) {
    const Entry entry = ready_.at(i);
    if (entry.kind() != Entry::Kind::runnable) continue;
    any = true;
    entry.as_runnable()->drop();
  }
  ready_.drop();
  timers_.visit_slots([&](TimerQueue::Slot slot) {
    const Entry target = timers_.peek(slot);
    if (target.kind() != Entry::Kind::runnable) return;
    any = true;
    timers_.cancel(slot);
    target.as_runnable()->drop();
  });
  return any;
}

void Scheduler::close() noexcept {
  for (Watcher* each : watchers()) each->on_close();
  watcher_count_ = 0;
  closing_ = true;
  monitors_.reset();
  current_ = nullptr;
  for (bool more = true; more;) {  // what is destroyed may schedule more
    more = drop_scheduled();
    // Newest first: children may borrow from those that made them.
    const std::vector<TaskState*> left = tasks_.in_order();
    for (TaskState* task : left | std::views::reverse) {
      more = true;
      tasks_.leave(task->ticket_);
      task->destroy_root(*destroy_down_to_root(task->leaf_));
      task->set_cancelled(nullptr);
      task->status_ = FutureState::Status::cancelled;  // there is nothing left of it to run
      task->drop_callbacks();
      task->release();
    }
  }
  timers_.clear();
  draining_ = 0;
}

}  // namespace sim::internal
