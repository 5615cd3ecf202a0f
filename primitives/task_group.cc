#include "primitives/task_group.h"

#include <stdexcept>

#include "sim/event_loop.h"
#include "sim/exception_group.h"

namespace sim {

using internal::TaskState;

// A child's place in the group, and in the callbacks of its task. One that ended in its first step,
// as an eager task may, has its callback scheduled like any other: its error must not cancel who
// makes it inside create_task().
class TaskGroup::Child final : public internal::Runnable {
 public:
  Child(TaskGroup& group, TaskState& task) : group_(&group), task_(&task) {
    previous_ = group.last_;
    (previous_ != nullptr ? previous_->next_ : group.first_) = this;
    group.last_ = this;
    const auto entry = internal::Entry::runnable(this);
    if (task.done()) {
      internal::Scheduler::here().push(entry);
    } else {
      task.add_callback(entry);
    }
  }
  void run() override {
    TaskGroup* group = group_;
    const internal::Ref<TaskState> task = task_;
    drop();
    if (group == nullptr) return;
    try {
      group->child_done(*task);
    } catch (const std::runtime_error&) {  // a cycle of waits was to be cancelled
      running_loop().call_exception_handler(
          {"exception in the callback of a task group", std::current_exception()});
    }
  }
  void drop() noexcept override {
    leave();
    delete this;
  }
  std::uint64_t identity() const override {
    return internal::mix(task_->identity(), group_ != nullptr ? group_->joint_.identity : 0);
  }
  // The group goes before the child: nobody is told any more.
  void orphan() {
    leave();
    if (task_->remove_callback(internal::Entry::runnable(this))) delete this;
  }
  TaskState& task() const { return *task_; }
  Child* next() const { return next_; }

 private:
  void leave() noexcept {
    if (group_ == nullptr) return;
    (previous_ != nullptr ? previous_->next_ : group_->first_) = next_;
    (next_ != nullptr ? next_->previous_ : group_->last_) = previous_;
    group_ = nullptr;
  }

  TaskGroup* group_;
  internal::Ref<TaskState> task_;
  Child* previous_ = nullptr;
  Child* next_ = nullptr;
};

// Suspends the parent until the last child has ended.
class TaskGroup::Completed final : public internal::Waiter {
 public:
  explicit Completed(TaskGroup& group) : group_(&group) {}
  Completed(Completed&& other) : group_(other.group_) {}
  bool ready() { return false; }
  void suspend(internal::PromiseBase& at) {
    park(at);
    group_->completed_ = this;
  }
  void resume() {
    group_->completed_ = nullptr;
    group_->relate(status() == internal::WaitStatus::woken ? internal::Relation::joins
                                                           : internal::Relation::looks);
    resumed();
  }
  internal::Joint* joins_at() const override { return &group_->joint_; }
  void describe(internal::WaitDescription& description) const override {
    description.what = "the children of " + group_->describe();
    for (const Child* c = group_->first_; c != nullptr; c = c->next()) {
      description.futures.push_back(&c->task());
    }
  }

 private:
  TaskGroup* group_;
};

TaskGroup::~TaskGroup() {
  while (first_ != nullptr) first_->orphan();
}

void TaskGroup::enter() {
  if (parent_) throw std::runtime_error(describe() + " has already been entered");
  parent_ = internal::Ref<TaskState>(internal::Scheduler::here().current());
  joint_.identity = internal::new_identity();
  if (parent_ != nullptr) return;
  throw std::runtime_error(describe() + " cannot determine its parent task");
}

std::string TaskGroup::describe() const { return "TaskGroup made at " + to_string(place_); }

void TaskGroup::relate(internal::Relation how) { internal::relate(joint_, how); }

std::string TaskGroup::refusal() {
  relate(internal::Relation::looks);
  if (!parent_) return describe() + " has not been entered";
  if (exiting_ && first_ == nullptr) return describe() + " is finished";
  if (aborting_) return describe() + " is shutting down";
  return {};
}

void TaskGroup::adopt(TaskState& task) {
  if (internal::Scheduler::here().current() != parent_.get()) relate(internal::Relation::changes);
  task.note_look();
  new Child(*this, task);  // belongs to the task's callbacks, then to the ready queue
}

void TaskGroup::abort() {
  aborting_ = true;
  for (Child* c = first_; c != nullptr; c = c->next()) {
    c->task().note_look();
    if (!c->task().done()) c->task().cancel("");
  }
}

void TaskGroup::child_done(TaskState& task) {
  relate(task.failed() ? internal::Relation::changes : internal::Relation::adds);
  if (first_ == nullptr && completed_ != nullptr &&
      completed_->status() == internal::WaitStatus::waiting) {
    completed_->wake();
  }
  if (task.cancelled()) return;
  const std::exception_ptr error = task.exception();
  if (error == nullptr) return;
  errors_.push_back(error);
  parent_->note_look();
  if (parent_->done()) {
    running_loop().call_exception_handler(
        {"task " + task.name() + " failed, and the parent of its group had ended: " +
             parent_->name(),
         error, AnyTask(&task)});
    return;
  }
  if (aborting_ || parent_cancel_requested_) return;
  abort();
  parent_cancel_requested_ = true;
  parent_->cancel("");
}

Coro<> TaskGroup::leave(std::exception_ptr error, bool cancelled) {
  exiting_ = true;
  std::exception_ptr cancellation = cancelled ? error : nullptr;
  if (error != nullptr && !aborting_) abort();
  relate(internal::Relation::looks);
  // The wait can be cancelled more than once.
  while (first_ != nullptr) {
    const Outcome<void> waited = co_await settle(Completed(*this));
    if (waited.has_value() || aborting_) continue;
    cancellation = waited.exception();
    abort();
  }
  // What the group asked of its parent is taken back. There are errors then, which are thrown.
  if (parent_cancel_requested_) parent_->uncancel();
  if (cancellation != nullptr && errors_.empty()) std::rethrow_exception(cancellation);
  if (error != nullptr && !cancelled) errors_.push_back(error);
  if (errors_.empty()) co_return;
  if (parent_->cancelling() > 0) {  // from outside: delivered again at the next co_await
    parent_->uncancel();
    parent_->cancel("");
  }
  throw ExceptionGroup("unhandled errors in a TaskGroup", std::move(errors_));
}

}  // namespace sim
