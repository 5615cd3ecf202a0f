// Coroutines, tasks and gather of the limit. An exception ends the process.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "bench/limit/loop.h"

namespace limit {

struct Gathering {
  std::coroutine_handle<> waiter;
  std::size_t pending;
};

// Who is told when a coroutine ends, in one word; the low bits say how:
//   0 a coroutine that called it: resumes next
//   1 a coroutine that waits for the task (or nobody yet): becomes ready
//   2 a gathering that counts it
class Completion {
 public:
  void call(std::coroutine_handle<> caller) noexcept { word_ = bits(caller.address()); }
  void start_task() noexcept { word_ = kTask; }
  void await_task(std::coroutine_handle<> waiter) noexcept {
    word_ = bits(waiter.address()) | kTask;
  }
  void gather(Gathering* gathering) noexcept { word_ = bits(gathering) | kGather; }

  void done() const {
    if ((word_ & 3) == 0) [[likely]] {
      loop.next = handle();
    } else if (word_ & kTask) {
      if (word_ != kTask) loop.ready.push_back(handle());
    } else {
      Gathering* gathering = reinterpret_cast<Gathering*>(word_ & ~std::uintptr_t{3});
      if (--gathering->pending == 0) loop.ready.push_back(gathering->waiter);
    }
  }

 private:
  static constexpr std::uintptr_t kTask = 1;
  static constexpr std::uintptr_t kGather = 2;
  static std::uintptr_t bits(void* address) noexcept {
    return reinterpret_cast<std::uintptr_t>(address);
  }
  std::coroutine_handle<> handle() const noexcept {
    return std::coroutine_handle<>::from_address(
        reinterpret_cast<void*>(word_ & ~std::uintptr_t{3}));
  }
  std::uintptr_t word_ = kTask;
};

struct PromiseBase {
  Completion completion;

  static void* operator new(std::size_t bytes) { return loop.pool.allocate(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept {
    loop.pool.deallocate(frame, bytes);
  }
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      self.promise().completion.done();
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  T value;
  auto get_return_object() noexcept { return std::coroutine_handle<Promise>::from_promise(*this); }
  void return_value(T result) noexcept { value = std::move(result); }
  T take() noexcept { return std::move(value); }
};

template <>
struct Promise<void> : PromiseBase {
  auto get_return_object() noexcept { return std::coroutine_handle<Promise>::from_promise(*this); }
  void return_void() const noexcept {}
  void take() const noexcept {}
};

// Owns a frame. Awaiting it runs it in place of the awaiter.
template <class T = void>
class [[nodiscard]] Coro {
 public:
  using promise_type = Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Coro(Handle handle) noexcept : handle_(handle) {}  // NOLINT: what get_return_object gives
  Coro(Coro&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Coro& operator=(Coro&&) = delete;
  ~Coro() {
    if (handle_) handle_.destroy();
  }

  Completion& completion() const noexcept { return handle_.promise().completion; }
  Handle handle() const noexcept { return handle_; }
  Handle release() noexcept { return std::exchange(handle_, nullptr); }

  struct Awaiter {
    Handle callee;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller) const noexcept {
      callee.promise().completion.call(caller);
      loop.next = callee;
    }
    T await_resume() const noexcept { return callee.promise().take(); }
  };
  Awaiter operator co_await() && noexcept { return Awaiter{handle_}; }

 private:
  Handle handle_;
};

// A coroutine that runs beside its creator. Must be awaited, or outlive what it does.
template <class T = void>
class [[nodiscard]] Task {
 public:
  explicit Task(Coro<T>&& coro) : coro_(std::move(coro)) {
    coro_.completion().start_task();
    loop.ready.push_back(coro_.handle());
  }
  struct Awaiter {
    typename Coro<T>::Handle task;
    bool await_ready() const noexcept { return task.done(); }
    void await_suspend(std::coroutine_handle<> waiter) const noexcept {
      task.promise().completion.await_task(waiter);
    }
    T await_resume() const noexcept { return task.promise().take(); }
  };
  Awaiter operator co_await() const noexcept { return Awaiter{coro_.handle()}; }

 private:
  Coro<T> coro_;
};

template <class T>
Task<T> create_task(Coro<T>&& coro) {
  return Task<T>(std::move(coro));
}

// Starts all children as tasks; resumes when the last has ended. The frames go with the awaiter.
class gather {
 public:
  explicit gather(std::vector<Coro<>> children) : children_(std::move(children)) {}
  gather(const gather&) = delete;
  gather& operator=(const gather&) = delete;
  bool await_ready() const noexcept { return children_.empty(); }
  void await_suspend(std::coroutine_handle<> waiter) {
    gathering_ = {waiter, children_.size()};
    for (Coro<>& child : children_) {
      child.completion().gather(&gathering_);
      loop.ready.push_back(child.handle());
    }
  }
  void await_resume() const noexcept {}

 private:
  std::vector<Coro<>> children_;
  Gathering gathering_{};
};

// Runs `main` to its end, and everything that is still ready or asleep then. Nothing that was made
// for this run may outlive it.
inline void run(Coro<> main) {
  loop.ready.push_back(main.handle());
  loop.run();
  Coro<>::Handle frame = main.release();
  frame.destroy();
  loop.pool.reset();
}

}  // namespace limit
