#include "primitives/staggered.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::settle;
using sim::staggered_race;
using sim::test::Log;
using testing::ElementsAre;

struct Connection {
  std::string host;
};
Coro<Connection> dial(std::string host, sim::Duration d) {
  co_await sim::sleep(d);
  co_return Connection{host};
}

TEST(Staggered, TheExampleOfTheHeaderCompiles) {
  std::string used;
  const auto use = [&](const Connection& connection) { used = connection.host; };
  const auto body = [&]() -> Coro<> {
    std::vector<std::function<sim::Coro<Connection>()>> attempts;
    attempts.push_back([] { return dial("slow", 3s); });
    attempts.push_back([] { return dial("fast", 1s); });
    auto race = co_await sim::staggered_race(attempts, 250ms);
    if (race.winner) {
      use(*race.winner);
    } else {
      std::rethrow_exception(race.exceptions.back());
    }
    EXPECT_EQ(sim::uptime(), 1250ms);
  };
  sim::run(body());
  EXPECT_EQ(used, "fast");
}

// A race of functions that take some time and succeed or fail, as a log with times in ms. CPython
// 3.13 gives the same logs: 3.13.2 where a race is cancelled or its tasks are eager, which it
// mended.
class StaggeredLog : public testing::Test {
 protected:
  struct Runner {
    const char* name;
    int takes;
    bool succeeds;
  };
  using Functions = std::vector<std::function<Coro<std::string>()>>;

  Functions functions(std::vector<Runner> runners) {
    Functions functions;
    for (const Runner& r : runners) functions.push_back([this, r] { return attempt(r); });
    return functions;
  }
  Coro<std::string> attempt(Runner runner) {
    log(std::string(runner.name) + " starts");
    if (runner.takes > 0) {
      const auto slept = co_await settle(sim::sleep(runner.takes * 1ms));
      if (slept.cancelled()) log(std::string(runner.name) + " cancelled");
      slept.value();
    }
    if (!runner.succeeds) throw std::runtime_error(runner.name);
    co_return runner.name;
  }
  template <class Delay>
  Coro<> race(Functions functions, Delay delay) {
    const auto ended = co_await settle(staggered_race(std::move(functions), delay));
    if (!ended.has_value()) {
      log("race cancelled");
      ended.value();
    }
    const auto& result = ended.value();
    std::string text = result.winner ? *result.winner + " wins:" : "nobody wins:";
    for (const auto& error : result.exceptions) text += " " + name_of(error);
    EXPECT_EQ(result.winner.has_value(), result.index.has_value());
    EXPECT_TRUE(!result.index || result.exceptions[*result.index] == nullptr);
    log(text);
  }
  static std::string name_of(const std::exception_ptr& error) {
    if (error == nullptr) return "-";
    try {
      std::rethrow_exception(error);
    } catch (const std::runtime_error& e) {
      return e.what();
    } catch (const sim::CancelledError&) {
      return "Cancelled";
    }
  }
  void log(const std::string& what) {
    log_.push_back(std::to_string(sim::uptime() / 1ms) + " " + what);
  }

  Log log_;
};

TEST_F(StaggeredLog, OneThatSucceedsInTimeIsTheOnlyOne) {
  sim::run(race(functions({{"a", 50, true}, {"b", 50, true}}), 100ms));
  EXPECT_THAT(log_, ElementsAre("0 a starts", "50 a wins: -"));
}

TEST_F(StaggeredLog, TheOthersAreCancelledWhenOneSucceeds) {
  sim::run(race(functions({{"a", 500, true}, {"b", 50, true}, {"c", 50, true}}), 100ms));
  EXPECT_THAT(log_, ElementsAre("0 a starts", "100 b starts", "150 a cancelled",
                                "150 b wins: Cancelled -"));
}

TEST_F(StaggeredLog, AFailureStartsTheNextAtOnce) {
  sim::run(race(functions({{"a", 20, false}, {"b", 50, true}, {"c", 1, true}}), 100ms));
  EXPECT_THAT(log_, ElementsAre("0 a starts", "20 b starts", "70 b wins: a -"));
}

TEST_F(StaggeredLog, AllMayFail) {
  sim::run(race(functions({{"a", 20, false}, {"b", 20, false}}), 100ms));
  EXPECT_THAT(log_, ElementsAre("0 a starts", "20 b starts", "40 nobody wins: a b"));
}

