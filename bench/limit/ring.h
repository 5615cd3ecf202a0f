// The ready queue: a ring of coroutine handles whose capacity is a power of two.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace limit {

// `pop` and `push_back` each keep to an index of their own: an index that both wrote would tie
// every switch to the one before it.
class Ring {
 public:
  bool empty() const noexcept { return head_ == tail_; }

  void push_back(std::coroutine_handle<> handle) {
    if (tail_ - head_ > mask_) [[unlikely]] grow();
    slots_[tail_++ & mask_] = handle;
  }

  // Takes one after the other until none is left. The head is kept out of memory.
  template <class Use>
  void drain(Use use) {
    for (std::uint64_t head = head_; head != tail_;) {
      const std::coroutine_handle<> handle = slots_[head & mask_];
      head_ = ++head;
      use(handle);
    }
  }

 private:
  [[gnu::noinline]] void grow() {
    const std::uint64_t capacity = 2 * (mask_ + 1);
    std::unique_ptr<std::coroutine_handle<>[]> wider(new std::coroutine_handle<>[capacity]);
    for (std::uint64_t i = head_; i != tail_; ++i) wider[i & (capacity - 1)] = slots_[i & mask_];
    slots_ = std::move(wider);
    mask_ = capacity - 1;
  }

  static constexpr std::uint64_t kStart = 64;
  std::unique_ptr<std::coroutine_handle<>[]> slots_{new std::coroutine_handle<>[kStart]};
  std::uint64_t mask_ = kStart - 1;
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
};

}  // namespace limit
