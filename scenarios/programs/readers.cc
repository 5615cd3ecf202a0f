// readers: one writer of a variable and N readers of it. Reads do not depend on each other, so of
// the (N + 1)! orders 2^N are different. Correct; a measure of partial-order reduction.
//
// Source: Abdulla, Aronis, Jonsson, Sagonas, "Optimal dynamic partial order reduction", POPL 2014.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> set(sim::Shared<int>& x) { co_await write(x, 1); }

sim::Coro<> look(const sim::Shared<int>& x) {
  const int seen = co_await read(x);
  SIM_CHECK(seen == 0 || seen == 1);
}

}  // namespace

SIM_SCENARIO(readers, "one writer and N readers of a variable: correct",
             sim::param("n", 5, "readers").at_least(0)) {
  sim::Shared<int> x{0};
  std::vector<sim::Coro<>> tasks;
  tasks.push_back(set(x));
  for (int i = 0; i < scenario.param<int>("n"); ++i) tasks.push_back(look(x));
  co_await together(std::move(tasks));
  SIM_CHECK_EQ(x.get(), 1);
}
