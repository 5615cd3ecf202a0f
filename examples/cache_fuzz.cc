// The caches of cache.h under schedules that a fuzzer makes: each input is one. Which order of
// accesses an input shows steers what the fuzzer tries next.
//
//   ./cache_fuzz corpus/                       # the cache with the fix: no schedule breaks it
//   ./cache_fuzz --scenario=naive_cache        # finds the stale set, with the line that replays it
#include "cache.h"
#include "sim/scenario.h"

SIM_SCENARIO(naive_cache, "a reader caches what a writer has replaced meanwhile",
             sim::expects(sim::FindingKind::assertion)) {
  co_await read_while_written<NaiveCache>();
}

SIM_SCENARIO(leased_cache, "a reader keeps what it read only if nobody has written since") {
  co_await read_while_written<LeasedCache>();
}
