// task_group_gh_128550: asyncio.TaskGroup before Python 3.14 with eager tasks, a child that nobody
// cancels.
//
// Source: https://github.com/python/cpython/issues/128550 (and 128588).
//
// Cause: a failure cancels the children in the group's set, and a child comes into the set when its
// first step is over. Trigger: an eager child makes another one in its own first step, and that one
// fails at once. The group aborts while the first is not in its set: it is never cancelled, and the
// group waits for it for ever. Fix: a child that is added to a group that aborts is cancelled.
#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

namespace {

enum class Late { forgotten, cancelled };

class Group {
 public:
  explicit Group(Late late) : late_(late) {}

  void create_task(sim::Coro<> body) {
    const sim::Task<> task = sim::create_eager_task(std::move(body));
    if (task.done()) return on_done(task);
    children_.push_back(task);
    task.add_done_callback([this](const sim::Task<>& ended) {
      std::erase(children_, ended);
      on_done(ended);
    });
    if (aborting_ && late_ == Late::cancelled) task.cancel();
  }
  // Waits for the children; cancels them if it is cancelled.
  sim::Coro<> close() {
    sim::Outcome<void> ended;
    while (!children_.empty()) {
      change_ = sim::running_loop().create_future<void>();
      const sim::Outcome<void> changed = co_await sim::settle(change_);
      if (!changed.cancelled()) continue;
      ended = changed;
      abort();
    }
    ended.value();
  }

 private:
  void on_done(const sim::Task<>& task) {
    if (!task.cancelled() && task.exception() != nullptr) abort();
    if (change_ && !change_.done()) change_.set_result();
  }
  void abort() {
    aborting_ = true;
    for (const sim::Task<>& child : std::vector<sim::Task<>>(children_)) child.cancel();
  }

  Late late_;
  bool aborting_ = false;
  std::vector<sim::Task<>> children_;
  sim::Future<> change_;
};

sim::Coro<> fail() {
  throw std::runtime_error("failed at once");
  co_return;
}

sim::Coro<> add_one_that_fails(Group& group) {
  group.create_task(fail());
  co_await sim::running_loop().create_future<void>();  // until it is cancelled
}

sim::Coro<> nested_failure(Late late) {
  Group group(late);
  group.create_task(add_one_that_fails(group));
  co_await group.close();
}

}  // namespace

SIM_SCENARIO(task_group_gh_128550, "a group aborts while a child is in its eager first step",
             sim::expects(sim::FindingKind::deadlock)) {
  return nested_failure(Late::forgotten);
}
SIM_SCENARIO(task_group_gh_128550_fixed, "task_group_gh_128550, where it is cancelled later") {
  return nested_failure(Late::cancelled);
}
