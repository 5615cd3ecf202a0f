#include "primitives/timeout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Timeout;
using sim::TimeoutError;
using sim::test::Log;
using testing::ElementsAre;

TEST(Timeout, ThrowsTheBodyOutAtItsDeadline) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto work = [&](Timeout&) -> Coro<> {
      co_await sim::sleep(9s);
      log.push_back("never");
    };
    const auto ended = co_await sim::settle(sim::timeout(3s, work));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_EQ(sim::uptime(), 3s);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
    co_await sim::sleep(1s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre());
}

TEST(Timeout, GivesTheBodysResultInTime) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout& limit) -> Coro<std::string> {
      co_await sim::sleep(1s);
      EXPECT_FALSE(limit.expired());
      co_return "done";
    };
    EXPECT_EQ(co_await sim::timeout(3s, work), "done");
    EXPECT_EQ(co_await sim::timeout(std::nullopt, work), "done");
    EXPECT_EQ(co_await sim::timeout_at(sim::now() + 2s, work), "done");
    EXPECT_EQ(sim::uptime(), 3s);
  };
  sim::run(body());
}

TEST(Timeout, RescheduleMovesTheDeadlineBothWays) {
  const auto body = []() -> Coro<> {
    const auto later = [](Timeout& limit) -> Coro<> {
      EXPECT_EQ(limit.when(), sim::now() + 1s);
      limit.reschedule(sim::now() + 5s);
      EXPECT_EQ(limit.when(), sim::now() + 5s);
      co_await sim::sleep(4s);
    };
    co_await sim::timeout(1s, later);
    EXPECT_EQ(sim::uptime(), 4s);
    const auto sooner = [](Timeout& limit) -> Coro<> {
      limit.reschedule(sim::now() + 1s);
      co_await sim::sleep(4s);
    };
    const auto ended = co_await sim::settle(sim::timeout(1h, sooner));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_EQ(sim::uptime(), 5s);
  };
  sim::run(body());
}

TEST(Timeout, RescheduleTakesTheDeadlineAwayAndBack) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout& limit) -> Coro<> {
      limit.reschedule(std::nullopt);
      EXPECT_EQ(limit.when(), std::nullopt);
      co_await sim::sleep(1h);
      limit.reschedule(sim::now());
      EXPECT_FALSE(limit.expired()) << "it comes in the next iteration";
      co_await sim::sleep(1h);
    };
    const auto ended = co_await sim::settle(sim::timeout(1s, work));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_EQ(sim::uptime(), 1h);
  };
  sim::run(body());
}

TEST(Timeout, ADeadlineInThePastComesInTheNextIteration) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1s);
    const auto work = [](Timeout&) -> Coro<> { co_await sim::sleep(1h); };
    for (const sim::TimePoint when : {sim::now() - 500ms, sim::now(), sim::TimePoint::min()}) {
      const auto ended = co_await sim::settle(sim::timeout_at(when, work));
      EXPECT_THROW(ended.value(), TimeoutError);
    }
    const auto negative = co_await sim::settle(sim::timeout(-3s, work));
    EXPECT_THROW(negative.value(), TimeoutError);
    EXPECT_EQ(sim::uptime(), 1s);
  };
  sim::run(body());
}

TEST(Timeout, ADeadlineOfThisInstantComesAheadOfWhatIsScheduledLater) {
  bool expired = false;
  const auto body = [&]() -> Coro<> {
    const auto work = [&](Timeout& limit) -> Coro<> {
      limit.reschedule(sim::now());
      sim::running_loop().call_soon([&] { expired = limit.expired(); });
      co_await sim::sleep(1h);
    };
    const auto ended = co_await sim::settle(sim::timeout(1h, work));
    EXPECT_THROW(ended.value(), TimeoutError);
  };
  sim::run(body());
  EXPECT_TRUE(expired);
}

TEST(Timeout, RescheduleAfterItHasExpiredThrows) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout& limit) -> Coro<> {
      const auto ended = co_await sim::settle(sim::sleep(1h));
      EXPECT_TRUE(ended.cancelled());
      EXPECT_TRUE(limit.expired());
      EXPECT_THROW(limit.reschedule(sim::now() + 1s), std::runtime_error);
    };
    co_await sim::timeout(1s, work);  // the body swallows the cancellation
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

