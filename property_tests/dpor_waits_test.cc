// The same where tasks wait for several others or for some time only, and are cancelled from outside.
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

}  // namespace
}  // namespace dpor_test
