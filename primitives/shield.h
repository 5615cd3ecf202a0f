// shield(): protects something from the cancellation of who waits for it.
//
//   co_await sim::shield(commit);      // cancelled here: CancelledError, and commit runs on
//
// A coroutine becomes a task at the call. The result is a Future that ends as the inner one does;
// when it is cancelled the inner one goes on. Keep a handle to the inner task: nobody else waits
// for it. Its waiter resumes three iterations after an inner coroutine that ends at once. A pending
// future of another loop throws std::runtime_error. Source: asyncio.shield.
#pragma once

#include <stdexcept>
#include <utility>

#include "primitives/ensure_future.h"

namespace sim {

namespace internal {

template <class T, class Inner>
class ShieldState final : public ValueState<T> {
 public:
  explicit ShieldState(Ref<Inner> inner)
      : inner_(std::move(inner)), inner_done_(*this), outer_done_(*this) {
    if (!inner_->done()) inner_->add_callback(Entry::runnable(&inner_done_));
    this->add_callback(Entry::runnable(&outer_done_));
  }
  ~ShieldState() override {
    if (!this->done()) inner_->note_look();  // else OuterDone has seen to it
    if (!inner_->done()) inner_->remove_callback(Entry::runnable(&inner_done_));
  }
  std::string describe() const override { return "shield of " + inner_->describe(); }
  void waits_for(std::vector<const FutureState*>& futures) const override {
    futures.push_back(inner_.get());
  }

  void take_over() {
    this->note_look();
    if (this->cancelled()) {
      if (!inner_->cancelled()) inner_->mark_retrieved();
    } else if (inner_->cancelled()) {
      this->cancel(cancel_message(inner_->error()));
    } else if (inner_->failed()) {
      this->set_exception(inner_->exception());
    } else if constexpr (std::is_void_v<T>) {
      inner_->mark_retrieved();
      this->set_result();
    } else {
      try {
        this->set_result(take_value(*inner_));
      } catch (...) {  // a value that was moved out, or whose copy throws
        this->set_exception(std::current_exception());
      }
    }
  }

 private:
  // A callback of one of the two; keeps the state alive while it is scheduled.
  struct Link : Runnable {
    explicit Link(ShieldState& of) : shield(of) {}
    void drop() noexcept override {
      if (std::exchange(is_scheduled, false)) shield.release();
    }
    bool scheduled(FutureState&) override {
      is_scheduled = true;
      shield.retain();
      return true;
    }
    ShieldState& shield;
    bool is_scheduled = false;
  };
  struct InnerDone final : Link {
    using Link::Link;
    void run() override {
      const auto keep = Ref<ShieldState>::adopt(&this->shield);
      this->is_scheduled = false;
      keep->take_over();
    }
    std::uint64_t identity() const override {
      return mix(this->shield.inner_->identity(), this->shield.identity());
    }
  };
  struct OuterDone final : Link {
    using Link::Link;
    std::uint64_t identity() const override { return mix(this->shield.identity(), 1); }
    void run() override {
      const auto keep = Ref<ShieldState>::adopt(&this->shield);
      this->is_scheduled = false;
      keep->unwatch();
    }
  };

  void unwatch() {
    inner_->note_look();
    if (!inner_->done()) inner_->remove_callback(Entry::runnable(&inner_done_));
  }

  Ref<Inner> inner_;
  InnerDone inner_done_;
  OuterDone outer_done_;
};

}  // namespace internal

// Takes a coroutine, another awaitable, a task or a future. A value is copied if T can be copied
// and others hold the inner one, else moved out of it.
template <class X>
  requires internal::Awaitable<X>
auto shield(X&& awaitable) {
  using T = internal::AwaitResult<X>;
  auto inner = internal::ensure_state(std::forward<X>(awaitable));
  using Inner = std::remove_reference_t<decltype(*inner)>;
  inner->note_look();
  const bool done = inner->done();
  internal::require_own<std::runtime_error>("shield", *inner);
  internal::Ref<internal::ShieldState<T, Inner>> shield(
      new internal::ShieldState<T, Inner>(std::move(inner)));
  if (done) shield->take_over();
  return Future<T>(shield.get());
}

}  // namespace sim
