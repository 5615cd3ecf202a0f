// queue_bpo_23812: asyncio.Queue before Python 3.4.4, an item lost in a cancellation.
//
// Source: https://bugs.python.org/issue23812 (gh-68000).
//
// Cause: put_nowait() puts the item into the future of a getter that waits. Trigger: the getter is
// cancelled in W1: the future has the item, the task gets the cancellation. Fix: the future is only
// a wake-up; the item is in the queue until the getter runs, and a getter that is cancelled wakes
// the next.
#include <deque>
#include <list>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

class HandsItemsOver {
 public:
  sim::Coro<int> get() {
    if (!items_.empty()) co_return take();
    const auto getter = getters_.emplace_back(sim::running_loop().create_future<int>());
    co_return co_await getter;
  }
  void put_nowait(int item) {
    while (!getters_.empty()) {
      const sim::Future<int> getter = getters_.front();
      getters_.pop_front();
      if (!getter.done()) return getter.set_result(item);
    }
    items_.push_back(item);
  }
  int size() const { return static_cast<int>(items_.size()); }

 private:
  int take() {
    const int item = items_.front();
    items_.pop_front();
    return item;
  }
  std::deque<int> items_;
  std::list<sim::Future<int>> getters_;
};

class KeepsItems {
 public:
  sim::Coro<int> get() {
    while (items_.empty()) {
      const bugs::Waiter getter = getters_.enter();
      try {
        co_await getter;
      } catch (const sim::CancelledError&) {
        getters_.leave(getter);
        if (bugs::was_woken(getter) && !items_.empty()) getters_.pop_and_wake();
        throw;
      }
    }
    const int item = items_.front();
    items_.pop_front();
    co_return item;
  }
  void put_nowait(int item) {
    items_.push_back(item);
    getters_.pop_and_wake();
  }
  int size() const { return static_cast<int>(items_.size()); }

 private:
  std::deque<int> items_;
  bugs::Waiters getters_;
};

template <class Queue>
sim::Coro<> get_one(Queue& queue, int& received) {
  co_await queue.get();
  ++received;
}

template <class Queue>
sim::Coro<> put_one(Queue& queue, int& sent) {
  const sim::Outcome<void> rested = co_await sim::settle(sim::yield());
  queue.put_nowait(1);
  ++sent;
  rested.value();
}

// Whatever is cancelled: an item that was put is received, or still there.
template <class Queue>
sim::Coro<> one_item() {
  Queue queue;
  int sent = 0;
  int received = 0;
  co_await sim::gather_settled(get_one(queue, received), put_one(queue, sent));
  SIM_CHECK_EQ(received + queue.size(), sent);
}

}  // namespace

SIM_SCENARIO(queue_bpo_23812, "an item goes into the future of a getter that is cancelled",
             sim::expects(sim::FindingKind::assertion)) {
  return one_item<HandsItemsOver>();
}
SIM_SCENARIO(queue_bpo_23812_fixed, "queue_bpo_23812, where an item stays until it is taken") {
  return one_item<KeepsItems>();
}
