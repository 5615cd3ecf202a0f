// The check of the checker: for thousands of small programs dpor comes to every trace that visiting
// every schedule shows.
#include "property_tests/dpor_programs.h"

namespace dpor_test {
namespace {

RC_GTEST_PROP(DporOfGenerated, Variables, ()) {
  expect_each_trace_once({Do::read, Do::write, Do::add, Do::exchange, Do::yield},
                         Optimal::always);
}
RC_GTEST_PROP(DporOfGenerated, Checks, ()) {
  expect_each_trace_once({Do::read, Do::write, Do::add, Do::check});
}
RC_GTEST_PROP(DporOfGenerated, Locks, ()) {
  expect_each_trace_once({Do::read, Do::write, Do::lock, Do::unlock, Do::acquire, Do::release});
}
RC_GTEST_PROP(DporOfGenerated, Events, ()) {
  expect_each_trace_once({Do::wait_event, Do::set_event, Do::clear_event, Do::write});
}
RC_GTEST_PROP(DporOfGenerated, Conditions, ()) {
  expect_each_trace_once({Do::notify, Do::wait_notified, Do::write, Do::read});
}
RC_GTEST_PROP(DporOfGenerated, Queues, ()) {
  expect_each_trace_once({Do::put, Do::get, Do::write, Do::read});
}
RC_GTEST_PROP(DporOfGenerated, Futures, ()) {
  expect_each_trace_once({Do::set_future, Do::wait_future, Do::look_future, Do::look_task,
                          Do::wait_task, Do::yield});
}
RC_GTEST_PROP(DporOfGenerated, Choices, ()) {
  expect_each_trace_once({Do::choose, Do::write, Do::read, Do::yield}, Optimal::always);
}
RC_GTEST_PROP(DporOfGenerated, Time, ()) {
  expect_each_trace_once({Do::sleep, Do::write, Do::read, Do::lock, Do::unlock});
}
RC_GTEST_PROP(DporOfGenerated, Cancellation, ()) {
  expect_each_trace_once({Do::cancel, Do::lock, Do::unlock, Do::wait_event, Do::set_event,
                          Do::wait_future, Do::set_future, Do::sleep, Do::yield, Do::write,
                          Do::read, Do::get, Do::put, Do::wait_task, Do::look_task});
}
RC_GTEST_PROP(DporOfGenerated, Ends, ()) {
  expect_each_trace_once(programs({Do::write, Do::read, Do::cancel, Do::yield, Do::sleep},
                                  {Joins::gather, Joins::none}));
}
// What random programs have come to in one case of thousands.
TEST(DporOf, ACheckThatAlwaysFails) {
  expect_each_trace_of({{at_once(Do::read)}, {at_once(Do::write), at_once(Do::check)}, {}});
}
TEST(DporOf, AReadThatOnlyWhoGetsTheLockComesTo) {
  expect_each_trace_of(
      {{later(Do::write)}, {at_once(Do::lock), at_once(Do::read)}, {at_once(Do::lock)}});
}
TEST(DporOf, AWriteThatOnlyWhoGetsTheSemaphoreComesTo) {
  expect_each_trace_of({{later(Do::read), later(Do::read), at_once(Do::lock)},
                        {at_once(Do::acquire), at_once(Do::write)},
                        {at_once(Do::acquire), later(Do::lock)}});
}
TEST(DporOf, AWriteBehindAPutThatHasToWait) {
  expect_each_trace_of({{later(Do::put), at_once(Do::put), at_once(Do::write)},
                        {at_once(Do::put), later(Do::write)},
                        {later(Do::read)}});
}
TEST(DporOf, AReadBesideAWriteThatMayHaveToWait) {
  expect_each_trace_of({{later(Do::lock), at_once(Do::write)},
                        {at_once(Do::lock), later(Do::unlock), at_once(Do::read)},
                        {later(Do::write), at_once(Do::sleep)}});
}
TEST(DporOf, ACancellationOfAWaiterBesideTheReleaseOfItsLock) {
  expect_each_trace_of({{at_once(Do::lock), later(Do::unlock)},
                        {at_once(Do::lock)},
                        {at_once(Do::lock), at_once(Do::write)},
                        {later(Do::cancel, 1)}});
}

}  // namespace
}  // namespace dpor_test
