// Shrinking: from a failing schedule to one that fails in the same way with the fewest deviations
// from asyncio's order.
//
// First the schedule is replaced by the one nearest to asyncio's order of all that are equivalent.
// Then deviations are taken away as long as it still fails (ddmin, Zeller and Hildebrandt 2002),
// and indices lowered. Then the answer is certified: all schedules with fewer deviations are
// visited, those with none first, while the budget lasts; if one of them fails, that number is the
// fewest there is. Of all that fail with the fewest, the one is told whose deviations are about the
// fewest tasks, then the one that fails soonest. At last the same is reduced from an order in which
// each task runs until it blocks, for the number that it takes there.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/explore/execution.h"
#include "sim/explore/report.h"

namespace sim {

struct ShrinkBudget {
  std::uint64_t replays = 200;
  std::uint64_t certification = 20'000;
  std::uint64_t choice = 1'000;  // schedules with as few deviations, to choose the simplest from
  std::function<bool()> stop = {};  // asked while certifying: true ends it as a spent budget does
};

struct Shrunk {
  std::vector<Deviation> deviations;
  Minimality minimality;
};

// Whether two executions failed in the same way: the kind of the finding and its place. Assertions
// of another library have theirs in the first line of the message.
bool same_failure(const Finding& a, const Finding& b);

// `deviations` fail with `failure` in `execution`.
Shrunk shrink(Execution& execution, std::vector<Deviation> deviations, const Finding& failure,
              const ShrinkBudget& budget = {});

}  // namespace sim
