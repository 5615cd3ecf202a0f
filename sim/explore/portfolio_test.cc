// The portfolio goes through the traces of a small test, goes on for state that cannot be seen, and
// does without dpor where that gives up.
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "sim/explore/explore.h"
#include "sim/explore/test_programs.h"

namespace sim::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// 49 traces and many more schedules: each reader comes before, between or after six writes.
Coro<> many_schedules() {
  Shared<int> x{0};
  Shared<int> y{0};
  const auto write = [](Shared<int>& variable, int times) -> Coro<> {
    for (int i = 0; i < times; ++i) {
      co_await yield();
      variable.set(i);
    }
  };
  const auto read = [](Shared<int>& variable) -> Coro<> {
    co_await yield();
    static_cast<void>(variable.get());
  };
  co_await gather(write(x, 6), write(y, 6), read(x), read(y));
}

ExploreOptions at_most(std::uint64_t executions) {
  ExploreOptions options;
  options.max_executions = executions;
  return options;
}

TEST(Portfolio, GoesThroughAllTracesOfASmallTestSoon) {
  const Report report = explore(many_schedules, at_most(114));  // 49 traces, twice, and 16
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.distinct_traces, 49u);
  EXPECT_TRUE(report.all_traces);
  EXPECT_FALSE(report.exhausted) << "not all schedules";
  EXPECT_THAT(report.verdict(), HasSubstr(", 49 distinct traces, which are all of state in "));
}

TEST(Portfolio, DoesNotSaySoBeforeThat) {
  const Report report = explore(many_schedules, at_most(30));
  EXPECT_FALSE(report.all_traces);
  EXPECT_THAT(report.verdict(), HasSubstr("chance that the next one is new"));
}

TEST(Portfolio, GoesOnForPlainStateWhenDporIsThrough) {
  int last = 0;  // who was the last; the same trace, whoever it is
  const Body body = [&last]() -> Coro<> {
    last = 0;
    const auto leave = [&last](int who, int steps) -> Coro<> {
      for (int i = 0; i < steps; ++i) co_await yield();
      last = who;
    };
    co_await gather(leave(1, 6), leave(2, 6), leave(3, 6));
    SIM_CHECK_NE(last, 2);
  };
  EXPECT_FALSE(explore(body).ok());
}

// Whether it waits, for ever, depends on a plain variable: dpor gives up within an execution.
Coro<> waits_or_not() {
  Shared<int> x{0};
  Event never;
  bool open = false;
  const auto opens = [&]() -> Coro<> {
    x.set(1);
    open = true;
    co_return;
  };
  const auto passes = [&]() -> Coro<> {
    if (!open) co_await never.wait();
    co_await yield();
  };
  const auto writes = [&]() -> Coro<> {
    x.set(2);
    co_return;
  };
  co_await gather(opens(), passes(), writes());
}

// dpor gives up when the execution has ended.
Coro<> has_callbacks() {
  Event called;
  int left = 3;
  const auto call = [&] {
    if (--left == 0) called.set();
  };
  for (int i = 0; i < 3; ++i) running_loop().call_soon(call);
  co_await gather(called.wait(), sleep(0s));
}

TEST(Portfolio, GoesOnWithoutDporWhereThatGivesUp) {
  for (const Body& body : {Body(waits_or_not), Body(has_callbacks)}) {
    ExploreOptions options = at_most(1'000);
    options.ignore = {FindingKind::deadlock};
    ExploreOptions strict = options;
    strict.strategy = Strategy::dpor();
    EXPECT_THROW(explore(body, strict), std::invalid_argument);
    const Report report = explore(body, options);
    EXPECT_TRUE(report.ok());
    EXPECT_FALSE(report.all_traces);
    EXPECT_TRUE(report.exhausted || report.executions == 1'000) << report.executions;
    EXPECT_GT(report.executions, 12u) << "dpor has had its turn";
    EXPECT_EQ(explore(body, options).to_json(), report.to_json());
  }
}

TEST(Portfolio, LeavesDporOutWhereTasksMayBeCancelled) {
  ExploreOptions options = at_most(1'000);
  options.cancellations = 1;
  EXPECT_FALSE(explore(lost_update, options).all_traces);
}

}  // namespace
}  // namespace sim::test
