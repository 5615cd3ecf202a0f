#include "primitives/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Event;
using sim::test::Log;
using testing::ElementsAre;
using testing::HasSubstr;

Coro<> wait(Event& event, const char* name, Log& log) {
  co_await event.wait();
  log.push_back(name);
}

TEST(Event, SetWakesAllWaitersInTheOrderTheyCame) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Event event;
    auto a = create_task(wait(event, "a", log));
    auto b = create_task(wait(event, "b", log));
    auto c = create_task(wait(event, "c", log));
    co_await sim::sleep(1s);
    EXPECT_THAT(log, ElementsAre());
    event.set();
    EXPECT_TRUE(event.is_set());
    co_await sim::gather(a, b, c);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("a", "b", "c"));
}

TEST(Event, WaitingForASetEventDoesNotSuspend) {
  const auto body = []() -> Coro<> {
    Event event;
    event.set();
    const auto await = [&]() -> Coro<> { co_await event.wait(); };
    EXPECT_EQ(co_await sim::test::iterations(await), 0);
  };
  sim::run(body());
}

TEST(Event, ClearComesTooLateForThoseWhoWait) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Event event;
    auto early = create_task(wait(event, "early", log));
    co_await sim::yield();
    event.set();
    event.clear();
    EXPECT_FALSE(event.is_set());
    auto late = create_task(wait(event, "late", log));
    co_await sim::sleep(1s);
    EXPECT_THAT(log, ElementsAre("early"));
    event.set();
    co_await late;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("early", "late"));
}

TEST(Event, SettingItAgainWakesNobodyTwice) {
  const auto body = []() -> Coro<> {
    Event event;
    int woken = 0;
    const auto count = [&]() -> Coro<> {
      co_await event.wait();
      ++woken;
      event.clear();
      co_await event.wait();
      ++woken;
    };
    auto task = create_task(count());
    co_await sim::yield();
    event.set();
    event.set();
    co_await sim::sleep(1s);
    EXPECT_EQ(woken, 1);
    event.set();
    co_await task;
    EXPECT_EQ(woken, 2);
  };
  sim::run(body());
}

TEST(Event, ACancelledWaiterJustLeaves) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Event event;
    auto a = create_task(wait(event, "a", log));
    auto b = create_task(wait(event, "b", log));
    co_await sim::yield();
    a.cancel();
    co_await sim::settle(a);
    EXPECT_TRUE(a.cancelled());
    event.set();
    co_await b;
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("b"));
}

TEST(Event, MayBeSetFromACallbackAndOutsideARun) {
  Event event;
  event.set();
  event.clear();
  EXPECT_FALSE(event.is_set());
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_later(2s, [&] { event.set(); });
    co_await event.wait();
    EXPECT_EQ(sim::uptime(), 2s);
  };
  sim::run(body());
  EXPECT_TRUE(event.is_set());
}

TEST(Event, ManyWaitersResumeInOneIteration) {
  const auto body = []() -> Coro<> {
    Event event;
    sim::test::IterationCounter counter;
    std::vector<int> resumed;
    const auto note = [&]() -> Coro<> {
      co_await event.wait();
      resumed.push_back(counter.count());
    };
    std::vector<sim::Task<>> tasks;
    counter.start();
    for (int i = 0; i < 100; ++i) tasks.push_back(create_task(note()));
    co_await sim::yield();
    const int set = counter.count();
    event.set();
    co_await sim::gather(std::move(tasks));
    EXPECT_THAT(resumed, testing::Each(set + 1));
    EXPECT_EQ(resumed.size(), 100u);
  };
  sim::run(body());
}

TEST(Event, ADeadlockReportNamesIt) {
  const auto body = []() -> Coro<> {
    Event event;
    co_await event.wait();
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("main waits for Event made at"));
  }
}

}  // namespace
