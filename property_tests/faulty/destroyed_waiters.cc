// The notifier touches what its wake-up destroyed. What is destroyed is only marked, so that the
// oracle sees the touch before memory does.
#include <list>
#include <memory>
#include <vector>

#include "property_tests/faulty/families.h"
#include "scenarios/bugs/waiters.h"

namespace faulty {

namespace {

// What ends with its waiter.
class Perishable {
 public:
  void touch() const { SIM_CHECK(!is_destroyed_); }
  void destroy() { is_destroyed_ = true; }

 private:
  bool is_destroyed_ = false;
};

// Waiters whose nodes lie on their stacks, and task 0 that wakes all of them, with a moment between
// each two. Fault: it counts in the node after that moment, when the waiter may have gone on.
class NodesOfWaiters final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    if (number == 0) return notify();
    return wait(number);
  }

 private:
  struct Node : Perishable {
    bugs::Waiter woken = sim::running_loop().create_future<void>();
    int ticket = 0;
    int signals = 0;
  };

  sim::Coro<> notify() {
    sim::Outcome<void> worked;
    for (int i = 0; i < rounds(); ++i) {
      const sim::Outcome<void> paused = co_await sim::settle(pause(0));
      if (worked.has_value()) worked = paused;
      for (const int before = tickets_; has_node(before);) {
        const sim::Outcome<void> waited = co_await sim::settle(notify_first());
        if (worked.has_value()) worked = waited;
      }
    }
    is_closed_ = true;
    for (const std::shared_ptr<Node>& each : nodes_) {
      if (!each->woken.done()) each->woken.set_result();
    }
    nodes_.clear();
    worked.value();
  }
  bool has_node(int before) const { return !nodes_.empty() && nodes_.front()->ticket < before; }
  sim::Coro<> notify_first() {
    const std::shared_ptr<Node> node = nodes_.front();
    nodes_.pop_front();
    if (node->woken.done()) co_return;
    if (!has_fault()) count_in(*node);
    node->woken.set_result();
    const sim::Outcome<void> waited = co_await sim::settle(gap(0));
    if (has_fault()) count_in(*node);
    waited.value();
  }
  static void count_in(Node& node) {
    node.touch();
    ++node.signals;
  }
  sim::Coro<> wait(int number) {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      if (is_closed_) continue;
      const auto node = std::make_shared<Node>();
      node->ticket = tickets_++;
      nodes_.push_back(node);
      const sim::Outcome<void> waited = co_await sim::settle(node->woken);
      nodes_.remove(node);
      sim::Outcome<void> worked;
      if (waited.has_value()) worked = co_await sim::settle(pause(number));
      node->destroy();
      waited.value();
      worked.value();
    }
  }

  std::list<std::shared_ptr<Node>> nodes_;
  int tickets_ = 0;
  bool is_closed_ = false;
};

// A latch for each round, on which task 0 waits for the others and which it then destroys. Fault:
// who has counted it down looks at it a moment later.
class LatchesOfWaiter final : public Play {
 public:
  explicit LatchesOfWaiter(const Program& program) : Play(program) {
    for (int i = 0; i < rounds(); ++i) {
      latches_.push_back(std::make_unique<Latch>());
      latches_.back()->missing = tasks() - 1;
    }
  }

  sim::Coro<> task(int number) override {
    if (number == 0) return wait();
    return count_down(number);
  }

 private:
  struct Latch : Perishable {
    bugs::Waiter is_open = sim::running_loop().create_future<void>();
    int missing = 0;
    int looks = 0;

    void look() {
      touch();
      ++looks;
    }
  };

  sim::Coro<> wait() {
    for (const std::unique_ptr<Latch>& each : latches_) {
      co_await each->is_open;
      co_await pause(0);
      each->destroy();
    }
  }
  sim::Coro<> count_down(int number) {
    sim::Outcome<void> worked;
    for (const std::unique_ptr<Latch>& each : latches_) {
      const sim::Outcome<void> paused = co_await sim::settle(pause(number));
      if (worked.has_value()) worked = paused;
      if (!has_fault()) each->look();
      if (--each->missing == 0 && !each->is_open.done()) each->is_open.set_result();
      const sim::Outcome<void> waited = co_await sim::settle(gap(number));
      if (worked.has_value()) worked = waited;
      if (has_fault()) each->look();
    }
    worked.value();
  }

  std::vector<std::unique_ptr<Latch>> latches_;
};

}  // namespace

std::vector<Algorithm> destroyed_waiters() {
  return {
      {"nodes of waiters", Mistake::touches_what_its_wake_up_destroyed, Needs::nothing, 2, 1,
       make_play<NodesOfWaiters>},
      {"latches of a waiter", Mistake::touches_what_its_wake_up_destroyed, Needs::nothing, 2, 1,
       make_play<LatchesOfWaiter>},
  };
}

}  // namespace faulty
