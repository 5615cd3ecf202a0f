// A scenario in which one order of two tasks ends the process.
#include <cstdlib>

#include "primitives/primitives.h"
#include "sim/scenario.h"

SIM_SCENARIO(crash, "whoever comes second must be b") {
  int came = 0;
  const auto a = [&]() -> sim::Coro<> {
    co_await sim::yield();
    if (came++ != 0) std::abort();
  };
  const auto b = [&]() -> sim::Coro<> {
    co_await sim::yield();
    ++came;
  };
  co_await sim::gather(a(), b());
}
