#include "primitives/queue_base.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace sim::internal {

QueueBase::QueueBase(const char* kind, std::ptrdiff_t maxsize, std::source_location place)
    : maxsize_(maxsize),
      depth_limit_(current_scheduler != nullptr ? current_scheduler->limits().queue_depth
                                                : SIZE_MAX),
      finished_(place),
      object_(kind, place) {
  finished_.set();
}

void QueueBase::task_done() {
  if (unfinished_ == 0) {
    object_.note_read();
    throw std::invalid_argument("task_done() called more often than items were put: " + describe());
  }
  object_.note_write("finishes an item of");
  if (--unfinished_ == 0) finished_.set();
}

void QueueBase::wake_next(WaiterList& line) {
  while (QueuedWaiter* first = line.first()) {
    line.remove(*first);
    woken_.push_back(*first);
    if (first->status() != WaitStatus::waiting) continue;
    first->wake_to_look();
    return;
  }
}

void QueueBase::shut_down(bool immediate, std::size_t dropped) {
  object_.note_write("shuts down");
  shut_down_ = true;
  if (immediate) {
    size_ = 0;
    unfinished_ -= std::min(unfinished_, dropped);
    if (unfinished_ == 0) finished_.set();
  }
  for (WaiterList* line : {&getters_, &putters_}) {
    while (!line->empty()) wake_next(*line);
  }
}

void QueueBase::throw_empty() const {
  object_.note_read();
  if (shut_down_) throw_shut_down();
  throw QueueEmpty(describe() + " is empty");
}

void QueueBase::throw_full() const {
  object_.note_read();
  throw QueueFull(describe() + " is full");
}

void QueueBase::throw_shut_down() const {
  object_.note_read();
  throw QueueShutDown(describe() + " has been shut down");
}

void QueueBase::report_depth() const {
  current_scheduler->report_limit("items in a Queue", depth_limit_);
}

void QueueBase::destroyed_in_use() {
  WaiterList both;
  for (WaiterList* line : {&getters_, &putters_, &woken_}) {
    while (QueuedWaiter* waiter = line->first()) {
      line->remove(*waiter);
      both.push_back(*waiter);
    }
  }
  object_.destroyed_in_use("", both);
}

// Runs in the task's step. One that was robbed of what it was woken for waits anew, at the end.
bool QueueWaiter::may_resume() {
  if (list() == nullptr || interrupted() || passes()) return true;
  leave_list();
  status_ = WaitStatus::waiting;
  line().push_back(*this);
  return false;
}

void QueueWaiter::note() const {
  queue_->object_.check_alive();
  const bool puts = side_ == Side::put;
  const bool closed = queue_->shut_down_;
  if (closed && (puts || is_blocked())) {
    queue_->object_.note_write("looks at");
  } else if (is_blocked()) {
    queue_->object_.note_write("looks at", puts ? Act::waits_to_put : Act::waits_to_take);
  } else {
    puts ? queue_->note_put() : queue_->note_get();
  }
}

void QueueWaiter::give_up() {
  queue_->object_.note_write("gives up",
                             side_ == Side::get ? Act::gives_up_taking : Act::gives_up_putting);
  const bool possible = side_ == Side::get ? !queue_->is_empty() : !queue_->is_full();
  if (status_ == WaitStatus::woken && possible) queue_->wake_next(line());
  task_->throw_cancelled();
}

void QueueWaiter::describe(WaitDescription& description) const {
  if (list() == nullptr) {
    description.what = "a Queue that was destroyed";
    return;
  }
  description.what = (side_ == Side::get ? "an item of " : "room in ") + queue_->object_.describe();
}

}  // namespace sim::internal