TEST_F(StaggeredLog, WithoutADelayTheyRunOneAfterTheOther) {
  sim::run(race(functions({{"a", 20, false}, {"b", 500, true}, {"c", 1, true}}), std::nullopt));
  EXPECT_THAT(log_, ElementsAre("0 a starts", "20 b starts", "520 b wins: a -"));
}

TEST_F(StaggeredLog, NobodyWinsARaceOfNobody) {
  sim::run(race({}, 100ms));
  EXPECT_THAT(log_, ElementsAre("0 nobody wins:"));
}

TEST_F(StaggeredLog, ThoseThatEndAtOnceTakeNoTime) {
  sim::run(race(functions({{"a", 0, false}, {"b", 0, false}, {"c", 0, true}}), 100ms));
  EXPECT_THAT(log_, ElementsAre("0 a starts", "0 b starts", "0 c starts", "0 c wins: a b -"));
}

TEST_F(StaggeredLog, WithNoDelayTheyAllStart) {
  sim::run(race(functions({{"a", 50, true}, {"b", 20, true}}), 0ms));
  EXPECT_THAT(log_,
              ElementsAre("0 a starts", "0 b starts", "20 a cancelled", "20 b wins: Cancelled -"));
}

TEST_F(StaggeredLog, CancellingTheRaceCancelsWhatRunsAndWaitsForIt) {
  const auto body = [&]() -> Coro<> {
    auto task = create_task(race(functions({{"a", 500, true}, {"b", 500, true}}), 100ms));
    co_await sim::sleep(150ms);
    task.cancel();
    EXPECT_TRUE((co_await settle(task)).cancelled());
    EXPECT_EQ(sim::all_tasks().size(), 1u);
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("0 a starts", "100 b starts", "150 a cancelled", "150 b cancelled",
                                "150 race cancelled"));
}

TEST(Staggered, TheMessageOfACancellationReachesWhatRuns) {
  std::string message;
  const auto attempt = [&]() -> Coro<> {
    message = co_await sim::test::cancellation_of(sim::sleep(1h));
  };
  const auto body = [&]() -> Coro<> {
    std::vector<std::function<Coro<>()>> attempts{attempt};
    auto task = create_task(staggered_race(attempts, 1s));
    co_await sim::sleep(1ms);
    task.cancel("enough");
    EXPECT_EQ(co_await sim::test::cancellation_of(task), "enough");
  };
  sim::run(body());
  EXPECT_EQ(message, "enough");
}

TEST_F(StaggeredLog, RunsWithEagerTasks) {
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_eager_tasks(true);
    const auto three = functions({{"a", 0, false}, {"b", 50, true}, {"c", 0, true}});
    co_await race(three, 20ms);
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("0 a starts", "0 b starts", "20 c starts", "20 b cancelled",
                                "20 c wins: a Cancelled -"));
}

TEST_F(StaggeredLog, CancelsEagerTasksInTheOrderTheyStarted) {
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_eager_tasks(true);
    auto task = create_task(race(functions({{"a", 500, true}, {"b", 500, true}}), 100ms));
    co_await sim::sleep(150ms);
    task.cancel();
    EXPECT_TRUE((co_await settle(task)).cancelled());
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("0 a starts", "100 b starts", "150 a cancelled", "150 b cancelled",
                                "150 race cancelled"));
}

TEST(Staggered, AFunctionThatThrowsInsteadOfReturningACoroutineFails) {
  const auto body = []() -> Coro<> {
    std::vector<std::function<Coro<>()>> functions;
    functions.push_back([]() -> Coro<> { throw std::invalid_argument("no coroutine"); });
    functions.push_back([]() -> Coro<> { co_return; });
    const auto race = co_await staggered_race(std::move(functions), 1s);
    EXPECT_EQ(race.index, 1u);
    EXPECT_NE(race.exceptions[0], nullptr);
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(body());
}

TEST(Staggered, ResultsNeedNotBeCopyable) {
  const auto body = []() -> Coro<> {
    const auto make = []() -> Coro<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const std::vector only{make};
    auto race = co_await staggered_race(only, 1s);
    EXPECT_EQ(**race.winner, 7);
  };
  sim::run(body());
}

}  // namespace
