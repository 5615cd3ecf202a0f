// The cache of cache.h under all orders of its steps.
#include "cache.h"

#include "sim/testing/gtest.h"

// With the naive cache this test fails. It is disabled so that the examples pass; to see the
// failure, run with --gtest_also_run_disabled_tests.
SIM_TEST(NaiveCache, DISABLED_ShowsWhatWasWritten) { co_await read_while_written<NaiveCache>(); }

SIM_TEST(LeasedCache, ShowsWhatWasWritten) { co_await read_while_written<LeasedCache>(); }

// The bug is found, and asyncio's own order does not show it.
TEST(NaiveCache, KeepsAnOldValue) {
  sim::run(read_while_written<NaiveCache>());
  const sim::Report report = sim::explore(read_while_written<NaiveCache>);
  ASSERT_EQ(report.failures.size(), 1u) << report.verdict();
  EXPECT_EQ(report.failures[0].kind, sim::FindingKind::assertion);
}
