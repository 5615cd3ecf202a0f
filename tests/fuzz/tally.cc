// A SIM_TEST with a bug, for a fuzzer.
#include "sim/testing/gtest.h"

namespace {

sim::Coro<> add_one(int& tally) {
  const int seen = tally;
  co_await sim::yield();
  tally = seen + 1;
}

}  // namespace

SIM_TEST(Tally, IsKept) {
  int tally = 0;
  co_await sim::create_task(add_one(tally));
  auto second = sim::create_task(add_one(tally));
  auto third = sim::create_task([](int& sum) -> sim::Coro<> {
    co_await sim::yield();
    co_await sim::yield();
    co_await sim::yield();
    ++sum;
  }(tally));
  co_await second;
  co_await third;
  EXPECT_EQ(tally, 3);
}
