// dpor against every schedule where tasks wait for several others or for some time only, and are
// cancelled from outside.
#include "property_tests/dpor_programs.h"

namespace dpor_test {
namespace {

const std::vector<Joins> kAllJoins = {Joins::gather, Joins::gather_throws, Joins::group,
                                      Joins::all,    Joins::first,         Joins::in_time,
                                      Joins::completed};
RC_GTEST_PROP(DporOfGenerated, Joins, ()) {
  expect_each_trace_once(programs({Do::write, Do::read, Do::cancel, Do::yield, Do::sleep,
                                   Do::set_future, Do::wait_future},
                                  kAllJoins));
}
RC_GTEST_PROP(DporOfGenerated, Limits, ()) {
  expect_each_trace_once({Do::limited_event, Do::limited_lock, Do::set_event, Do::lock,
                          Do::unlock, Do::sleep, Do::write, Do::cancel});
}
RC_GTEST_PROP(DporOfGenerated, Shields, ()) {
  expect_each_trace_once({Do::shielded, Do::set_future, Do::cancel, Do::yield, Do::look_future});
}
RC_GTEST_PROP(DporOfGenerated, BusySteps, ()) {
  expect_each_trace_once({Do::busy, Do::sleep, Do::write, Do::read, Do::yield});
}
RC_GTEST_PROP(DporOfGenerated, CancellationsFromOutside, ()) {
  expect_each_trace_once(programs({Do::write, Do::read, Do::lock, Do::unlock, Do::wait_event,
                                   Do::set_event, Do::wait_future, Do::set_future, Do::sleep,
                                   Do::yield, Do::get, Do::put, Do::limited_event},
                                  kAllJoins, 1));
}
RC_GTEST_PROP(DporOfGenerated, TwoCancellationsFromOutside, ()) {
  expect_each_trace_once(
      programs({Do::write, Do::lock, Do::unlock, Do::wait_event, Do::sleep, Do::yield},
               {Joins::gather, Joins::group}, 2));
}

TEST(DporOf, ATimeoutAtTheInstantOfWhatItWaitsForAndOfACancellation) {
  expect_each_trace_of({{at_once(Do::limited_event)},
                        {at_once(Do::sleep), at_once(Do::set_event)},
                        {at_once(Do::sleep), at_once(Do::cancel)}});
}
TEST(DporOf, TwoTimeoutsAtTheInstantOfWhatBothWaitFor) {
  expect_each_trace_of({{at_once(Do::sleep), at_once(Do::set_event)},
                        {at_once(Do::limited_event)},
                        {at_once(Do::limited_event)}});
}
// What was planned behind a step cannot be done there, as the step does more than was thought.
TEST(DporOf, ALockThatIsTakenInsteadOfACancellation) {
  expect_each_trace_of({{later(Do::limited_lock)},
                        {later(Do::lock), later(Do::write)},
                        {at_once(Do::cancel)}});
}
TEST(DporOf, ALockThatIsKeptByOneThatWasToEnd) {
  expect_each_trace_of({{at_once(Do::acquire)},
                        {at_once(Do::acquire), at_once(Do::lock)},
                        {at_once(Do::lock), later(Do::read)}});
}
// A step that was run does more than the same step where it was cancelled.
TEST(DporOf, AnUnlockBeforeALockThatMayBeCancelled) {
  expect_each_trace_of({{at_once(Do::lock), at_once(Do::limited_lock)},
                        {later(Do::unlock), later(Do::limited_lock)},
                        {at_once(Do::cancel)}});
}
TEST(DporOf, AWaitForAllThatEndsAtItsTimeout) {
  expect_each_trace_of({{at_once(Do::sleep)}, {at_once(Do::sleep)}}, Joins::in_time);
}
TEST(DporOf, CancellationsBeforeAndBehindATimer) {
  expect_each_trace_of({{at_once(Do::limited_event)}, {at_once(Do::sleep), at_once(Do::set_event)}},
                       Joins::gather, 1);
  expect_each_trace_of({{at_once(Do::sleep)}}, Joins::group, 2);
}
TEST(DporOf, ACancellationBesideARaceAndADeadlock) {
  expect_each_trace_of(
      {{later(Do::write)}, {later(Do::set_future), at_once(Do::read), at_once(Do::wait_event)}},
      Joins::gather, 1);
}

// Whether its deadline has come depends on who is first at that instant.
TEST(DporOf, ALookAtATimeoutOfAnotherTask) {
  sim::Timeout* limit = nullptr;
  const auto waits = [&]() -> sim::Coro<> {
    const auto body = [&](sim::Timeout& given) -> sim::Coro<> {
      limit = &given;
      co_await sim::settle(sim::sleep(std::chrono::seconds(1)));
      co_await sim::settle(sim::sleep(std::chrono::seconds(1)));
    };
    co_await sim::timeout(std::chrono::milliseconds(1), body);
  };
  const auto looks = [&]() -> sim::Coro<> {
    co_await sim::sleep(std::chrono::milliseconds(1));
    static_cast<void>(limit->expired());
  };
  const auto both = [&]() -> sim::Coro<> {
    co_await sim::gather(sim::spawn(waits), sim::spawn(looks));
  };
  sim::RunOptions options;
  options.order = sim::Order::any;
  options.canonical = true;
  sim::Execution execution(both, options);
  std::set<std::uint64_t> all;
  sim::Dfs dfs;
  while (sim::DecisionSource* source = dfs.next()) {
    all.insert(execution.run(*source).stats.canonical_hash);
  }
  std::set<std::uint64_t> reduced;
  sim::Dpor dpor;
  while (sim::DecisionSource* source = dpor.next()) {
    reduced.insert(execution.run(*source).stats.canonical_hash);
    dpor.ended({}, false);
  }
  EXPECT_EQ(all.size(), 2u);
  EXPECT_EQ(reduced, all);
}

}  // namespace
}  // namespace dpor_test
