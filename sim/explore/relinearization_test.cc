// A schedule that is relinearized stays of the same trace, and comes nearer to asyncio's order; one
// that is rebased is the same schedule.
#include "sim/explore/relinearization.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/explore/random_walk.h"
#include "sim/explore/rebased_replay.h"
#include "sim/explore/run_to_block.h"
#include "sim/explore/test_programs.h"

namespace {

using sim::Coro;
using sim::Deviation;
using sim::Execution;
using sim::ExecutionResult;
using sim::Shared;

sim::RunOptions any_order() {
  sim::RunOptions options = sim::test::any_order();
  options.canonical = true;
  return options;
}
bool always(const ExecutionResult&) { return true; }

Coro<> work_alone(int steps) {
  Shared<int> own{0};
  for (int i = 0; i < steps; ++i) {
    own.set(i);
    co_await sim::yield();
  }
}
// A lost update amid work that has nothing to do with it.
Coro<> lost_update_amid_others() {
  Shared<int> x{0};
  co_await sim::gather(work_alone(10), sim::test::add_one(x), work_alone(10), sim::test::add_one(x),
                       work_alone(10));
  co_await sim::gather(work_alone(3), work_alone(3));
}
Coro<> hold(sim::Lock& lock, Shared<int>& x) {
  for (int i = 0; i < 3; ++i) {
    {
      const auto guard = co_await lock.guard();
      co_await sim::test::add_one(x);
    }
    if (sim::choose(2) == 1) co_await sim::yield();
  }
}
Coro<> locks_and_choices() {
  sim::Lock lock;
  Shared<int> x{0};
  Shared<int> y{0};
  co_await sim::gather(hold(lock, x), hold(lock, x), sim::test::add_one(y), sim::test::add_one(y));
}
Coro<> queues_and_events() {
  sim::Queue<int> queue;
  sim::Event ready;
  const auto put = [&](int from) -> Coro<> {
    co_await ready.wait();
    for (int i = 0; i < 3; ++i) co_await queue.put(from + i);
  };
  const auto get = [&]() -> Coro<> {
    for (int i = 0; i < 3; ++i) co_await queue.get();
  };
  auto tasks = sim::gather(put(0), put(10), get(), get(), work_alone(4));
  co_await sim::yield();
  ready.set();
  co_await tasks;
}

class Relinearization : public testing::TestWithParam<Coro<> (*)()> {};

TEST_P(Relinearization, StaysOfTheSameTraceWithNoMoreDeviations) {
  Execution execution(GetParam(), any_order());
  sim::RandomWalk walk(3);
  for (int i = 0; i < 300; ++i) {
    const ExecutionResult& result = execution.run(*walk.next());
    const std::vector<Deviation> deviations = result.tape.deviations();
    const std::uint64_t trace = result.stats.canonical_hash;
    const std::vector<Deviation> nearer = sim::relinearize(execution, deviations, always);
    EXPECT_LE(nearer.size(), deviations.size());
    sim::ReplaySource source(nearer);
    EXPECT_EQ(execution.run(source).stats.canonical_hash, trace) << i;
  }
}

TEST_P(Relinearization, RebasedAndBackIsTheSameRun) {
  Execution execution(GetParam(), any_order());
  sim::RandomWalk walk(4);
  for (int i = 0; i < 300; ++i) {
    const std::vector<Deviation> deviations = execution.run(*walk.next()).tape.deviations();
    sim::RebasedReplay rebased;
    rebased.translate(deviations);
    EXPECT_EQ(execution.run(rebased).tape.deviations(), deviations);
    const std::vector<Deviation> from_run_to_block = rebased.tape().deviations();
    rebased.rewind(from_run_to_block);
    EXPECT_EQ(execution.run(rebased).tape.deviations(), deviations);
  }
}

TEST_P(Relinearization, RebasedWithoutDeviationsRunsToBlock) {
  Execution execution(GetParam(), any_order());
  sim::RunToBlock run_to_block;
  const std::vector<Deviation> deviations =
      execution.run(*run_to_block.next()).tape.deviations();
  sim::RebasedReplay rebased;
  rebased.rewind({});
  EXPECT_EQ(execution.run(rebased).tape.deviations(), deviations);
}

INSTANTIATE_TEST_SUITE_P(Programs, Relinearization,
                         testing::Values(lost_update_amid_others, locks_and_choices,
                                         queues_and_events));

TEST(RelinearizationOf, ALostUpdateAmidOthersIsWhatItsVariableOrders) {
  Execution execution(lost_update_amid_others, any_order());
  sim::RandomWalk walk(5);
  for (int i = 0; i < 100; ++i) {
    const std::vector<Deviation> deviations = execution.run(*walk.next()).tape.deviations();
    EXPECT_GT(deviations.size(), 10u);
    // Four accesses in one of six orders: what runs late is passed over a few times.
    EXPECT_LE(sim::relinearize(execution, deviations, always).size(), 6u) << i;
  }
}

TEST(RelinearizationOf, ARunThatDoesNotFailSoIsNotTaken) {
  Execution execution(lost_update_amid_others, any_order());
  sim::RandomWalk walk(6);
  const std::vector<Deviation> deviations = execution.run(*walk.next()).tape.deviations();
  const auto never = [](const ExecutionResult&) { return false; };
  EXPECT_EQ(sim::relinearize(execution, deviations, never), deviations);
}

TEST(RelinearizationOf, ACancellationLeavesTheScheduleAsItIs) {
  sim::RunOptions options = any_order();
  options.cancellations = 1;
  Execution execution(lost_update_amid_others, options);
  sim::RandomWalk walk(7);
  for (int i = 0; i < 50; ++i) {
    const ExecutionResult& result = execution.run(*walk.next());
    const std::vector<Deviation> deviations = result.tape.deviations();
    const std::vector<Deviation> nearer = sim::relinearize(execution, deviations, always);
    sim::ReplaySource source(nearer);
    execution.run(source);
    EXPECT_EQ(source.misfit(), "");
  }
}

}  // namespace
