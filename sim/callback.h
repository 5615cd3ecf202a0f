// Callbacks: plain functions that the loop runs as steps of their own. Each runs in the context it
// was scheduled from and gives an identity of its own to what it creates. What it throws goes to
// the loop's exception handler.
#pragma once

#include <exception>
#include <utility>

#include "sim/future_state.h"
#include "sim/scheduler.h"

namespace sim::internal {

class CallbackState;

// What a callback carries besides its function.
class CallbackScope {
 public:
  CallbackScope();
  std::uint64_t identity() const { return origin_.identity; }
  // From now on the context is empty.
  void forget_context() { context_ = {}; }
  // Calls `function` inside the scope. `callback` is what the exception handler is given of it.
  template <class F>
  void call(F&& function, CallbackState* callback = nullptr) noexcept {
    Scheduler& scheduler = *current_scheduler;
    Origin* const outer_origin = scheduler.exchange_origin(&origin_);
    Ref<Context> outer_context = scheduler.exchange_context(std::move(context_));
    try {
      std::forward<F>(function)();
    } catch (...) {
      callback_failed(callback);
    }
    scheduler.exchange_context(std::move(outer_context));
    scheduler.exchange_origin(outer_origin);
  }

 private:
  static void callback_failed(CallbackState* callback) noexcept;
  Ref<Context> context_;
  Origin origin_;
};

// A callback of call_soon, call_later or call_at. The queue it stands in holds one reference.
class CallbackState : public Runnable {
 public:
  void retain() { ++refs_; }
  void release() noexcept {
    if (--refs_ == 0) delete this;
  }
  void run() final;
  void drop() noexcept final {
    ran_ = true;
    release();
  }

  std::uint64_t identity() const final { return scope_.identity(); }

  void cancel();
  bool cancelled() const { return cancelled_; }
  std::int64_t when() const { return when_; }
  void schedule_soon();
  void schedule_at(std::int64_t when);

  static void* operator new(std::size_t bytes) { return Arena::allocate_here(bytes); }
  static void operator delete(void* state, std::size_t bytes) noexcept {
    Arena::deallocate(state, bytes);
  }

 protected:
  virtual ~CallbackState() = default;

 private:
  virtual void call() = 0;

  TimerQueue::Slot slot_ = TimerQueue::kNoSlot;
  std::uint32_t refs_ : 30 = 0;
  bool cancelled_ : 1 = false;
  bool ran_ : 1 = false;  // or never will
  CallbackScope scope_;
  std::int64_t when_ = 0;
};

template <class F>
class CallbackOf final : public CallbackState {
 public:
  explicit CallbackOf(F function) : function_(std::move(function)) {}

 private:
  void call() override { function_(); }
  F function_;
};

// A user's callback on a future. Belongs to the future until that has ended, then to the loop.
template <class HandleType, class State, class F>
class DoneCallback final : public Runnable {
 public:
  DoneCallback(F function, std::uint64_t id) : function_(std::move(function)), id_(id) {}
  void run() override {
    scope_.call([this] {
      if constexpr (std::is_invocable_v<F&, const HandleType&>) {
        function_(HandleType(static_cast<State*>(future_.get())));
      } else {
        function_();
      }
    });
    delete this;
  }
  void drop() noexcept override { delete this; }
  bool scheduled(FutureState& future) override {
    future_ = Ref<FutureState>(&future);
    return true;
  }
  std::uint64_t id() const override { return id_; }
  std::uint64_t identity() const override { return scope_.identity(); }

 private:
  CallbackScope scope_;
  Ref<FutureState> future_;
  F function_;
  std::uint64_t id_;
};

}  // namespace sim::internal
