// Watchdog: ends the process it runs in when a step of a run does not end, or memory grows too
// large; a timer signal looks ten times a second. What it finds is written into the worker's Area.
#pragma once

#include "sim/jobs/area.h"
#include "sim/jobs/explore_jobs.h"

namespace sim::jobs {

// From now on in this process, whose timers are not those of the one it was forked from.
void start_watchdog(Area& area, const Jobs& jobs);

// An even share of the machine's memory for so many workers.
std::uint64_t even_share_of_memory(std::uint32_t workers);

}  // namespace sim::jobs
