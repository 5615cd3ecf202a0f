// AsyncGenerator<T>: a coroutine that yields values, as Python's `async def` with `yield`.
//
//   sim::AsyncGenerator<int> ticks(int n) {
//     for (int i = 0; i < n; ++i) { co_await sim::sleep(1s); co_yield i; }
//   }
//   auto gen = ticks(3);
//   while (int* tick = co_await gen.next()) std::printf("%d\n", *tick);
//
// Its body runs inside the task that awaits next(), without a suspension of its own. A yielded
// value lives until the next call of next(). An exception of the body comes out of next() and ends
// the generator. aclose() throws GeneratorExit at the co_yield it stands at, and waits for its
// cleanup; a loop that shuts down does so with those that are still open, all at once, after the
// tasks that were left have ended. Destroying an unfinished generator runs destructors only, which
// cannot await. Destroying one that a task awaits is the finding destroyed_in_use. Source: PEP 525,
// loop.shutdown_asyncgens.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "primitives/operation.h"
#include "sim/coro.h"
#include "sim/shutdown.h"

namespace sim {

template <class T>
class AsyncGenerator;

namespace internal {

template <class T>
struct GeneratorState;
template <class T>
Coro<> close_generator(std::shared_ptr<GeneratorState<T>> state);

// Reports destroyed_in_use for a generator whose body runs.
void report_generator_destroyed(const PromiseBase& frame);

// "asynchronous generator 'ticks' (a.cc:7)".
std::string describe_generator(const PromiseBase& frame);

// What a generator's handle and those who await it share. Owns the frame.
template <class T>
struct GeneratorState final : OpenGenerator, std::enable_shared_from_this<GeneratorState<T>> {
  using OpenGenerator::closed;
  using OpenGenerator::opened;
  GeneratorState() = default;
  ~GeneratorState() { destroy_frame(); }
  Coro<> close() override { return close_generator(this->shared_from_this()); }
  std::string describe() const override { return describe_generator(*frame); }

  PromiseBase* frame = nullptr;
  T* value = nullptr;  // yielded; null once the body has ended
  Result<void> result;
  bool started = false;
  bool running = false;
  bool closing = false;
  bool destroyed = false;  // the handle has gone while the body ran

  // The frame is gone or its body has ended.
  bool finished() const {
    return frame == nullptr || result.frame_gone() || result.kind() != ResultKind::none;
  }
  void destroy_frame() {
    PromiseBase* gone = std::exchange(frame, nullptr);
    if (gone != nullptr && !result.frame_gone()) gone->handle().destroy();
  }
};

template <class T>
struct GeneratorPromise : AwaitingPromise {
  AsyncGenerator<T> get_return_object(
      std::source_location in = std::source_location::current()) {
    check_frame_layout(*this, in);
    place = in;
    auto shared = std::make_shared<GeneratorState<T>>();
    state = shared.get();
    state->frame = this;
    result = &state->result;
    return AsyncGenerator<T>(std::move(shared));
  }
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept {
    state->value = nullptr;
    return {};
  }
  void return_void() { state->result.emplace(); }
  void unhandled_exception() noexcept { state->result.set_current_exception(); }

  // Back to who awaits next(); at the next resumption the body goes on, or is told to end.
  struct Yielded {
    explicit Yielded(GeneratorState<T>& s) : state(s) {}
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<GeneratorPromise> coroutine) noexcept {
      current_scheduler->resume_next(coroutine.promise().parent);
    }
    void await_resume() {
      if (std::exchange(state.closing, false)) throw GeneratorExit();
    }
    GeneratorState<T>& state;
  };
  Yielded yield_value(T& value) {
    state->value = &value;
    return Yielded(*state);
  }
  Yielded yield_value(T&& value) { return yield_value(value); }
  // A constant is copied: who reads the value may change it.
  Yielded yield_value(const T& value)
    requires std::copy_constructible<T>
  {
    copy.emplace(value);
    return yield_value(*copy);
  }

