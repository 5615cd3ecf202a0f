// Relinearization: of all schedules that a failing one is equivalent to, the one nearest to
// asyncio's order. Two steps that touch nothing in common may change places; what is left of the
// deviations then are those that some object orders.
//
// A run is recorded with what each step reads and writes. Then it is made once more: at each
// decision the first ready entry runs whose step must not wait for another, that is, for an earlier
// step of the record which conflicts with it and has not run yet.
#pragma once

#include <vector>

#include "sim/explore/execution.h"

namespace sim {

// `deviations` again, or fewer with which the run fails too, as `fails` tells of its result. Takes
// at most two executions. Schedules with cancellations or late timers stay as they are: where these
// are offered depends on the order.
std::vector<Deviation> relinearize(Execution& execution, const std::vector<Deviation>& deviations,
                                   const std::function<bool(const ExecutionResult&)>& fails);

}  // namespace sim
