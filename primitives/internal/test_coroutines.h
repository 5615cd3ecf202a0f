// Coroutines that many tests of the primitives start.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "primitives/sleep.h"
#include "sim/sim.h"

namespace sim::test {

inline Coro<int> number_after(Duration d, int n) {
  co_await sleep(d);
  co_return n;
}

// Throws std::runtime_error.
inline Coro<> fails_after(Duration d, std::string what = "failed") {
  co_await sleep(d);
  throw std::runtime_error(what);
}

}  // namespace sim::test
