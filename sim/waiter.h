// Waiter: where a task stands while it is suspended. It lives in the awaiter, in the coroutine's
// frame; parking a task allocates nothing.
//
// A plain waiter stands for the private future that asyncio would make:
//
//     idle --park--> waiting --wake()--> woken --(the task's step)--> resumed
//                       \---cancel()---> cancelled --(the task's step)--> resumed, throws
//
// Between `woken` or `cancelled` and the step lies the cancellation window: a cancel() that comes
// then finds the waiter done and marks the task instead (must-cancel), so the wake-up is lost.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

namespace sim::internal {

class FutureState;
struct Joint;
class Object;
class TaskState;
struct PromiseBase;

// What a report says of a wait: "waits for WHAT", and who could end it.
struct WaitDescription {
  std::string what;                          // "Lock made at a.cc:12"
  std::vector<const TaskState*> holders;     // tasks that hold what is waited for
  std::vector<const FutureState*> futures;   // futures whose end would end the wait
  std::string remark;                        // "held by worker-1, which has ended"
};

enum class WaitStatus : std::uint8_t { idle, waiting, woken, cancelled };

class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // The future this wait is for; null for a plain waiter.
  virtual FutureState* awaited() const { return nullptr; }
  // What says of its own accord who is woken next, and takes note if this one is cancelled.
  virtual const Object* waits_at() const { return nullptr; }
  // The same of what is no Object.
  virtual Joint* joins_at() const { return nullptr; }
  // Asked in the task's step before it resumes, where the wake-up was only a hint. False: the
  // waiter has parked itself again.
  virtual bool may_resume() { return true; }
  virtual void describe(WaitDescription& description) const = 0;

  WaitStatus status() const { return status_; }
  TaskState* task() const { return task_; }
  // Wakes a waiting task: it becomes ready, behind what is ready already.
  inline void wake();
  inline void wake_to_look();

 protected:
  ~Waiter() = default;
  // Suspends the running task here, at the coroutine `at`.
  inline void park(PromiseBase& at);
  // True if the task has to throw CancelledError instead of taking what it was woken for.
  inline bool interrupted() const;
  // Throws if interrupted().
  inline void resumed() const;

  TaskState* task_ = nullptr;
  WaitStatus status_ = WaitStatus::idle;

 private:
  friend class TaskState;
};

class WaiterList;

// A waiter in a list. Lists keep the order of arrival.
class QueuedWaiter : public Waiter {
 public:
  // The list it stands in. Null before it waits, after it left, and when what it waits for has been
  // destroyed.
  const WaiterList* list() const { return list_; }

 protected:
  inline ~QueuedWaiter();
  // Suspends the running task at `at`, at the end of `list`.
  inline void park_in(WaiterList& list, PromiseBase& at);
  // False if what it waited for has been destroyed.
  inline bool leave_list();
  // What the resumption does then: throws CancelledError, or std::runtime_error if it was woken.
  [[noreturn]] void throw_destroyed() const;

 private:
  friend class WaiterList;
  WaiterList* list_ = nullptr;
  QueuedWaiter* previous_ = nullptr;
  QueuedWaiter* next_ = nullptr;
};

class WaiterList {
 public:
  bool empty() const { return first_ == nullptr; }
  QueuedWaiter* first() const { return first_; }
  static QueuedWaiter* next(const QueuedWaiter* waiter) { return waiter->next_; }

  // The first that still waits: neither woken nor cancelled. Null if none does.
  QueuedWaiter* first_waiting() const {
    QueuedWaiter* w = first_;
    while (w != nullptr && w->status() != WaitStatus::waiting) w = w->next_;
    return w;
  }
  bool all_cancelled() const {
    const QueuedWaiter* w = first_;
    while (w != nullptr && w->status() == WaitStatus::cancelled) w = w->next_;
    return w == nullptr;
  }
  void push_back(QueuedWaiter& waiter) {
    waiter.list_ = this;
    waiter.previous_ = last_;
    waiter.next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = &waiter;
    last_ = &waiter;
  }
  void remove(QueuedWaiter& waiter) {
    (waiter.previous_ != nullptr ? waiter.previous_->next_ : first_) = waiter.next_;
    (waiter.next_ != nullptr ? waiter.next_->previous_ : last_) = waiter.previous_;
    waiter.list_ = nullptr;
  }
  // What the list belongs to goes: the waiters stand in no list any more.
  void detach_all() {
    while (first_ != nullptr) remove(*first_);
  }

 private:
  QueuedWaiter* first_ = nullptr;
  QueuedWaiter* last_ = nullptr;
};

inline QueuedWaiter::~QueuedWaiter() { leave_list(); }
inline void QueuedWaiter::park_in(WaiterList& list, PromiseBase& at) {
  park(at);
  list.push_back(*this);
}
inline bool QueuedWaiter::leave_list() {
  if (list_ == nullptr) return false;
  list_->remove(*this);
  return true;
}

}  // namespace sim::internal
