// QueueBase: what a queue does whatever its items are: the waiters of both sides, the count of
// unfinished items, and the shutdown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <utility>

#include "primitives/event.h"
#include "primitives/operation.h"
#include "sim/await.h"
#include "sim/error.h"
#include "sim/object.h"

namespace sim::internal {

class QueueWaiter;

class QueueBase {
 public:
  std::size_t size() const {
    object_.note_read();
    return size_;
  }
  std::ptrdiff_t maxsize() const { return maxsize_; }
  bool empty() const {
    object_.note_read();
    return is_empty();
  }
  bool full() const {
    object_.note_read();
    return is_full();
  }
  bool is_shut_down() const {
    object_.note_read();
    return shut_down_;
  }

  // Says that the processing of one item got from the queue is complete. Throws
  // std::invalid_argument if that is said more often than items were put.
  void task_done();
  // Suspends until task_done() has been called for every item that was put.
  Event::Wait join() { return finished_.wait(); }

 protected:
  QueueBase(const char* kind, std::ptrdiff_t maxsize, std::source_location place);
  ~QueueBase() {
    if (!getters_.empty() || !putters_.empty() || !woken_.empty()) [[unlikely]] destroyed_in_use();
  }
  void note_put() const { object_.note_write("puts into", Act::puts); }
  void note_get() const { object_.note_write("gets from", Act::takes); }
  // The same for the queue's own use, which notes what it does as a whole.
  bool is_closed() const { return shut_down_; }
  bool is_empty() const { return size_ == 0; }
  bool is_full() const { return maxsize_ > 0 && size_ >= static_cast<std::size_t>(maxsize_); }
  // An item has been put, or taken: `size` are left.
  void was_put(std::size_t size) {
    size_ = size;
    if (unfinished_++ == 0) finished_.clear();
    if (size > depth_limit_) [[unlikely]] report_depth();
    if (!getters_.empty()) wake_next(getters_);
  }
  void was_taken(std::size_t size) {
    size_ = size;
    if (!putters_.empty()) wake_next(putters_);
  }
  void shut_down(bool immediate, std::size_t dropped);
  // QueueEmpty, or QueueShutDown once it is.
  [[noreturn]] void throw_empty() const;
  [[noreturn]] void throw_full() const;
  [[noreturn]] void throw_shut_down() const;
  // For a queue that is bounded by what fills it.
  void set_no_depth_limit() { depth_limit_ = SIZE_MAX; }
  std::string describe() const { return object_.describe(); }

 private:
  friend class QueueWaiter;
  // Wakes the first in the line that is still waiting.
  void wake_next(WaiterList& line);
  void report_depth() const;
  void destroyed_in_use();

  std::size_t size_ = 0;
  std::ptrdiff_t maxsize_;
  std::size_t depth_limit_;
  bool shut_down_ = false;
  std::size_t unfinished_ = 0;
  WaiterList getters_;
  WaiterList putters_;
  WaiterList woken_;  // of either side, until they have looked again
  Event finished_;
  Object object_;
};

// A put() or get(): it passes at once if it can, else stands in line until it is woken and may
// pass.
class QueueWaiter : public QueuedWaiter {
 public:
  bool ready() const { return passes(); }
  void suspend(PromiseBase& at) { park_in(line(), at); }
  bool may_resume() final;
  const Object* waits_at() const final { return list() != nullptr ? &queue_->object_ : nullptr; }
  void describe(WaitDescription& description) const override;

 protected:
  enum class Side : std::uint8_t { get, put };
  QueueWaiter(QueueBase& queue, Side side) : queue_(&queue), side_(side) {}
  // At the resumption: throws if the task was cancelled.
  void leave() {
    if (task_ == nullptr) return;
    if (!leave_list()) [[unlikely]] throw_destroyed();
    if (interrupted()) [[unlikely]] give_up();
  }
  QueueBase& queue() const { return *queue_; }

 private:
  friend class QueueBase;
  WaiterList& line() const { return side_ == Side::get ? queue_->getters_ : queue_->putters_; }
  bool is_blocked() const { return side_ == Side::put ? queue_->is_full() : queue_->is_empty(); }
  // Whether the operation can go on, which it does at once, if only to throw.
  bool passes() const {
    if (Object::watching()) [[unlikely]] note();
    return !is_blocked() || queue_->shut_down_;
  }
  // What passes() comes to, to those who watch.
  void note() const;
  [[noreturn]] void give_up();

  QueueBase* queue_;
  Side side_;
};

}  // namespace sim::internal