TEST(Timeout, TheInnerDeadlineIsTheInnersAlone) {
  const auto body = []() -> Coro<> {
    const auto inner = [](Timeout&) -> Coro<> { co_await sim::sleep(1h); };
    const auto outer = [&](Timeout&) -> Coro<> {
      const auto ended = co_await sim::settle(sim::timeout(1s, inner));
      EXPECT_THROW(ended.value(), TimeoutError);
      co_await sim::sleep(1s);
    };
    co_await sim::timeout(3s, outer);
    EXPECT_EQ(sim::uptime(), 2s);
  };
  sim::run(body());
}

TEST(Timeout, TheOuterDeadlinePassesThroughTheInner) {
  const auto body = []() -> Coro<> {
    const auto inner = [](Timeout&) -> Coro<> { co_await sim::sleep(1h); };
    bool inner_timed_out = false;
    const auto outer = [&](Timeout&) -> Coro<> {
      const auto ended = co_await sim::settle(sim::timeout(3s, inner));
      inner_timed_out = !ended.cancelled();
      ended.value();
    };
    const auto ended = co_await sim::settle(sim::timeout(1s, outer));
    EXPECT_THROW(ended.value(), TimeoutError);
    EXPECT_FALSE(inner_timed_out);
  };
  sim::run(body());
}

TEST(Timeout, AnExternalCancellationStaysOne) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout&) -> Coro<> { co_await sim::sleep(1h); };
    const auto limited = [&]() -> Coro<> { co_await sim::timeout(2s, work); };
    auto before = create_task(limited());
    auto together = create_task(limited());
    // In the iteration that the time-out comes due in too.
    sim::running_loop().call_later(2s, [&together] { together.cancel("together"); });
    co_await sim::sleep(1s);
    before.cancel("before");
    EXPECT_EQ(co_await sim::test::cancellation_of(before), "before");
    const auto ended = co_await sim::settle(together);
    EXPECT_TRUE(ended.cancelled());
  };
  sim::run(body());
}

TEST(Timeout, AnExceptionOfTheBodyComesThrough) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout&) -> Coro<> {
      co_await sim::sleep(1s);
      throw 7;
    };
    const auto ended = co_await sim::settle(sim::timeout(2s, work));
    EXPECT_THROW(ended.value(), int);
    co_await sim::sleep(5s);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

TEST(Timeout, ABodyThatIsNoCoroutineAndThrowsDisarmsIt) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout&) -> Coro<> { throw 7; };
    const auto ended = co_await sim::settle(sim::timeout(2s, work));
    EXPECT_THROW(ended.value(), int);
    co_await sim::sleep(5s);
  };
  sim::run(body());
}

TEST(Timeout, ItsTimerIsDisarmedWhenTheBodyEndsEarlier) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout&) -> Coro<> { co_await sim::sleep(1s); };
    co_await sim::timeout(1h, work);
  };
  sim::Runner runner;
  runner.run(body());
  EXPECT_EQ(runner.stats().virtual_time, 1s);
}

TEST(Timeout, OneTaskEntersItOnceAndLeavesItOnce) {
  const auto body = []() -> Coro<> {
    Timeout limit(sim::now() + 1s);
    EXPECT_THROW(limit.reschedule(std::nullopt), std::runtime_error);
    limit.enter();
    EXPECT_THROW(limit.enter(), std::runtime_error);
    limit.leave(false);
    EXPECT_FALSE(limit.expired());
    EXPECT_THROW(limit.reschedule(std::nullopt), std::runtime_error);
    co_await sim::sleep(5s);
  };
  sim::run(body());
  sim::run([]() -> Coro<> {
    sim::running_loop().call_soon([] {
      Timeout limit(sim::now());
      EXPECT_THROW(limit.enter(), std::runtime_error) << "outside a task";
    });
    co_await sim::yield();
  }());
}

TEST(Timeout, ABodyMayUseItsOwnTimeoutFromAnotherTask) {
  const auto body = []() -> Coro<> {
    const auto work = [](Timeout& limit) -> Coro<> {
      sim::running_loop().call_later(1s, [&] { limit.reschedule(sim::now() + 9s); });
      co_await sim::sleep(5s);
    };
    co_await sim::timeout(2s, work);
    EXPECT_EQ(sim::uptime(), 5s);
  };
  sim::run(body());
}

}  // namespace
