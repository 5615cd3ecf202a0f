// Heap<T>, Stack<T>: the containers of PriorityQueue and LifoQueue.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace sim::internal {

// A binary heap with the smallest item at its root. Its moves are those of Python's heapq, so that
// items which compare equal leave it in the same order: push() lifts the new item past larger
// parents; pop() sinks the last item along the smaller children down to a leaf (the right one of
// two equals), then lifts it.
template <class T, class Less>
class Heap {
 public:
  std::size_t size() const { return items_.size(); }
  void push(T item) {
    items_.push_back(std::move(item));
    lift(items_.size() - 1);
  }
  T pop() {
    T last = std::move(items_.back());
    items_.pop_back();
    if (items_.empty()) return last;
    std::swap(last, items_.front());
    lift(sink());
    return last;
  }

 private:
  void lift(std::size_t at) {
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (!less_(items_[at], items_[parent])) return;
      std::swap(items_[at], items_[parent]);
      at = parent;
    }
  }
  // Where the root came to stand.
  std::size_t sink() {
    std::size_t at = 0;
    for (;;) {
      std::size_t child = 2 * at + 1;
      if (child >= items_.size()) return at;
      if (child + 1 < items_.size() && !less_(items_[child], items_[child + 1])) ++child;
      std::swap(items_[at], items_[child]);
      at = child;
    }
  }

  std::vector<T> items_;
  [[no_unique_address]] Less less_{};
};

template <class T>
class Stack {
 public:
  std::size_t size() const { return items_.size(); }
  void push(T item) { items_.push_back(std::move(item)); }
  T pop() {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  std::vector<T> items_;
};

}  // namespace sim::internal
