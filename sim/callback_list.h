// CallbackList: what becomes ready when a future ends, in the order of registration. Nearly always
// that is one entry, which stands in place; more share a vector.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/ready_queue.h"

namespace sim::internal {

class CallbackList {
 public:
  CallbackList() = default;
  CallbackList(CallbackList&& other) noexcept : word_(std::exchange(other.word_, 0)) {}
  CallbackList& operator=(CallbackList&&) = delete;
  ~CallbackList() { clear(); }

  bool empty() const { return word_ == 0; }
  // The entry, if there is just one.
  Entry front() const { return is_vector() ? Entry() : Entry::from_bits(word_); }
  void clear() {
    if (is_vector()) [[unlikely]] delete &vector();
    word_ = 0;
  }

  void add(Entry entry) {
    if (empty()) [[likely]] {
      word_ = entry.bits();
    } else {
      add_to_vector(entry);
    }
  }
  // False if it does not stand here.
  bool remove(Entry entry) noexcept {
    return remove_if([entry](Entry each) { return each == entry; });
  }
  // Removes the first entry that `is_it`; false if there is none.
  template <class Predicate>
  bool remove_if(Predicate is_it) noexcept {
    if (empty()) return false;
    if (!is_vector()) {
      if (!is_it(front())) return false;
      remove_at_end();
      return true;
    }
    const auto found = std::find_if(vector().begin(), vector().end(), is_it);
    if (found == vector().end()) return false;
    std::rotate(found, found + 1, vector().end());
    remove_at_end();
    return true;
  }
  // Takes the latest entry off. Only where there is one.
  Entry pop_back() noexcept {
    const Entry last = is_vector() ? vector().back() : front();
    remove_at_end();
    return last;
  }
  template <class Visit>
  void for_each(Visit visit) const {
    if (is_vector()) [[unlikely]] {
      for (const Entry entry : vector()) visit(entry);
    } else if (!empty()) {
      visit(front());
    }
  }

 private:
  // The entries of a list are tasks and runnables, never timers.
  static constexpr auto kVector = static_cast<std::uintptr_t>(Entry::Kind::timer);

  bool is_vector() const { return (word_ & 3) == kVector; }
  std::vector<Entry>& vector() const {
    return *reinterpret_cast<std::vector<Entry>*>(word_ - kVector);
  }
  void remove_at_end() noexcept {
    if (is_vector()) {
      vector().pop_back();
      if (!vector().empty()) return;
      delete &vector();
    }
    word_ = 0;
  }
  void add_to_vector(Entry entry) {
    if (!is_vector()) {
      word_ = reinterpret_cast<std::uintptr_t>(new std::vector<Entry>{front()}) | kVector;
    }
    vector().push_back(entry);
  }

  std::uintptr_t word_ = 0;
};

}  // namespace sim::internal
