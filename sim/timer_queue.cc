#include "sim/timer_queue.h"

#include <bit>

namespace sim::internal {

namespace {

constexpr std::int64_t kFarEnd = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::vector<TimerQueue::Place>& TimerQueue::bucket_for(std::int64_t when) {
  const auto difference = static_cast<std::uint64_t>(when ^ base_);
  const int digit = difference == 0 ? 0 : (63 - std::countl_zero(difference)) / kDigitBits;
  const int value =
      static_cast<int>(when >> (digit * kDigitBits)) & ((1 << kDigitBits) - 1);
  occupied_[digit] |= std::uint64_t{1} << value;
  return buckets_[digit][value];
}

TimerQueue::Slot TimerQueue::add_slot(Entry target) {
  const auto slot = static_cast<Slot>(slots_.size());
  if (slot % 64 == 0) marks_.push_back(0);
  slots_.push_back(target);
  return slot;
}

void TimerQueue::insert_between(Place place) {
  if (next_ > kRunLimit && next_ > run_.size() / 2) {  // what is used up does not pile up
    run_.erase(run_.begin(), run_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }
  const auto at = std::upper_bound(run_.begin() + static_cast<std::ptrdiff_t>(next_), run_.end(),
                                   place.when,
                                   [](std::int64_t when, const Place& p) { return when < p.when; });
  run_.insert(at, place);
}

bool TimerQueue::shorten_run(std::int64_t when) {
  const auto by_when = [](const Place& p, std::int64_t w) { return p.when < w; };
  const auto first = run_.begin() + static_cast<std::ptrdiff_t>(next_);
  const std::int64_t middle = first[kRunLimit / 2].when;
  auto cut = std::lower_bound(first, run_.end(), middle, by_when);
  if (cut == first && when >= middle) {
    cut = std::lower_bound(first, run_.end(), middle + 1, by_when);
  }
  const bool buckets_empty = std::all_of(std::begin(occupied_), std::end(occupied_),
                                         [](std::uint64_t bits) { return bits == 0; });
  if (buckets_empty) base_ = std::max<std::int64_t>(0, now_);
  if (cut->when < base_) return false;  // overdue timers: no bucket is that early
  horizon_ = cut->when;
  for (auto place = cut; place != run_.end(); ++place) bucket_for(place->when).push_back(*place);
  run_.erase(cut, run_.end());
  return when >= horizon_;
}

// Fills the used up run from the lowest bucket. False when there is none.
bool TimerQueue::refill() {
  run_.clear();
  next_ = 0;
  for (;;) {
    int digit = 0;
    while (digit < kDigits && occupied_[digit] == 0) ++digit;
    if (digit == kDigits) {
      horizon_ = kFarEnd;
      return false;
    }
    const int value = std::countr_zero(occupied_[digit]);
    occupied_[digit] &= occupied_[digit] - 1;
    std::vector<Place>& bucket = buckets_[digit][value];
    run_.swap(bucket);  // `bucket` is empty now, and its memory serves again
    base_ = std::min_element(run_.begin(), run_.end(), [](const Place& a, const Place& b) {
              return a.when < b.when;
            })->when;
    if (digit == 0 || run_.size() <= kRunLimit) {
      const int shift = digit * kDigitBits;
      const std::uint64_t end = ((static_cast<std::uint64_t>(base_) >> shift) + 1) << shift;
      horizon_ = end > static_cast<std::uint64_t>(kFarEnd) || end == 0
                     ? kFarEnd
                     : static_cast<std::int64_t>(end);
      ++refills_;
      break;
    }
    for (const Place& place : run_) bucket_for(place.when).push_back(place);
    run_.clear();
  }
  for (std::size_t i = 1; i < run_.size(); ++i) {  // stable, and few unless all are equal
    const Place place = run_[i];
    std::size_t to = i;
    for (; to > 0 && run_[to - 1].when > place.when; --to) run_[to] = run_[to - 1];
    run_[to] = place;
  }
  return true;
}

void TimerQueue::deadlines(std::size_t most, std::vector<std::int64_t>& into) const {
  into.clear();
  const auto note = [&](const Place& place) {
    if (cancelled(place.slot)) return;
    const auto at = std::ranges::lower_bound(into, place.when);
    if (at != into.end() && *at == place.when) return;
    into.insert(at, place.when);
    if (into.size() > most) into.pop_back();
  };
  for (std::size_t i = next_; i < run_.size(); ++i) note(run_[i]);
  for (const auto& digit : buckets_) {
    for (const std::vector<Place>& bucket : digit) std::ranges::for_each(bucket, note);
  }
}

void TimerQueue::sweep() {
  const auto empty = [this](const Place& place) {
    if (!cancelled(place.slot)) return false;
    free_slot(place.slot);
    --pending_;
    return true;
  };
  run_.erase(run_.begin(), run_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  std::erase_if(run_, empty);
  for (int digit = 0; digit < kDigits; ++digit) {
    for (std::uint64_t bits = occupied_[digit]; bits != 0; bits &= bits - 1) {
      const int value = std::countr_zero(bits);
      std::erase_if(buckets_[digit][value], empty);
      if (buckets_[digit][value].empty()) occupied_[digit] &= ~(std::uint64_t{1} << value);
    }
  }
  cancelled_ = 0;
}

void TimerQueue::clear() {
  for (int digit = 0; digit < kDigits; ++digit) {
    for (; occupied_[digit] != 0; occupied_[digit] &= occupied_[digit] - 1) {
      buckets_[digit][std::countr_zero(occupied_[digit])].clear();
    }
  }
  run_.clear();
  next_ = 0;
  horizon_ = earliest_ = kFarEnd;
  base_ = now_ = 0;
  slots_.clear();
  marks_.clear();
  first_free_ = kNoSlot;
  pending_ = cancelled_ = 0;
}

}  // namespace sim::internal
