#include "sim/explore/sweep_plan.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "sim/explore/identity_table.h"

namespace sim {

namespace {

using Items = std::vector<const Single*>;

// The same in an order that covers all of them evenly from the start, beginning in the middle: the
// golden section of the length, made coprime to it, is a stride that visits each.
template <class T>
std::vector<T> evenly(const std::vector<T>& items) {
  const std::size_t count = items.size();
  std::size_t stride = std::max<std::size_t>(1, count * 618 / 1000);
  while (std::gcd(stride, count) > 1) ++stride;
  std::vector<T> spread;
  spread.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    spread.push_back(items[(count / 2 + i * stride) % count]);
  }
  return spread;
}

// `ones` of the first for one of the second, while there are both.
Items in_turn(const Items& first, const Items& second, std::size_t ones) {
  Items both;
  both.reserve(first.size() + second.size());
  std::size_t at = 0;
  for (const Single* each : second) {
    for (std::size_t i = 0; i < ones && at < first.size(); ++i) both.push_back(first[at++]);
    both.push_back(each);
  }
  both.insert(both.end(), first.begin() + static_cast<std::ptrdiff_t>(at), first.end());
  return both;
}

void append(Items& to, const Items& more) { to.insert(to.end(), more.begin(), more.end()); }

// Orders that stop a task at one place to run one at another, each time that happens in the base.
struct Group {
  bool first_of_kind;
  bool enters;
  Items times;
};

std::vector<Group> groups_of(const Items& orders) {
  internal::IdentityTable numbers;
  std::vector<Group> groups;
  for (const Single* each : orders) {
    const std::uint64_t key = each->places * 4 + (each->first_of_kind ? 2 : 0) + each->enters;
    const std::uint32_t number = numbers.number_of(key);
    if (number > groups.size()) groups.push_back({each->first_of_kind, each->enters, {}});
    groups[number - 1].times.push_back(each);
  }
  for (Group& group : groups) group.times = evenly(group.times);
  return evenly(groups);
}

// One time of each group, then another of each. Those that come most often are in loops, where the
// most of a run is, and go first.
Items in_rounds(std::vector<Group> groups) {
  const auto times = [](const Group& group) { return group.times.size(); };
  std::ranges::stable_sort(groups, std::greater<>(), times);
  Items all;
  for (std::size_t round = 0;; ++round) {
    const std::size_t before = all.size();
    for (const bool first : {true, false}) {
      Items entering;
      Items others;
      for (const Group& group : groups) {
        if (group.first_of_kind != first || round >= group.times.size()) continue;
        (group.enters ? entering : others).push_back(group.times[round]);
      }
      append(all, in_turn(entering, others, 1));

    }
    if (all.size() == before) return all;
  }
}

}  // namespace

std::vector<Deviation> plan_sweep(const std::vector<Single>& singles, std::uint64_t contended) {
  std::array<Items, 4> faults;
  Items promising;
  Items others;
  for (const Single& each : singles) {
    if (each.what != Single::What::order) {
      const bool woken = each.what == Single::What::cancels_woken;
      faults[each.same_place ? 2 + !woken : !woken].push_back(&each);
    } else if (!each.same_place && (each.touched & contended) != 0) {
      promising.push_back(&each);
    } else {
      others.push_back(&each);
    }
  }
  Items injuries;
  for (const Items& each : faults) append(injuries, evenly(each));
  Items orders = in_rounds(groups_of(promising));
  append(orders, evenly(others));
  constexpr std::size_t kInjuriesForAnOrder = 2;
  std::vector<Deviation> planned;
  for (const Single* each : in_turn(injuries, orders, kInjuriesForAnOrder)) {
    planned.push_back(each->deviation);
  }
  return planned;
}

}  // namespace sim