  GeneratorState<T>* state = nullptr;
  std::optional<T> copy;
};

// Runs a generator to its next co_yield or its end.
template <class T>
class GeneratorStep {
 public:
  explicit GeneratorStep(std::shared_ptr<GeneratorState<T>> state) : state_(std::move(state)) {}

  bool ready() {
    if (state_->running) {
      throw std::runtime_error(describe_generator(*state_->frame) + " is already running");
    }
    return state_->finished();
  }
  void suspend(PromiseBase& at) {
    if (!std::exchange(state_->started, true)) state_->opened();
    state_->running = true;
    state_->frame->parent = &at;
    current_scheduler->resume_next(state_->frame);
  }

 protected:
  // Null if the body has ended. Throws what it threw, once.
  T* take() {
    state_->running = false;
    if (!state_->finished()) {
      if (!state_->destroyed) return state_->value;
      throw std::runtime_error("the asynchronous generator has been destroyed");
    }
    state_->closed();
    state_->destroy_frame();
    if (state_->result.kind() == ResultKind::value || state_->result.kind() == ResultKind::moved) {
      return nullptr;
    }
    const ResultKind kind = state_->result.kind();
    const std::exception_ptr error = state_->result.error();
    state_->result.emplace();
    if (error != nullptr) throw_error(kind, error);
    return nullptr;
  }

  std::shared_ptr<GeneratorState<T>> state_;
};

template <class T>
class GeneratorNext : public GeneratorStep<T> {
 public:
  static constexpr const char* kOperation = "AsyncGenerator.next";
  using GeneratorStep<T>::GeneratorStep;
  T* resume() { return this->take(); }
};

template <class T>
class GeneratorClose : public GeneratorStep<T> {
 public:
  using GeneratorStep<T>::GeneratorStep;
  bool ready() {
    if (GeneratorStep<T>::ready()) return true;
    if (!this->state_->started) {
      this->state_->destroy_frame();
      return true;
    }
    this->state_->closing = true;
    return false;
  }
  void resume() {
    try {
      if (this->take() == nullptr) return;
    } catch (const GeneratorExit&) {
      return;
    }
    throw std::runtime_error(describe_generator(*this->state_->frame) + " ignored GeneratorExit");
  }
};

template <class T>
Coro<> close_generator(std::shared_ptr<GeneratorState<T>> state) {
  co_await GeneratorClose<T>(std::move(state));
}

}  // namespace internal

template <class T>
class [[nodiscard]] AsyncGenerator {
 public:
  using promise_type = internal::GeneratorPromise<T>;
  using value_type = T;
  using Next =
      internal::Operation<internal::GeneratorNext<T>, std::shared_ptr<internal::GeneratorState<T>>>;

  AsyncGenerator(AsyncGenerator&&) noexcept = default;
  AsyncGenerator& operator=(AsyncGenerator&& other) noexcept {
    if (this != &other) {
      let_go();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~AsyncGenerator() { let_go(); }

  // co_await it: a pointer to the next value, null at the end. Throws what the body throws, and
  // std::runtime_error while another task awaits next().
  Next next() { return Next(state_); }

  // Ends the generator where it stands and waits for that; no effect on one that has ended. Throws
  // std::runtime_error if the body yields again.
  Coro<> aclose() { return internal::close_generator(state_); }

 private:
  friend promise_type;
  // A body that runs belongs to who awaits it until it yields or ends.
  void let_go() {
    if (state_ == nullptr || !state_->running || state_->finished()) return;
    state_->destroyed = true;
    internal::report_generator_destroyed(*state_->frame);
  }
  explicit AsyncGenerator(std::shared_ptr<internal::GeneratorState<T>> state)
      : state_(std::move(state)) {}
  std::shared_ptr<internal::GeneratorState<T>> state_;
};

}  // namespace sim
