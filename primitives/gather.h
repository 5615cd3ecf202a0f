// gather(): runs several things concurrently and waits for all of them.
//
//   auto [a, b] = co_await sim::gather(fetch("a"), fetch("b"));
//   std::vector<int> all = co_await sim::gather(std::move(coros));
//
// Coroutines become tasks at the call, in the order of the arguments; tasks and futures are taken
// as they are. The result is a Future of a tuple (void as std::monostate) or, for a vector, of a
// vector, in the order of the arguments. The first exception ends it at once; the siblings keep
// running. Cancelling it cancels every child. Its waiter resumes three iterations after coroutines
// that end at once. One whose handle is dropped goes on as long as its children do: its callbacks
// run, and of several exceptions that nobody looks at the first one is reported. A pending future
// of another loop throws std::invalid_argument. Source: asyncio.gather.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "primitives/ensure_future.h"

namespace sim {

namespace internal {

// Counts children that end, for the future that waits for them all.
class Gathering {
 public:
  // The next child. One that has ended already is looked at by begin().
  void add(Ref<FutureState> future) {
    Child& child = children_[added_++];
    if (!child.watch(*this, std::move(future))) ended_before_.push_back(&child);
  }
  void begin();

 protected:
  enum class Mode : bool { first_exception, settled };

  Gathering(FutureState& outer, std::size_t count, Mode mode);
  ~Gathering();
  FutureState& child(std::size_t index) { return children_[index].future(); }
  std::size_t count() const { return count_; }
  bool cancel_children(const std::string& message);
  std::string describe_children() const;
  void children(std::vector<const FutureState*>& into) const;
  // Asked when the last handle has gone: whether the children hold it from now on.
  bool held_by_children() noexcept;

 private:
  // One child, and its place in its callbacks.
  class Child final : public Runnable {
   public:
    static void* operator new[](std::size_t bytes) { return Arena::allocate_here(bytes); }
    static void operator delete[](void* children, std::size_t bytes) noexcept {
      Arena::deallocate(children, bytes);
    }
    ~Child() { unwatch(); }
    // False if it has ended.
    bool watch(Gathering& gathering, Ref<FutureState> future);
    FutureState& future() const { return *future_; }
    bool only_counts() const { return (word_ & kCounts) != 0; }
    void run() override;
    void drop() noexcept override;
    bool scheduled(FutureState&) override;
    std::uint64_t identity() const override;
    // What becomes of it does not matter any more.
    void not_needed();
    // If it has not ended: its callbacks hold the gathering, which does not hold it any more.
    void hold_gathering();

   private:
    static constexpr std::uintptr_t kRegistered = 1;
    static constexpr std::uintptr_t kHolds = 2;  // the gathering: in the queue, or nobody else does
    static constexpr std::uintptr_t kCounts = 4;  // that it has ended is all that matters
    Gathering& gathering() const { return *reinterpret_cast<Gathering*>(word_ & ~7); }
    void unwatch() noexcept;

    Ref<FutureState> future_;
    std::uintptr_t word_ = 0;  // the gathering and the above: there may be millions of children
  };

  bool counts_only();
  void note_end(const Child& child);
  void child_done(const Child& child);
  void fail_with(FutureState& child);
  virtual void succeed() = 0;
  virtual void fail(std::exception_ptr error) = 0;

  FutureState& outer_;
  Joint joint_;
  std::unique_ptr<Child[]> children_;
  std::size_t count_;
  std::size_t added_ = 0;
  std::vector<Child*> ended_before_;
  std::size_t finished_ = 0;
  Mode mode_;
  bool cancel_requested_ = false;
  bool cancelling_ = false;  // cancel_children() runs: to come back to it is a cycle
  bool dropped_ = false;     // nobody has a handle
};

// Collect makes the result of the children.
template <class Collect>
class GatherState final : public ValueState<typename Collect::Value>, public Gathering {
 public:
  explicit GatherState(std::size_t count)
      : Gathering(static_cast<FutureState&>(*this), count,
                  Collect::kSettled ? Mode::settled : Mode::first_exception) {}
  bool cancel(const std::string& message) override {
    this->note_look();
    return !this->done() && cancel_children(message);
  }
  std::string describe() const override { return describe_children(); }
  void waits_for(std::vector<const FutureState*>& futures) const override {
    Gathering::children(futures);
  }

