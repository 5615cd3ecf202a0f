// Ring<T>: a FIFO in one growing block of memory.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace sim::internal {

template <class T>
class Ring {
 public:
  Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring() {
    while (size() > 0) pop();
    std::allocator<T>().deallocate(slots_, capacity_);
  }

  std::size_t size() const { return tail_ - head_; }
  void push(T item) {
    if (size() == capacity_) [[unlikely]] grow();
    std::construct_at(slots_ + (tail_ & (capacity_ - 1)), std::move(item));
    ++tail_;
  }
  T pop() {
    T* slot = slots_ + (head_ & (capacity_ - 1));
    T item = std::move(*slot);
    std::destroy_at(slot);
    ++head_;
    return item;
  }

 private:
  void grow() {
    const std::size_t capacity = capacity_ == 0 ? 8 : capacity_ * 2;
    T* slots = std::allocator<T>().allocate(capacity);
    const std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) std::construct_at(slots + i, pop());
    std::allocator<T>().deallocate(slots_, capacity_);
    slots_ = slots;
    capacity_ = capacity;
    head_ = 0;
    tail_ = count;
  }

  T* slots_ = nullptr;
  std::size_t capacity_ = 0;  // a power of two
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace sim::internal
