#include "sim/clock.h"

#include <gtest/gtest.h>

#include <limits>

#include "primitives/primitives.h"
#include "sim/sim.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Duration;
using sim::internal::to_duration;

static_assert(std::chrono::is_clock_v<sim::Clock>);
static_assert(noexcept(sim::Clock::now()));
static_assert(to_duration(3s) == 3'000'000'000ns);
static_assert(to_duration(std::chrono::duration<double>(0.25)) == 250ms);

TEST(Clock, StandsStillWhileCodeRunsAndJumpsToTheNextDeadline) {
  const auto body = []() -> Coro<> {
    const sim::TimePoint before = sim::now();
    co_await sim::yield();
    EXPECT_EQ(sim::now(), before);
    co_await sim::sleep(24h * 365);
    EXPECT_EQ(sim::now() - before, 24h * 365);
    EXPECT_EQ(sim::uptime(), 24h * 365);
  };
  sim::run(body());
}

TEST(Clock, StandsAtItsEpochOutsideARun) {
  EXPECT_EQ(sim::now(), sim::TimePoint());
  EXPECT_EQ(sim::uptime(), 0s);
}

TEST(Clock, CountsWholeNanoseconds) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1ns);
    EXPECT_EQ(sim::uptime(), 1ns);
    co_await sim::sleep(std::chrono::duration<double, std::nano>(1.9));  // rounds towards zero
    EXPECT_EQ(sim::uptime(), 2ns);
  };
  sim::run(body());
}

TEST(Clock, DurationsSaturateWhereTheirBitsEnd) {
  EXPECT_EQ(to_duration(std::chrono::hours(24) * 365 * 1000), Duration::max());
  EXPECT_EQ(to_duration(-std::chrono::hours(24) * 365 * 1000), Duration::min());
  EXPECT_EQ(to_duration(std::chrono::duration<double>(1e300)), Duration::max());
  EXPECT_EQ(to_duration(std::chrono::duration<double>(-1e300)), Duration::min());
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(to_duration(std::chrono::duration<double>(infinity)), Duration::max());
  EXPECT_EQ(to_duration(std::chrono::duration<double>(infinity - infinity)), Duration::zero());
  EXPECT_EQ(to_duration(std::chrono::seconds::max()), Duration::max());
}

TEST(Clock, AnInstantBeyondTheFarEndOfTimeIsTheFarEnd) {
  using sim::internal::after;
  EXPECT_EQ(after(sim::TimePoint(5ns), 3ns), sim::TimePoint(8ns));
  EXPECT_EQ(after(sim::TimePoint(5ns), Duration::max()), sim::TimePoint::max());
  EXPECT_EQ(after(sim::TimePoint(-5ns), Duration::min()), sim::TimePoint::min());
}

TEST(Clock, ASleepToTheFarEndOfTimeEndsThere) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1s);
    co_await sim::sleep(Duration::max());
    EXPECT_EQ(sim::now(), sim::TimePoint::max());
    co_await sim::sleep(1h);  // time goes no further
    EXPECT_EQ(sim::now(), sim::TimePoint::max());
  };
  sim::run(body());
}

}  // namespace
