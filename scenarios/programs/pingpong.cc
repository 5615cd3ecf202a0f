// pingpong: two tasks hand a variable to and fro, each only if it finds what the other has just
// written. The bug is that they succeed every time, which takes 2d - 1 changes of task, each at
// exactly the right place: a measure of how deep a search goes. It has no correct twin.
#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

// Writes x + 1 where it reads the next of first, first + 2, ...
sim::Coro<> play(sim::Shared<int>& x, int first, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const int awaited = 2 * i + first;
    const int seen = co_await read(x);
    if (seen == awaited) co_await write(x, awaited + 1);
  }
}

}  // namespace

SIM_SCENARIO(pingpong, "a bug that takes 2d - 1 changes of task, each at the right place",
             sim::param("n", 2, "d: how often each task hands over").at_least(1),
             sim::expects(sim::FindingKind::assertion)) {
  const int rounds = scenario.param<int>("n");
  sim::Shared<int> x{0};
  co_await together(play(x, 0, rounds), play(x, 1, rounds));
  SIM_CHECK_NE(x.get(), 2 * rounds);
}
