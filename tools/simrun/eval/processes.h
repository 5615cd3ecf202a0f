// Processes: units of work measured in several of them at a time.
//
// A process gets the number of a unit through a socket, measures it and sends the outcome back;
// then it gets the next one. So who has which unit is known when one of them dies, and outcomes
// depend on nothing but their units.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/simrun/eval/measure.h"

namespace simrun::eval {

// The outcomes of units 0 to count - 1. `measure` runs in the processes, `on_done` here, each time
// one more is there. The error names the unit whose process died, by `describe`.
absl::StatusOr<std::vector<Outcome>> measure_in_processes(
    std::size_t count, int jobs, const std::function<Outcome(std::size_t)>& measure,
    const std::function<std::string(std::size_t)>& describe,
    const std::function<void(std::size_t done, std::size_t unit)>& on_done);

}  // namespace simrun::eval
