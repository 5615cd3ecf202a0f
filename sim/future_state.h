// FutureState: what Future<T> and Task<T> point at: pending, or ended with a value, an exception or
// cancelled; and the callbacks to schedule when it ends.
//
// Callbacks never run inline: ending a future puts them into the ready queue in the order of their
// registration. For a task that waits the entry is the task itself.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "sim/arena.h"
#include "sim/callback_list.h"
#include "sim/joint.h"
#include "sim/ready_queue.h"
#include "sim/ref.h"
#include "sim/result.h"

namespace sim::internal {

class FutureState;

// Something the loop can run as a step of its own.
class Runnable {
 public:
  virtual void run() = 0;
  // Instead of run(): the loop closes, or the future it was registered with goes away.
  virtual void drop() noexcept = 0;
  // The future it is registered with has ended. True: run() is to be scheduled. False: it has taken
  // note, and nobody could tell the difference; only where nothing depends on iterations.
  virtual bool scheduled(FutureState&) { return true; }
  // Who it is, whatever the schedule; 0: the n-th that was scheduled by the step that did.
  virtual std::uint64_t identity() const { return 0; }
  // What add_done_callback() returned for it; 0 for what is not the user's.
  virtual std::uint64_t id() const { return 0; }

 protected:
  ~Runnable() = default;
};

class FutureState {
 public:
  enum class Status : std::uint8_t { pending, value, exception, cancelled };

  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;

  void retain() { ++refs_; }
  void release() {
    if (--refs_ == 0) destroy();
  }
  bool unique() const { return refs_ == 1; }

  bool done() const { return status_ != Status::pending; }
  bool cancelled() const { return status_ == Status::cancelled; }
  bool failed() const { return status_ == Status::exception; }
  Status status() const { return status_; }

  // Who it is, whatever the schedule; 0 where nobody watched as it was made.
  virtual std::uint64_t identity() const = 0;
  // What runs finds out whether it has ended, and does one thing or the other.
  inline void note_look() const;

  // asyncio's Future.cancel(): false if it had ended.
  virtual bool cancel(const std::string& message);
  // The exception it ended with, or the CancelledError (null for one without a message).
  virtual std::exception_ptr error() const = 0;
  virtual TaskState* as_task() { return nullptr; }
  // What it is, for reports: "Future", "gather of 3".
  virtual std::string describe() const { return "Future"; }
  // The futures it waits for, for reports.
  virtual void waits_for(std::vector<const FutureState*>&) const {}

  // A task that tries to await itself spoils itself for all that would await it.
  void set_awaited_itself() { awaited_itself_ = true; }
  bool awaited_itself() const { return awaited_itself_; }

  void mark_retrieved() { retrieved_ = true; }
  bool retrieved() const { return retrieved_; }
  // asyncio's Future.exception(): null for a value; marks it retrieved. Throws if pending or
  // cancelled.
  std::exception_ptr exception();

  // What becomes ready when it ends; only while it is pending.
  void add_callback(Entry entry) { callbacks_.add(entry); }
  // False if the entry is not registered (any more).
  bool remove_callback(Entry entry) noexcept { return callbacks_.remove(entry); }
  // Drops the callback with that id; false if it is not registered (any more).
  bool remove_callback(std::uint64_t id) noexcept;

  static void* operator new(std::size_t bytes) { return Arena::allocate_here(bytes); }
  static void operator delete(void* state, std::size_t bytes) noexcept {
    Arena::deallocate(state, bytes);
  }

 protected:
  FutureState() = default;
  virtual ~FutureState() = default;
  // Ends it: schedules the callbacks in order.
  inline void complete(Status status);
  virtual void set_cancelled(std::exception_ptr error) noexcept = 0;
  void drop_callbacks() noexcept;

 private:
  friend class Scheduler;
  void schedule_callbacks();
  void destroy() {
    if (!callbacks_.empty() || (status_ == Status::exception && !retrieved_)) [[unlikely]] {
      if (!end_of_life()) return;
    }
    dispose();
  }
  // What remains to be done when the last handle has gone. False if it lives on.
  bool end_of_life();
  void report_never_retrieved();
  // Asked when the last handle has gone before it has ended: whether what it waits for holds it.
  virtual bool lives_on() noexcept { return false; }
  // Gives its memory back.
  virtual void dispose() noexcept { delete this; }

  CallbackList callbacks_;
  std::uint32_t refs_ = 0;
  Status status_ = Status::pending;
  bool retrieved_ : 1 = false;
  bool awaited_itself_ : 1 = false;

 protected:  // of TaskState; they stand here because here is room
  bool must_cancel_ : 1 = false;
  bool started_ : 1 = false;
  bool draining_ : 1 = false;  // one of those the end of a run waits for
  bool main_ : 1 = false;      // what run() was given
  std::uint16_t cancels_ = 0;
};

// A future with a result of type T that is set from outside.
template <class T>
class ValueState : public FutureState {
 public:
  Result<T>& result() { return result_; }
  std::exception_ptr error() const override { return result_.error(); }
  std::uint64_t identity() const override { return identity_; }

  template <class... Args>
  void set_result(Args&&... args) {
    if (done()) throw InvalidStateError("set_result on a future that is done");
    result_.emplace(std::forward<Args>(args)...);
    complete(Status::value);
  }
  void set_exception(std::exception_ptr error) {
    if (done()) throw InvalidStateError("set_exception on a future that is done");
    if (error == nullptr) throw std::invalid_argument("set_exception: the exception is null");
    result_.set_error(ResultKind::exception, std::move(error));
    complete(Status::exception);
  }

 protected:
  void set_cancelled(std::exception_ptr error) noexcept override {
    result_.set_error(ResultKind::cancelled, std::move(error));
  }

 private:
  std::uint64_t identity_ = new_identity();
  Result<T> result_;
};

// "std::runtime_error: Failed"; "an exception of type int".
std::string describe_exception(const std::exception_ptr& error);

}  // namespace sim::internal
