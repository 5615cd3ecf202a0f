// gather(): runs several things concurrently and waits for all of them.
//
//   auto [a, b] = co_await sim::gather(fetch("a"), fetch("b"));
//   std::vector<int> all = co_await sim::gather(std::move(coros));
//
// Coroutines become tasks at the call, in the order of the arguments; tasks and futures are taken
// as they are. The result is a Future of a tuple (void as std::monostate) or, for a vector, of a
// vector, in the order of the arguments. The first exception ends it at once; the siblings keep
// running. Cancelling it cancels every child. Its waiter resumes three iterations after coroutines
// that end at once. Source: asyncio.gather.
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
 protected:
  enum class Mode : bool { first_exception, settled };

  Gathering(FutureState& outer, Mode mode) : outer_(outer), mode_(mode) {}
  ~Gathering();
  void watch(const std::vector<FutureState*>& children);
  bool cancel_children(const std::string& message);
  std::string describe_children() const;
  void children(std::vector<const FutureState*>& into) const;

 private:
  // One child's place in its callbacks.
  struct Child final : Runnable {
    void run() override;
    void drop() noexcept override;
    void scheduled(FutureState&) override;
    CallbackNode node;
    Gathering* gathering = nullptr;
    FutureState* future = nullptr;
    bool is_scheduled = false;
  };

  void child_done(FutureState& child);
  virtual void succeed() = 0;
  virtual void fail(std::exception_ptr error) = 0;

  FutureState& outer_;
  std::unique_ptr<Child[]> children_;
  std::size_t count_ = 0;
  std::size_t finished_ = 0;
  Mode mode_;
  bool cancel_requested_ = false;
  bool cancelling_ = false;  // cancel_children() runs: to come back to it is a cycle
};

// `Children` is a tuple or vector of references to states; Collect makes the result of them.
template <class Value, class Children, class Collect>
class GatherState final : public ValueState<Value>, private Gathering {
 public:
  GatherState(Children children, std::vector<FutureState*> states, bool settled)
      : Gathering(static_cast<FutureState&>(*this),
                  settled ? Mode::settled : Mode::first_exception),
        children_(std::move(children)) {
    this->retain();  // a child that is done already may end it here
    watch(states);
  }
  bool cancel(const std::string& message) override {
    return !this->done() && cancel_children(message);
  }
  std::string describe() const override { return describe_children(); }
  void waits_for(std::vector<const FutureState*>& futures) const override {
    Gathering::children(futures);
  }

 private:
  void succeed() override {
    try {
      this->set_result(Collect()(children_));
    } catch (...) {  // a value that was moved out, or whose copy throws
      this->set_exception(std::current_exception());
    }
  }
  void fail(std::exception_ptr error) override { this->set_exception(std::move(error)); }

  Children children_;
};

struct CollectValues {
  template <class... States>
  auto operator()(std::tuple<Ref<States>...>& children) const {
    return std::apply(
        [](auto&... child) { return std::tuple<ValueOf<States>...>{take_value(*child)...}; },
        children);
  }
  template <class State>
  auto operator()(std::vector<Ref<State>>& children) const {
    std::vector<ValueOf<State>> values;
    values.reserve(children.size());
    for (Ref<State>& child : children) values.push_back(take_value(*child));
    return values;
  }
};

struct CollectOutcomes {
  template <class... States>
  auto operator()(std::tuple<Ref<States>...>& children) const {
    return std::apply([](auto&... child) { return std::tuple{take_settled(*child)...}; }, children);
  }
  template <class State>
  auto operator()(std::vector<Ref<State>>& children) const {
    std::vector<decltype(take_settled(*children[0]))> outcomes;
    outcomes.reserve(children.size());
    for (Ref<State>& child : children) outcomes.push_back(take_settled(*child));
    return outcomes;
  }
};

template <class Collect, class Children>
auto start_gather(Children children, std::vector<FutureState*> states) {
  using Value = decltype(Collect()(children));
  constexpr bool kSettled = std::is_same_v<Collect, CollectOutcomes>;
  using State = GatherState<Value, Children, Collect>;
  auto state = Ref<State>::adopt(new State(std::move(children), std::move(states), kSettled));
  return Future<Value>(state.get());
}

template <class Collect, class... X>
auto gather_all(X&&... awaitables) {
  Scheduler::here();
  // Braces evaluate from left to right: tasks are made in the order of the arguments.
  std::tuple children{ensure_state(std::forward<X>(awaitables))...};
  std::vector<FutureState*> states;
  std::apply([&](auto&... child) { (states.push_back(child.get()), ...); }, children);
  return start_gather<Collect>(std::move(children), std::move(states));
}

template <class Collect, class X>
auto gather_vector(std::vector<X> awaitables) {
  Scheduler::here();
  std::vector<decltype(ensure_state(std::move(awaitables[0])))> children;
  std::vector<FutureState*> states;
  children.reserve(awaitables.size());
  states.reserve(awaitables.size());
  for (X& awaitable : awaitables) {
    children.push_back(ensure_state(std::move(awaitable)));
    states.push_back(children.back().get());
  }
  return start_gather<Collect>(std::move(children), std::move(states));
}

}  // namespace internal

template <class... X>
  requires(internal::Awaitable<X> && ...)
auto gather(X&&... awaitables) {
  return internal::gather_all<internal::CollectValues>(std::forward<X>(awaitables)...);
}
// All of one type, in a vector: Coro<T>, Task<T> or Future<T>.
template <class X>
auto gather(std::vector<X> awaitables) {
  return internal::gather_vector<internal::CollectValues>(std::move(awaitables));
}

// gather() that never throws a child's exception: each child's Outcome, in order. A cancellation
// that was requested of the gather itself still throws. asyncio's return_exceptions=True.
template <class... X>
  requires(internal::Awaitable<X> && ...)
auto gather_settled(X&&... awaitables) {
  return internal::gather_all<internal::CollectOutcomes>(std::forward<X>(awaitables)...);
}
template <class X>
auto gather_settled(std::vector<X> awaitables) {
  return internal::gather_vector<internal::CollectOutcomes>(std::move(awaitables));
}

}  // namespace sim
