// Timers: a hierarchical timing wheel over 64-bit nanoseconds, linked through the awaiters.
//
// A timer stands on the level of the highest digit (base kSlots) in which its deadline differs from
// now. All timers of a level therefore lie ahead of now, the lowest level in use holds the next
// deadline, and timers with one deadline always share a list, in the order they were scheduled.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <coroutine>
#include <cstdint>

namespace limit {

struct Link {
  Link* prev;
  Link* next;
};

struct Timer : Link {
  std::uint64_t when;  // ns
  std::coroutine_handle<> waiter;
};

class Wheel {
 public:
  Wheel() {
    for (Level& level : levels_) {
      for (Link& slot : level.slots) slot.prev = slot.next = &slot;
    }
  }
  Wheel(const Wheel&) = delete;
  Wheel& operator=(const Wheel&) = delete;

  // Whether to bring long lists into the cache before they are walked: worth it where far more
  // timers are pending than the cache holds.
  void set_fetch(bool fetch) noexcept { fetch_ = fetch; }

  std::uint64_t now() const noexcept { return now_; }

  void insert(Timer* timer) noexcept {
    const unsigned number = (63 - std::countl_zero((timer->when ^ now_) | 1)) / kBits;
    const unsigned slot = (timer->when >> (number * kBits)) % kSlots;
    Level& level = levels_[number];
    Link* end = &level.slots[slot];
    Link* last = end->prev;
    timer->prev = last;
    timer->next = end;
    last->next = timer;
    end->prev = timer;
    level.used[slot / 64] |= std::uint64_t{1} << (slot % 64);
    level.words |= 1u << (slot / 64);
    in_use_ |= 1u << number;
  }

  // The bitmaps learn of an emptied list when the search comes upon it.
  static void cancel(Timer* timer) noexcept {
    timer->prev->next = timer->next;
    timer->next->prev = timer->prev;
  }

  // Jumps to the next deadline and calls `fire` for each timer due then, in order of scheduling.
  // False if there is no timer.
  template <class Fire>
  bool advance(Fire fire) {
    while (in_use_ != 0) {
      const unsigned number = std::countr_zero(in_use_);
      const unsigned slot = levels_[number].first();
      Link* end = &levels_[number].slots[slot];
      if (end->next == end) {
        leave(number, slot);
      } else if (all_due_at_once(end)) {
        now_ = timer_of(end->next)->when;
        leave(number, slot);
        take(end, fire);
        return true;
      } else {
        now_ = soonest(number, slot);
        leave(number, slot);
        take(end, [this](Timer* timer) { insert(timer); });
      }
    }
    return false;
  }

 private:
  static constexpr unsigned kBits = 8;
  static constexpr unsigned kSlots = 1u << kBits;
  static constexpr unsigned kLevels = (64 + kBits - 1) / kBits;
  static constexpr unsigned kShort = 32;  // timers that fit into the first cache
  static constexpr unsigned kLanes = 4;    // lists that are fetched at once

  struct Level {
    std::array<std::uint64_t, kSlots / 64> used{};  // bit s: slots[s] may hold timers
    std::uint32_t words = 0;                        // bit w: used[w] != 0
    std::uint32_t warm = 0;                         // slots before this one have been fetched
    std::array<Link, kSlots> slots;

    unsigned first() const noexcept {
      const unsigned word = std::countr_zero(words);
      return word * 64 + std::countr_zero(used[word]);
    }

  };

  // The slot must be the first of the level, and the level the lowest in use.
  void leave(unsigned number, unsigned slot) noexcept {
    Level& level = levels_[number];
    if ((level.used[slot / 64] &= level.used[slot / 64] - 1) != 0) return;
    if ((level.words &= level.words - 1) != 0) return;
    level.warm = 0;
    in_use_ &= in_use_ - 1;
  }

  static Timer* timer_of(Link* link) noexcept { return static_cast<Timer*>(link); }

  static bool all_due_at_once(Link* end) noexcept {
    const std::uint64_t when = timer_of(end->next)->when;
    for (Link* link = end->next->next; link != end; link = link->next) {
      if (timer_of(link)->when != when) return false;
    }
    return true;
  }

  // Empties the list into `use`, which may reuse it.
  template <class Use>
  static void take(Link* end, Use use) {
    Link* link = end->next;
    end->prev->next = nullptr;
    end->prev = end->next = end;
    while (link != nullptr) {
      Link* next = link->next;
      use(timer_of(link));
      link = next;
    }
  }

  // Where to move now before a list is spread over the levels below. For a short list that is its
  // first deadline, so that it fires without further moves; for a long one the start of the slot.
  std::uint64_t soonest(unsigned number, unsigned slot) noexcept {
    Link* end = &levels_[number].slots[slot];
    std::uint64_t when = timer_of(end->next)->when;
    unsigned length = 0;
    for (Link* link = end->next; link != end; link = link->next) {
      if (++length > kShort) {
        if (fetch_ && slot >= levels_[number].warm) fetch(levels_[number], slot);
        return when & (~std::uint64_t{0} << (number * kBits));
      }
      when = std::min(when, timer_of(link)->when);
    }
    return when;
  }

  // Long lists are out of the cache, and following one is a miss at a time. Brings in the lists of
  // the next kLanes slots together, each from both ends: 2 * kLanes misses at a time.
  [[gnu::noinline]] static void fetch(Level& level, unsigned slot) noexcept {
    level.warm = std::min(slot + kLanes, kSlots);
    std::array<Link*, kLanes> front;
    std::array<Link*, kLanes> back;
    unsigned lanes = 0;
    for (; slot < level.warm; ++slot) {
      Link* end = &level.slots[slot];
      if (end->next == end) continue;
      front[lanes] = end->next;
      back[lanes++] = end->prev;
    }
    while (lanes != 0) {
      for (unsigned i = 0; i < lanes; ++i) {
        __builtin_prefetch(timer_of(front[i])->waiter.address());
        __builtin_prefetch(timer_of(back[i])->waiter.address());
        Link* next = front[i]->next;
        if (front[i] == back[i] || next == back[i]) {
          --lanes;
          front[i] = front[lanes];
          back[i] = back[lanes];
        } else {
          front[i] = next;
          back[i] = back[i]->prev;
        }
      }
    }
  }

  std::uint64_t now_ = 0;
  bool fetch_ = false;
  std::uint32_t in_use_ = 0;  // bit l: levels_[l] may hold timers
  std::array<Level, kLevels> levels_;
};

}  // namespace limit
