// PerRun<T>: a value for each key that comes up in one run, and none for the next one. It keeps its
// memory, and forgetting costs the same however much there is to forget. It is never iterated, so
// keys may be addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sim::internal {

// T::clear() makes it as new.
template <class T>
class PerRun {
 public:
  void clear() {
    size_ = 0;
    ++run_;
  }
  T* find(std::uint64_t key) {
    if (slots_.empty()) return nullptr;
    Slot& slot = slot_of(key);
    return slot.run == run_ ? &slot.value : nullptr;
  }
  // As new, if it has not come up in this run. References are good until the next call.
  T& operator[](std::uint64_t key) {
    if (2 * size_ >= slots_.size()) grow();
    Slot& slot = slot_of(key);
    if (slot.run != run_) {
      ++size_;
      slot.key = key;
      slot.run = run_;
      slot.value.clear();
    }
    return slot.value;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint64_t run = 0;
    T value;
  };

  // Where the key is, or belongs.
  Slot& slot_of(std::uint64_t key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = (key * 0x9e3779b97f4a7c15) >> 32 & mask;
    while (slots_[at].run == run_ && slots_[at].key != key) at = (at + 1) & mask;
    return slots_[at];
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 32 : slots_.size() * 2);
    std::swap(old, slots_);
    for (Slot& slot : old) {
      if (slot.run == run_) slot_of(slot.key) = std::move(slot);
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
  std::uint64_t run_ = 1;
};

}  // namespace sim::internal
