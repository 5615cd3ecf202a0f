// Queue<T>: a FIFO of items between tasks, bounded if maxsize > 0.
//
//   sim::Queue<int> queue(16);
//   co_await queue.put(1);
//   int item = co_await queue.get();
//
// put() suspends while the queue is full, get() while it is empty. A woken waiter looks again when
// it runs: a newcomer may have taken the item or the slot meanwhile (barging), and then it waits
// anew at the end of the line. A waiter cancelled after it was woken wakes the next one in its
// place. shutdown() makes put() throw QueueShutDown, and get() too once the queue is empty. T need
// not be copyable. Destroying a queue that is waited for is the finding destroyed_in_use. Source:
// asyncio.Queue.
#pragma once

#include <cstddef>
#include <functional>
#include <source_location>
#include <utility>

#include "primitives/heap.h"
#include "primitives/queue_base.h"
#include "primitives/ring.h"

namespace sim {

template <class T, class Container = internal::Ring<T>>
class Queue : public internal::QueueBase {
 public:
  class Putting;
  class Getting;
  using Put = internal::Operation<Putting, Queue*, T>;
  using Get = internal::Operation<Getting, Queue*>;

  // Unbounded if maxsize is not positive.
  explicit Queue(std::ptrdiff_t maxsize = 0,
                 std::source_location place = std::source_location::current())
      : Queue("Queue", maxsize, place) {}

  // Suspends while the queue is full. Throws QueueShutDown after shutdown().
  Put put(T item) { return Put(this, std::move(item)); }
  // Suspends while the queue is empty. Throws QueueShutDown after shutdown() once it is.
  Get get() { return Get(this); }
  // Throws QueueFull instead of waiting.
  void put_nowait(T item) {
    if (is_closed()) [[unlikely]] throw_shut_down();
    if (is_full()) [[unlikely]] throw_full();
    note_put();
    items_.push(std::move(item));
    was_put(items_.size());
  }
  // Throws QueueEmpty instead of waiting.
  T get_nowait() {
    if (is_empty()) [[unlikely]] throw_empty();
    note_get();
    T item = items_.pop();
    was_taken(items_.size());
    return item;
  }
  // From now on nothing can be put. If `immediate`, what is in the queue is dropped and counts as
  // done. All waiters are woken.
  void shutdown(bool immediate = false) {
    std::size_t dropped = 0;
    if (immediate) {
      for (; items_.size() > 0; ++dropped) items_.pop();
    }
    shut_down(immediate, dropped);
  }

 protected:
  Queue(const char* kind, std::ptrdiff_t maxsize, std::source_location place)
      : QueueBase(kind, maxsize, place) {}

 private:
  Container items_;
};

template <class T, class Container>
class Queue<T, Container>::Putting : public internal::QueueWaiter {
 public:
  static constexpr const char* kOperation = "Queue.put";
  Putting(Queue* queue, T&& item) : QueueWaiter(*queue, Side::put), item_(std::move(item)) {}
  void resume() {
    leave();
    Queue& into = static_cast<Queue&>(queue());
    if (into.is_closed()) [[unlikely]] into.throw_shut_down();
    into.items_.push(std::move(item_));
    into.was_put(into.items_.size());
  }

 private:
  T item_;
};

template <class T, class Container>
class Queue<T, Container>::Getting : public internal::QueueWaiter {
 public:
  static constexpr const char* kOperation = "Queue.get";
  explicit Getting(Queue* queue) : QueueWaiter(*queue, Side::get) {}
  T resume() {
    leave();
    Queue& from = static_cast<Queue&>(queue());
    if (from.is_empty()) [[unlikely]] from.throw_shut_down();  // nothing else ends the wait
    T item = from.items_.pop();
    from.was_taken(from.items_.size());
    return item;
  }
};

// get() gives the smallest item by `Less`, which must not throw. Items that are equal come in the
// order of Python's heapq, which is not the order they were put in: give each a number if that
// matters, as in
//
//   sim::PriorityQueue<std::pair<int, std::string>> jobs;
template <class T, class Less = std::less<T>>
class PriorityQueue : public Queue<T, internal::Heap<T, Less>> {
 public:
  explicit PriorityQueue(std::ptrdiff_t maxsize = 0,
                         std::source_location place = std::source_location::current())
      : Queue<T, internal::Heap<T, Less>>("PriorityQueue", maxsize, place) {}
};

// get() gives the item that was put last.
template <class T>
class LifoQueue : public Queue<T, internal::Stack<T>> {
 public:
  explicit LifoQueue(std::ptrdiff_t maxsize = 0,
                     std::source_location place = std::source_location::current())
      : Queue<T, internal::Stack<T>>("LifoQueue", maxsize, place) {}
};

}  // namespace sim
