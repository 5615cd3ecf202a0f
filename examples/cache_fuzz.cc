// The cache of cache.h under schedules that libFuzzer makes: each input is one. Which of them reach
// new code steers what it tries next.
//
//   ./cache_fuzz -max_len=32 corpus/
#include <cstdio>
#include <cstdlib>

#include "cache.h"
#include "sim/explore/explore.h"
#include "sim/testing/bytes_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sim::BytesSource source({data, size});
  const sim::Report report = sim::run_schedule(read_while_written<LeasedCache>, source);
  if (report.ok()) return 0;
  std::fputs(report.failures[0].explanation().c_str(), stderr);
  std::abort();
}
