// ReadyQueue: what may run now, in asyncio's order: a ring of tagged pointers.
//
// An entry says what a step does without a call to find out: resume a task, resume a task that has
// to look first whether it may go on, run a callback, or run a timer that came due.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>

namespace sim::internal {

class TaskState;
class Runnable;

class Entry {
 public:
  enum class Kind : std::uintptr_t { task = 0, runnable = 1, timer = 2, checked_task = 3 };

  constexpr Entry() = default;
  static Entry task(TaskState* task) { return Entry(reinterpret_cast<std::uintptr_t>(task)); }
  static Entry checked_task(TaskState* task) {
    return Entry(reinterpret_cast<std::uintptr_t>(task) | 3);
  }
  static Entry runnable(Runnable* runnable) {
    return Entry(reinterpret_cast<std::uintptr_t>(runnable) | 1);
  }
  static Entry timer(std::uint32_t slot) { return Entry((std::uintptr_t{slot} << 2) | 2); }

  Kind kind() const { return static_cast<Kind>(bits_ & 3); }
  TaskState* as_task() const { return reinterpret_cast<TaskState*>(bits_ & ~std::uintptr_t{3}); }
  Runnable* as_runnable() const { return reinterpret_cast<Runnable*>(bits_ & ~std::uintptr_t{3}); }
  std::uint32_t as_timer() const { return static_cast<std::uint32_t>(bits_ >> 2); }
  // For those who keep an entry in a word of their own.
  std::uintptr_t bits() const { return bits_; }
  static Entry from_bits(std::uintptr_t bits) { return Entry(bits); }
  explicit operator bool() const { return bits_ != 0; }
  friend bool operator==(Entry, Entry) = default;

 private:
  explicit constexpr Entry(std::uintptr_t bits) : bits_(bits) {}
  std::uintptr_t bits_ = 0;
};

class ReadyQueue {
 public:
  ReadyQueue() : ring_(new Entry[kInitial]), mask_(kInitial - 1) {}

  std::size_t size() const { return tail_ - head_; }
  bool empty() const { return tail_ == head_; }
  // How many entries were ever taken: the number of steps.
  std::uint64_t taken() const { return head_; }
  // How many entries were ever pushed.
  std::uint64_t pushed() const { return tail_; }

  void push(Entry entry) {
    if (tail_ - head_ > mask_) [[unlikely]] grow();
    ring_[tail_++ & mask_] = entry;
  }
  Entry pop() { return ring_[head_++ & mask_]; }
  Entry at(std::size_t index) const { return ring_[(head_ + index) & mask_]; }

  // Takes the entry at `index`, leaving the others in their order.
  Entry take(std::size_t index) {
    move_forward(index, 0);
    return pop();
  }
  // Moves the entry at `from` forward to `to`, the ones between back by one.
  void move_forward(std::size_t from, std::size_t to) {
    const Entry moved = at(from);
    for (std::size_t i = from; i > to; --i) ring_[(head_ + i) & mask_] = at(i - 1);
    ring_[(head_ + to) & mask_] = moved;
  }
  // Drops the entries; taken() stays.
  void drop() { tail_ = head_; }
  // As after construction.
  void clear() { head_ = tail_ = 0; }

 private:
  static constexpr std::size_t kInitial = 64;

  void grow() {
    const std::size_t old_size = mask_ + 1;
    std::unique_ptr<Entry[]> bigger(new Entry[old_size * 2]);
    for (std::size_t i = 0; i < old_size; ++i) {
      bigger[(head_ + i) & (old_size * 2 - 1)] = ring_[(head_ + i) & mask_];
    }
    ring_ = std::move(bigger);
    mask_ = old_size * 2 - 1;
  }

  std::unique_ptr<Entry[]> ring_;
  std::size_t mask_;
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
};

}  // namespace sim::internal
