// sleep(): what CPython's own tests show of it and no other test here does (docs/conformance.md).
#include "primitives/sleep.h"

#include <gtest/gtest.h>

#include <limits>

#include "primitives/primitives.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;

TEST(Sleep, OfATimeThatIsNoNumberThrows) {
  const auto body = []() -> Coro<> {
    const std::chrono::duration<double> nan(std::numeric_limits<double>::quiet_NaN());
    EXPECT_THROW(static_cast<void>(sim::sleep(nan)), std::invalid_argument);
    co_return;
  };
  sim::run(body());
}

TEST(Sleep, ATaskThatSleepsIsCancelledByATimer) {
  const auto body = []() -> Coro<> {
    auto sleeper = sim::create_task(sim::sleep(5000s));
    sim::running_loop().call_later(100ms, [sleeper] { sleeper.cancel(); });
    const auto ended = co_await sim::settle(sleeper);
    EXPECT_TRUE(ended.cancelled());
    EXPECT_EQ(sim::uptime(), 100ms);
  };
  sim::run(body());
}

TEST(Sleep, OfNoTimeLetsACallbackRunThatWasScheduledBefore) {
  const auto body = []() -> Coro<> {
    int result = 0;
    sim::running_loop().call_soon([&] { ++result; });
    EXPECT_EQ(result, 0);
    co_await sim::sleep(0s);
    EXPECT_EQ(result, 1);
  };
  sim::run(body());
}

TEST(Sleep, TwiceAddsUp) {
  const auto body = []() -> Coro<> {
    const auto sleeper = [](sim::Duration d) -> Coro<> {
      co_await sim::sleep(d / 2);
      co_await sim::sleep(d / 2);
    };
    co_await sim::create_task(sleeper(100ms));
    EXPECT_EQ(sim::uptime(), 100ms);
  };
  sim::run(body());
}

}  // namespace
