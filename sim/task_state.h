// TaskState: a coroutine that the loop runs step by step, and the future of its result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/context.h"
#include "sim/future_state.h"
#include "sim/frame_block.h"
#include "sim/promise.h"
#include "sim/rng.h"
#include "sim/task_registry.h"
#include "sim/waiter.h"

namespace sim::internal {

// What a task is called, taken while it is there and put into words when somebody asks.
struct TaskNaming {
  std::string given;  // else it is the function's, with a number
  std::source_location function{};
  std::uint32_t ordinal = 0;

  std::string to_string() const;
};

// Who creates: the identity that the tasks and callbacks made here derive theirs from. It says "the
// n-th child of", so it does not depend on the schedule.
struct Origin {
  std::uint64_t identity = 0;
  std::uint32_t children = 0;
  std::uint32_t ordinal = 0;  // of this one among its siblings

  Origin next() {
    ++children;
    const std::uint64_t x = (identity + children) * 0x9e3779b97f4a7c15;
    return {x ^ (x >> 32), 0, children};
  }
  // The identity of who made it: next() undone.
  std::uint64_t parent() const {
    return (identity ^ (identity >> 32)) * 0xf1de83e19937733d - ordinal;
  }
};

class TaskState : public FutureState {
 public:
  // What only some tasks have.
  struct Extra {
    static void* operator new(std::size_t bytes) { return Arena::allocate_here(bytes); }
    static void operator delete(void* extra, std::size_t bytes) noexcept {
      Arena::deallocate(extra, bytes);
    }
    std::string name;
    std::string cancel_message;
    std::optional<Rng> rng;
    Ref<Context> context;
    std::shared_ptr<void> kept;  // what spawn() keeps alive for the coroutine
    std::uint32_t objects = 0;   // primitives made by this task so far
  };

  // Where it resumes; null once it has ended.
  PromiseBase* leaf() const { return done() ? nullptr : leaf_; }
  Waiter* waiter() const { return waiter_; }
  Origin& origin() { return origin_; }
  const Origin& origin() const { return origin_; }
  TaskRegistry::Ticket ticket() const { return ticket_; }
  bool started() const { return started_; }
  bool must_cancel() const { return must_cancel_; }
  void set_main() { main_ = true; }
  Extra& extra() {
    if (extra_ == nullptr) extra_ = std::make_unique<Extra>();
    return *extra_;
  }
  const Extra* extra_if_any() const { return extra_.get(); }

  // asyncio's Task.cancel, cancelling and uncancel.
  // Cancelling goes down the chain of tasks that wait for one another; a cycle of them throws
  // std::runtime_error (CPython's RecursionError).
  bool cancel(const std::string& message) override;
  TaskState* as_task() override { return this; }
  std::uint64_t identity() const override { return origin_.identity; }
  std::uint32_t cancelling() const { return cancels_; }
  // The same, for anybody who asks.
  std::uint32_t seen_cancelling() const;
  std::uint32_t uncancel();

  // The name it was given, else "main" for what run() was given, else its coroutine's with the
  // number of the task among its siblings.
  std::string name() const { return naming().to_string(); }
  TaskNaming naming() const;
  std::string describe() const override { return "task " + name(); }
  // The coroutines from the one suspended up to the root, with the place each stands at.
  std::string stack() const;

  // Called by awaiters as the task suspends: it resumes at `leaf`, and `waiter` says what for
  // (null: it is ready already).
  void suspended_at(PromiseBase& leaf, Waiter* waiter) {
    leaf_ = &leaf;
    waiter_ = waiter;
  }
  // Throws CancelledError with the message of the request, and takes the request back.
  [[noreturn]] void throw_cancelled();
  // Takes the request back only: the CancelledError that is thrown comes from elsewhere.
  void drop_request() { must_cancel_ = false; }

 protected:
  explicit TaskState(const Origin& origin) : origin_(origin) {}
  ~TaskState() override = default;

 private:
  friend class Scheduler;
  friend class Waiter;

  void remember_message(const std::string& message);
  // The task was cancelled in the step it has just ended by suspending.
  void cancel_wait();
  // Destroys the root's frame and what it borrowed, keeping its name.
  void destroy_root(PromiseBase& root) noexcept;
  std::source_location function() const;

  union {
    PromiseBase* leaf_ = nullptr;
    std::source_location ended_function_;  // once it has ended
  };
  Waiter* waiter_ = nullptr;
  std::unique_ptr<Extra> extra_;
  Origin origin_;
  TaskRegistry::Ticket ticket_;

 protected:
  std::uint32_t block_bytes_ = 0;  // of the memory of frame and control block; known at the end
  std::uint32_t unnamed_ = 0;      // things without a name that it made so far; see new_identity()
};

// Lives in the room in front of its root's frame.
template <class T>
class TaskStateOf final : public TaskState {
 public:
  static TaskStateOf* make(const Origin& origin, PromiseBase& root) {
    return new (FrameBlock<T>::task_room(root.handle().address())) TaskStateOf(origin, root);
  }
  Result<T>& result() { return result_; }
  std::exception_ptr error() const override { return result_.error(); }

 private:
  TaskStateOf(const Origin& origin, PromiseBase& root) : TaskState(origin) {
    root.result = &result_;
    suspended_at(root, nullptr);
  }
  static void* operator new(std::size_t, void* room) { return room; }
  void set_cancelled(std::exception_ptr error) noexcept override {
    result_.set_error(ResultKind::cancelled, std::move(error));
  }
  void dispose() noexcept override {
    const std::size_t bytes = block_bytes_;
    this->~TaskStateOf();
    if constexpr (!kArenaRecycles) allow_access(this, bytes);
    Arena::deallocate(this, bytes);
  }
  Result<T> result_;
};

}  // namespace sim::internal
