// Coverage: what a random search has not seen yet, estimated from what it saw only once (Good and
// Turing, Good 1953): the chance that the next execution is of a new trace is about the number of
// traces seen exactly once over the number of executions.
#pragma once

#include <cstdint>
#include <string>

#include "sim/explore/trace_counts.h"

namespace sim {

struct Coverage {
  std::string sampler;           // whose executions it is about
  std::uint64_t executions = 0;
  double unseen = 1;             // the chance that its next execution is of a new trace
  double bound = 1;              // with 95 % confidence no more than this
};

// From `executions` draws of one sampler. The bound takes the number seen once for a Poisson count
// (Wilson and Hilferty's approximation of its upper limit), widened by what the number seen twice
// adds to the variance of the estimate (Esty 1982).
Coverage estimate_coverage(const char* sampler, const TraceCounts& counts);

}  // namespace sim
