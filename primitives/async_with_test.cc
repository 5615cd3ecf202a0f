#include "primitives/async_with.h"

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
using sim::test::Log;
using testing::ElementsAre;

// Writes what becomes of it. Entering and leaving take a second each.
struct Session {
  explicit Session(Log& to) : log(to) {}
  Coro<> aenter() {
    co_await sim::sleep(1s);
    log.push_back("enter");
  }
  Coro<> aexit(std::exception_ptr error) {
    co_await sim::sleep(1s);
    log.push_back(error == nullptr                           ? "exit"
                  : sim::internal::is_cancelled_error(error) ? "exit, cancelled"
                                                             : "exit, error");
  }
  Log& log;
};

struct Swallowing {
  Coro<int> aenter() { co_return 7; }
  Coro<bool> aexit(std::exception_ptr error) {
    seen = error;
    co_return true;
  }
  std::exception_ptr seen;
};

TEST(AsyncWith, EntersRunsTheBodyAndLeaves) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Session session(log);
    const auto work = [&]() -> Coro<int> {
      log.push_back("body");
      co_return 5;
    };
    EXPECT_EQ(co_await sim::async_with(session, work), 5);
    EXPECT_EQ(sim::uptime(), 2s);
    EXPECT_EQ(sim::all_tasks().size(), 1u);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("enter", "body", "exit"));
}

TEST(AsyncWith, TheBodyMayTakeWhatWasEntered) {
  const auto body = []() -> Coro<> {
    Swallowing manager;
    const auto work = [](int& entered) -> Coro<int> { co_return entered + 1; };
    const std::optional<int> result = co_await sim::async_with(manager, work);
    EXPECT_EQ(result, 8);
    EXPECT_TRUE(manager.seen == nullptr);
  };
  sim::run(body());
}

TEST(AsyncWith, AnExceptionIsShownToTheExitAndThrown) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Session session(log);
    const auto work = []() -> Coro<> { throw 7; };
    const auto fails = [&]() -> Coro<> {
      co_await sim::yield();
      co_await work();
    };
    const auto ended = co_await sim::settle(sim::async_with(session, fails));
    EXPECT_THROW(ended.value(), int);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("enter", "exit, error"));
}

TEST(AsyncWith, AnExitMaySwallowTheException) {
  const auto body = []() -> Coro<> {
    Swallowing manager;
    const auto fails = []() -> Coro<int> {
      co_await sim::yield();
      throw 7;
      co_return 1;
    };
    const std::optional<int> result = co_await sim::async_with(manager, fails);
    EXPECT_EQ(result, std::nullopt);
    EXPECT_TRUE(manager.seen != nullptr);
  };
  sim::run(body());
}

TEST(AsyncWith, ACancellationRunsTheExitToItsEnd) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Session session(log);
    const auto work = []() -> Coro<> { co_await sim::sleep(1h); };
    auto task = create_task(sim::async_with(session, work));
    co_await sim::sleep(5s);
    task.cancel("enough");
    EXPECT_EQ(co_await sim::test::cancellation_of(task), "enough");
    EXPECT_EQ(sim::uptime(), 6s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("enter", "exit, cancelled"));
}

TEST(AsyncWith, ACancellationWhileItEntersRunsNeitherBodyNorExit) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Session session(log);
    const auto work = [&]() -> Coro<> {
      log.push_back("body");
      co_return;
    };
    auto task = create_task(sim::async_with(session, work));
    co_await sim::yield();
    task.cancel();
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre());
}

TEST(AsyncWith, ACancellationWhileItLeavesEndsTheExit) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Session session(log);
    const auto work = []() -> Coro<> { co_return; };
    auto task = create_task(sim::async_with(session, work));
    co_await sim::sleep(1500ms);
    task.cancel();
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("enter"));
}

TEST(AsyncWith, AnExceptionOfTheExitIsWhatIsThrown) {
  struct Failing {
    Coro<> aenter() { co_return; }
    Coro<> aexit(std::exception_ptr) {
      throw std::string("exit");
      co_return;
    }
  };
  const auto body = []() -> Coro<> {
    Failing manager;
    const auto work = []() -> Coro<> {
      throw 7;
      co_return;
    };
    const auto ended = co_await sim::settle(sim::async_with(manager, work));
    EXPECT_THROW(ended.value(), std::string);
  };
  sim::run(body());
}

TEST(AsyncWith, Nests) {
  Log log;
  const auto body = [&]() -> Coro<> {
    Session outer(log);
    Session inner(log);
    const auto work = [&]() -> Coro<> {
      log.push_back("body");
      co_return;
    };
    const auto nested = [&]() -> Coro<> { return sim::async_with(inner, work); };
    co_await sim::async_with(outer, nested);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("enter", "enter", "body", "exit", "exit"));
}

}  // namespace
