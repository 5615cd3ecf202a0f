// reorder: setters write two variables one after the other, checkers expect to see both old or both
// new. One that looks between the two writes of the first setter sees a mixture. The more setters,
// the rarer: only the first to write each variable changes it.
//
// Source: reorder_3_bad to reorder_20_bad of SCTBench.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> set_both(sim::Shared<int>& a, sim::Shared<int>& b) {
  co_await write(a, 1);
  co_await write(b, -1);
}

sim::Coro<> check_both(sim::Shared<int>& a, sim::Shared<int>& b) {
  bool consistent = co_await read(a) == 0;
  if (consistent) consistent = co_await read(b) == 0;
  if (!consistent) {
    consistent = co_await read(a) == 1;
    if (consistent) consistent = co_await read(b) == -1;
  }
  SIM_CHECK(consistent);
}

using Pair = std::pair<int, int>;

sim::Coro<> set_pair(sim::Shared<Pair>& pair) { co_await write(pair, Pair(1, -1)); }

sim::Coro<> check_pair(sim::Shared<Pair>& pair) {
  const Pair seen = co_await read(pair);
  SIM_CHECK(seen == Pair(0, 0) || seen == Pair(1, -1));
}

}  // namespace

SIM_SCENARIO(reorder, "two variables are written one after the other, and read in between",
             sim::param("setters", 2, "tasks that write both").at_least(0),
             sim::param("checkers", 1, "tasks that read both").at_least(0),
             sim::expects(sim::FindingKind::assertion)) {
  sim::Shared<int> a{0};
  sim::Shared<int> b{0};
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < scenario.param<int>("setters"); ++i) tasks.push_back(set_both(a, b));
  for (int i = 0; i < scenario.param<int>("checkers"); ++i) tasks.push_back(check_both(a, b));
  co_await together(std::move(tasks));
}

SIM_SCENARIO(reorder_fixed, "reorder, with both values in one variable",
             sim::param("setters", 2, "tasks that write both").at_least(0),
             sim::param("checkers", 1, "tasks that read both").at_least(0)) {
  sim::Shared<Pair> pair;
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < scenario.param<int>("setters"); ++i) tasks.push_back(set_pair(pair));
  for (int i = 0; i < scenario.param<int>("checkers"); ++i) tasks.push_back(check_pair(pair));
  co_await together(std::move(tasks));
}
