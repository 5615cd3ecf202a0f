// IdentityTable: small numbers for identities, in the order they were first met: 1, 2, ... An
// identity keeps its number for ever; the identity 0 has the number 0.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace sim::internal {

class IdentityTable {
 public:
  IdentityTable() : slots_(kInitial) {}

  // How many numbers there are, 0 included.
  std::uint32_t size() const { return size_; }

  // 0 for one that was not met.
  std::uint32_t find(std::uint64_t identity) { return slot_of(identity).number; }
  std::uint32_t number_of(std::uint64_t identity) {
    if (identity == 0) return 0;
    Slot& slot = slot_of(identity);
    if (slot.identity == identity) [[likely]] return slot.number;
    const std::uint32_t number = size_++;
    slot = {identity, number};
    if (size_ > slots_.size() / 2) grow();
    return number;
  }

 private:
  struct Slot {
    std::uint64_t identity = 0;
    std::uint32_t number = 0;
  };
  static constexpr std::size_t kInitial = 64;  // a power of 2

  Slot& slot_of(std::uint64_t identity) {
    const int bits = std::countr_zero(slots_.size());
    std::size_t at = (identity * 0x9e3779b97f4a7c15) >> (64 - bits);
    while (slots_[at].identity != 0 && slots_[at].identity != identity) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return slots_[at];
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.identity != 0) slot_of(slot.identity) = slot;
    }
  }

  std::vector<Slot> slots_;
  std::uint32_t size_ = 1;
};

}  // namespace sim::internal
