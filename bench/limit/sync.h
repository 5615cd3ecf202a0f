// A FIFO lock and a bounded queue. Waiters are nodes in the awaiters; both hand over directly, so
// that nobody who is woken can find the lock taken or the queue full again.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <utility>

#include "bench/limit/loop.h"

namespace limit {

// Waiters in the order they came, linked through `next`.
template <class Node>
class Waiters {
 public:
  bool empty() const noexcept { return head_ == nullptr; }
  void push(Node* node) noexcept {
    node->next = nullptr;
    (head_ == nullptr ? head_ : tail_->next) = node;
    tail_ = node;
  }
  Node* pop() noexcept { return std::exchange(head_, head_->next); }

 private:
  Node* head_ = nullptr;
  Node* tail_ = nullptr;
};

class Lock {
 public:
  struct Acquire {
    Lock& lock;
    std::coroutine_handle<> waiter;
    Acquire* next;
    explicit Acquire(Lock& l) noexcept : lock(l) {}
    Acquire(const Acquire&) = delete;
    Acquire& operator=(const Acquire&) = delete;
    bool await_ready() const noexcept { return !std::exchange(lock.locked_, true); }
    void await_suspend(std::coroutine_handle<> self) noexcept {
      waiter = self;
      lock.waiters_.push(this);
    }
    void await_resume() const noexcept {}
  };
  Acquire acquire() noexcept { return Acquire(*this); }

  // The longest waiting one owns the lock from here on, and becomes ready.
  void release() {
    if (waiters_.empty()) {
      locked_ = false;
    } else {
      loop.ready.push_back(waiters_.pop()->waiter);
    }
  }

 private:
  bool locked_ = false;
  Waiters<Acquire> waiters_;
};

template <class T, std::size_t kCapacity>
class Queue {
  static_assert((kCapacity & (kCapacity - 1)) == 0);

 public:
  struct Put {
    Queue& queue;
    T item;
    std::coroutine_handle<> waiter;
    Put* next;
    Put(Queue& q, T i) noexcept : queue(q), item(std::move(i)) {}
    Put(const Put&) = delete;
    Put& operator=(const Put&) = delete;
    bool await_ready() noexcept {
      if (!queue.getters_.empty()) {
        Get* getter = queue.getters_.pop();
        getter->item = std::move(item);
        loop.ready.push_back(getter->waiter);
        return true;
      }
      if (queue.stored_ - queue.loaded_ == kCapacity) return false;
      queue.store(std::move(item));
      return true;
    }
    void await_suspend(std::coroutine_handle<> self) noexcept {
      waiter = self;
      queue.putters_.push(this);
    }
    void await_resume() const noexcept {}
  };
  struct Get {
    Queue& queue;
    T item;
    std::coroutine_handle<> waiter;
    Get* next;
    explicit Get(Queue& q) noexcept : queue(q) {}
    Get(const Get&) = delete;
    Get& operator=(const Get&) = delete;
    bool await_ready() noexcept {
      if (queue.stored_ == queue.loaded_) return false;
      item = queue.load();
      if (!queue.putters_.empty()) {
        Put* putter = queue.putters_.pop();
        queue.store(std::move(putter->item));
        loop.ready.push_back(putter->waiter);
      }
      return true;
    }
    void await_suspend(std::coroutine_handle<> self) noexcept {
      waiter = self;
      queue.getters_.push(this);
    }
    T await_resume() noexcept { return std::move(item); }
  };
  Put put(T item) noexcept { return Put(*this, std::move(item)); }
  Get get() noexcept { return Get(*this); }

 private:
  void store(T item) noexcept { items_[stored_++ & (kCapacity - 1)] = std::move(item); }
  T load() noexcept { return std::move(items_[loaded_++ & (kCapacity - 1)]); }

  std::array<T, kCapacity> items_;
  std::size_t stored_ = 0;  // since the beginning
  std::size_t loaded_ = 0;
  Waiters<Put> putters_;
  Waiters<Get> getters_;
};

}  // namespace limit