 private:
  void succeed() override {
    try {
      this->set_result(Collect::collect(
          [this](std::size_t index) -> FutureState& { return child(index); }, count()));
    } catch (...) {  // a value that was moved out, or whose copy throws
      this->set_exception(std::current_exception());
    }
  }
  void fail(std::exception_ptr error) override { this->set_exception(std::move(error)); }
  bool lives_on() noexcept override { return held_by_children(); }
  void dispose() noexcept override {
    if (!held_by_children()) delete this;
  }
};

// What becomes of a child's state: its value, or its outcome.
struct TakeValue {
  static constexpr bool kSettled = false;
  template <class State>
  static auto take(FutureState& child) {
    return take_value(static_cast<State&>(child));
  }
};
struct TakeOutcome {
  static constexpr bool kSettled = true;
  template <class State>
  static auto take(FutureState& child) {
    return take_settled(static_cast<State&>(child));
  }
};

template <class Take, class... States>
struct CollectTuple : Take {
  using Value = std::tuple<decltype(Take::template take<States>(std::declval<FutureState&>()))...>;
  template <class ChildAt>
  static Value collect(ChildAt child_at, std::size_t) {
    return collect_each(child_at, std::index_sequence_for<States...>());
  }
  template <class ChildAt, std::size_t... kIndex>
  static Value collect_each([[maybe_unused]] ChildAt child_at, std::index_sequence<kIndex...>) {
    return Value{Take::template take<States>(child_at(kIndex))...};  // from left to right
  }
};
template <class Take, class State>
struct CollectVector : Take {
  using Value = std::vector<decltype(Take::template take<State>(std::declval<FutureState&>()))>;
  template <class ChildAt>
  static Value collect(ChildAt child_at, std::size_t count) {
    Value values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      values.push_back(Take::template take<State>(child_at(i)));
    }
    return values;
  }
};

template <class X>
using StateOf = std::remove_reference_t<decltype(*ensure_state(std::declval<X>()))>;

template <class Take, class... X>
auto gather_all(X&&... awaitables) {
  Scheduler::here();
  using State = GatherState<CollectTuple<Take, StateOf<X>...>>;
  Future<typename CollectTuple<Take, StateOf<X>...>::Value> outer(new State(sizeof...(X)));
  auto& gathering = static_cast<State&>(*outer.state());
  (gathering.add(ensure_state(std::forward<X>(awaitables))), ...);
  gathering.begin();
  return outer;
}

template <class Take, class X>
auto gather_vector(std::vector<X> awaitables) {
  Scheduler::here();
  using State = GatherState<CollectVector<Take, StateOf<X>>>;
  Future<typename CollectVector<Take, StateOf<X>>::Value> outer(new State(awaitables.size()));
  auto& gathering = static_cast<State&>(*outer.state());
  for (X& awaitable : awaitables) gathering.add(ensure_state(std::move(awaitable)));
  gathering.begin();
  return outer;
}

}  // namespace internal

template <class... X>
  requires(internal::Awaitable<X> && ...)
auto gather(X&&... awaitables) {
  return internal::gather_all<internal::TakeValue>(std::forward<X>(awaitables)...);
}
// All of one type, in a vector: Coro<T>, Task<T> or Future<T>.
template <class X>
auto gather(std::vector<X> awaitables) {
  return internal::gather_vector<internal::TakeValue>(std::move(awaitables));
}

// gather() that never throws a child's exception: each child's Outcome, in order. A cancellation
// that was requested of the gather itself still throws. asyncio's return_exceptions=True.
template <class... X>
  requires(internal::Awaitable<X> && ...)
auto gather_settled(X&&... awaitables) {
  return internal::gather_all<internal::TakeOutcome>(std::forward<X>(awaitables)...);
}
template <class X>
auto gather_settled(std::vector<X> awaitables) {
  return internal::gather_vector<internal::TakeOutcome>(std::move(awaitables));
}

}  // namespace sim
