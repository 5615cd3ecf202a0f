// choose(): a decision the program leaves to the explorer. Under a plain run it is the first
// choice; a random schedule takes each as likely; an exhaustive one takes them all.
//
//   if (sim::choose(2) == 1) connection.drop();
//   int retries = sim::choose(0, 1, 5);
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "sim/scheduler.h"

namespace sim {

// An index in 0..n-1. Throws std::invalid_argument for n = 0, std::runtime_error outside a run. The
// label says in reports what was chosen.
template <class N>
  requires std::is_integral_v<N>
N choose(N n, std::string_view label = {}) {
  if (n <= 0) throw std::invalid_argument("choose(n): n must be at least 1");
  return static_cast<N>(internal::Scheduler::here().decide(DecisionKind::choose,
                                                           static_cast<std::size_t>(n), label));
}

// One of the values.
template <class A, class B, class... More>
  requires(!std::is_convertible_v<B, std::string_view>)
std::common_type_t<A, B, More...> choose(A a, B b, More... more) {
  using T = std::common_type_t<A, B, More...>;
  const T values[] = {static_cast<T>(a), static_cast<T>(b), static_cast<T>(more)...};
  return values[internal::Scheduler::here().decide(DecisionKind::choose, 2 + sizeof...(more), {})];
}

}  // namespace sim
