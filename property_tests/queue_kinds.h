// The kinds of queue, and which item each gives next of those that were put in this order.
#pragma once

#include <algorithm>
#include <vector>

#include "primitives/queue.h"

namespace property {

struct First {
  using Queue = sim::Queue<int>;
  static auto next(std::vector<int>& items) { return items.begin(); }
};
struct Last {
  using Queue = sim::LifoQueue<int>;
  static auto next(std::vector<int>& items) { return items.end() - 1; }
};
struct Smallest {
  using Queue = sim::PriorityQueue<int>;
  static auto next(std::vector<int>& items) { return std::min_element(items.begin(), items.end()); }
};

}  // namespace property
