// task_group(): children that do not outlive the block they belong to.
//
//   co_await sim::task_group([&](sim::TaskGroup& group) -> sim::Coro<> {
//     for (Url& url : urls) group.create_task(fetch(url));
//     co_return;
//   });                                   // here all of them have ended
//
// The block ends when its body and all children have. The first error, of a child or of the body,
// cancels the other children, in the order of their creation, and the body if it still runs; when
// all have ended an ExceptionGroup with every error is thrown. A CancelledError of a child is no
// error. Cancelling the task that runs the block cancels the children and is thrown once they have
// ended; if there were errors too, the group of them is thrown, and the cancellation comes at the
// task's next co_await. So children may borrow the locals around the block. Source:
// asyncio.TaskGroup.
#pragma once

#include <exception>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/outcome.h"
#include "sim/task.h"

namespace sim {

class TaskGroup {
 public:
  explicit TaskGroup(std::source_location place = std::source_location::current())
      : place_(place) {}
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // sim::create_task() in the group. Throws std::runtime_error if the group was not entered, shuts
  // down after an error, or has ended; the coroutine is dropped without a finding then.
  template <class T>
  Task<T> create_task(Coro<T> coro, std::string name = "") {
    if (const std::string why = refusal(); !why.empty()) {
      coro.decline();
      throw std::runtime_error(why);
    }
    Task<T> task = name.empty() ? sim::create_task(std::move(coro))
                                : sim::create_task(std::move(coro), std::move(name));
    adopt(*task.state());
    return task;
  }
  template <class X>
    requires internal::Awaitable<X>
  auto create_task(X&& awaitable, std::string name = "") {
    return create_task(internal::as_coro(std::forward<X>(awaitable)), std::move(name));
  }
  // sim::spawn() in the group.
  template <class F, class... Args>
  auto spawn(F&& function, Args&&... args) {
    if (const std::string why = refusal(); !why.empty()) throw std::runtime_error(why);
    auto task = sim::spawn(std::forward<F>(function), std::forward<Args>(args)...);
    adopt(*task.state());
    return task;
  }

  // The block's two ends, called in the task it runs in. leave() takes the body's exception, if
  // any.
  void enter();
  Coro<> leave(std::exception_ptr error, bool cancelled);

 private:
  class Child;
  class Completed;

  std::string describe() const;
  // Why no child can be made; empty if one can.
  std::string refusal();
  void adopt(internal::TaskState& task);
  void child_done(internal::TaskState& task);
  void abort();
  void relate(internal::Relation how);

  std::source_location place_;
  internal::Ref<internal::TaskState> parent_;
  internal::Joint joint_{.identity = 0};  // errors write it, other ends add to it
  Child* first_ = nullptr;  // children that have not ended, in the order of their creation
  Child* last_ = nullptr;
  Completed* completed_ = nullptr;  // who waits for the last child
  std::vector<std::exception_ptr> errors_;
  bool exiting_ = false;
  bool aborting_ = false;
  bool parent_cancel_requested_ = false;
};

namespace internal {

template <class T, class Body>
Coro<T> run_task_group(Body body, std::source_location place) {
  TaskGroup group(place);
  group.enter();
  Outcome<T> ended = co_await settle(std::invoke(body, group));
  co_await group.leave(ended.exception(), ended.cancelled());
  co_return std::move(ended).value();
}

}  // namespace internal

// Runs body(TaskGroup&) and gives what it returns.
template <class Body>
auto task_group(Body&& body, std::source_location place = std::source_location::current()) {
  SIM_INTERNAL_CHECK_CLOSURE(Body);
  using T = typename std::invoke_result_t<Body&, TaskGroup&>::value_type;
  return internal::run_task_group<T, std::decay_t<Body>>(std::forward<Body>(body), place);
}

}  // namespace sim
