// SIM_TEST: a GoogleTest test whose body is a coroutine, run under many schedules.
//
//   SIM_TEST(Account, ConcurrentDepositsAreBothKept) { co_await lost_update(); }
//   SIM_TEST_WITH(Account, HoldsForEverySchedule,
//                 (sim::ExploreOptions{.strategy = sim::Strategy::dpor()})) {
//     co_await lost_update();
//   }
//   SIM_TEST_F(Bank, MoneyIsConserved) { co_await transfer(from_, to_); }  // Bank: a testing::Test
//
// The body is called anew for each execution and makes all that it uses; SIM_TEST_F also makes the
// fixture anew, inside the loop. A body without co_await ends in `co_return;`. The test fails once,
// with the explanation of the shortest failing schedule and the line that replays it.
//
// A failed EXPECT_* is a finding of kind `assertion` and the execution goes on; SIM_CHECK ends it.
// ASSERT_* returns, so it cannot stand in a coroutine; it can in functions that the body calls and
// in SetUp(), after whose failure the body does not run. TearDown() runs when the body has returned
// or thrown; an execution that breaks off (a failed SIM_CHECK, a deadlock) destroys the fixture
// without it.
//
// Environment: SIM_SEED, SIM_BUDGET, SIM_STRATEGY and SIM_REPLAY, see sim/testing/environment.h.
// Link simloop::testing, and GTest::gtest_main for the main function.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "gtest/gtest.h"
#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace sim::internal {

// What a registration macro says.
struct ExploredTest {
  const char* suite;
  const char* name;
  const char* file;
  int line;
  Body body;
  std::function<ExploreOptions()> options;  // asked when the test runs

  std::string full_name() const { return std::string(suite) + "." + name; }
};

// How GoogleTest tells fixtures apart, and the functions that are run once for a suite.
struct Suite {
  testing::internal::TypeId fixture;
  testing::internal::SetUpTestSuiteFunc set_up;
  testing::internal::TearDownTestSuiteFunc tear_down;
};

bool register_test(ExploredTest test, const Suite& suite);

template <class Fixture>
bool register_test(ExploredTest test) {
  static_assert(std::is_base_of_v<testing::Test, Fixture>, "a fixture is a testing::Test");
  using Resolver = testing::internal::SuiteApiResolver<Fixture>;
  const Suite suite = {testing::internal::GetTypeId<Fixture>(),
                       Resolver::GetSetUpCaseOrSuite(test.file, test.line),
                       Resolver::GetTearDownCaseOrSuite(test.file, test.line)};
  return register_test(std::move(test), suite);
}

// SetUp(); false if the body is not to run.
bool set_up(testing::Test& fixture);
void tear_down(testing::Test& fixture);

template <class Test>
Coro<> run_in_fixture() {
  Test fixture;
  const bool ready = set_up(fixture);
  Outcome<void> ended;
  if (ready) ended = co_await settle(fixture.sim_body());
  tear_down(fixture);
  ended.value();
}

}  // namespace sim::internal

#define SIM_TEST(Suite, Name) SIM_TEST_WITH(Suite, Name, )

// The third argument are the ExploreOptions, in parentheses where there are commas.
#define SIM_TEST_WITH(Suite, Name, ...)                                                         \
  static ::sim::Coro<> Suite##_##Name##_SimTest();                                              \
  [[maybe_unused]] static const bool sim_registered_##Suite##_##Name =                          \
      ::sim::internal::register_test<::testing::Test>(                                          \
          {#Suite, #Name, __FILE__, __LINE__, &Suite##_##Name##_SimTest,                        \
           [] { return ::sim::ExploreOptions(__VA_ARGS__); }});                                 \
  static ::sim::Coro<> Suite##_##Name##_SimTest()

#define SIM_TEST_F(Fixture, Name)                                                               \
  class Fixture##_##Name##_SimTest final : public Fixture {                                     \
   public:                                                                                      \
    ::sim::Coro<> sim_body();                                                                   \
    void TestBody() override {}                                                                 \
  };                                                                                            \
  [[maybe_unused]] static const bool sim_registered_##Fixture##_##Name =                        \
      ::sim::internal::register_test<Fixture>(                                                  \
          {#Fixture, #Name, __FILE__, __LINE__,                                                 \
           &::sim::internal::run_in_fixture<Fixture##_##Name##_SimTest>,                        \
           [] { return ::sim::ExploreOptions(); }});                                            \
  ::sim::Coro<> Fixture##_##Name##_SimTest::sim_body()
