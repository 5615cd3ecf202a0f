// casrot: N tasks, the i-th of which exchanges i - 1 for i. One that fails is only a read. Correct;
// a measure of partial-order reduction.
//
// Source: Abdulla, Atig, Jonsson, Lång, Ngo, Sagonas, "Optimal stateless model checking for
// reads-from equivalence under sequential consistency", OOPSLA 2019.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> rotate(sim::Shared<int>& x, int i) { co_await compare_exchange(x, i - 1, i); }

}  // namespace

SIM_SCENARIO(casrot, "N tasks exchange 0 for 1, 1 for 2, and so on: correct",
             sim::param("n", 4, "tasks").at_least(1)) {
  const int n = scenario.param<int>("n");
  sim::Shared<int> x{0};
  std::vector<sim::Coro<>> tasks;
  for (int i = 1; i <= n; ++i) tasks.push_back(rotate(x, i));
  co_await together(std::move(tasks));
  const int last = x.get();
  SIM_CHECK(1 <= last && last <= n);
}
