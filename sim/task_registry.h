// TaskRegistry: the tasks that have not ended. To enter and to leave touches nothing of the other
// tasks, so it costs the same among millions; their order is found out when somebody asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim::internal {

class TaskState;

class TaskRegistry {
 public:
  // A task's entry. Ages are compared modulo 2^32: beyond that many tasks since a task was made its
  // place in the order is lost, nothing else.
  struct Ticket {
    std::uint32_t slot = 0;
    std::uint32_t number = 0;
  };

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // How many ever entered.
  std::uint64_t entered() const { return entered_; }

  Ticket enter(TaskState& task) {
    std::uint32_t slot = first_free_;
    if (slot == kNone) [[unlikely]] {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.push_back(reinterpret_cast<std::uintptr_t>(&task));
    } else {
      first_free_ = static_cast<std::uint32_t>(slots_[slot] >> 1);
      slots_[slot] = reinterpret_cast<std::uintptr_t>(&task);
    }
    ++size_;
    return {slot, static_cast<std::uint32_t>(entered_++)};
  }
  void leave(Ticket ticket) {
    slots_[ticket.slot] = (std::uintptr_t{first_free_} << 1) | kFree;
    first_free_ = ticket.slot;
    --size_;
  }
  // The one that entered with `ticket`; null if it has left.
  TaskState* find(Ticket ticket) const;
  // In the order of their creation.
  std::vector<TaskState*> in_order() const;
  void clear() {
    slots_.clear();
    first_free_ = kNone;
    size_ = 0;
    entered_ = 0;
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uintptr_t kFree = 1;

  std::vector<std::uintptr_t> slots_;  // a task, or the number of the next free slot with kFree set
  std::uint32_t first_free_ = kNone;
  std::uint64_t entered_ = 0;
  std::size_t size_ = 0;
};

}  // namespace sim::internal
