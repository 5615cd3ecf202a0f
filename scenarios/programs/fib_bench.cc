// fib_bench: two tasks add up two variables, i += j and j += i, N times each. Only when they take
// turns do the values become Fibonacci's, and they never become more. Correct.
//
// Source: fib_bench of SV-COMP (pthread), and of SCTBench.
#include <algorithm>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> add_up(sim::Shared<long>& to, const sim::Shared<long>& from, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const long own = co_await read(to);
    const long other = co_await read(from);
    co_await write(to, own + other);
  }
}

long fibonacci(int n) {
  long before = 0;
  long value = 1;
  for (int i = 1; i < n; ++i) before = std::exchange(value, value + before);
  return value;
}

}  // namespace

SIM_SCENARIO(fib_bench, "two tasks add each other's variable to their own: correct",
             sim::param("n", 5, "times each").at_least(0).at_most(40)) {
  const int rounds = scenario.param<int>("n");
  sim::Shared<long> i{1};
  sim::Shared<long> j{1};
  co_await together(add_up(i, j, rounds), add_up(j, i, rounds));
  const long last_i = i.get();  // one read after the other: as arguments, compilers differ
  const long last_j = j.get();
  SIM_CHECK_LE(std::max(last_i, last_j), fibonacci(2 * rounds + 2));
}
