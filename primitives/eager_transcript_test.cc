// What the vocabulary does with eager tasks (asyncio.eager_task_factory), as logs. CPython 3.13
// gives the same log for each program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using sim::Task;
using sim::test::Log;
using testing::ElementsAre;

using Names = std::vector<std::string>;

class EagerTranscript : public testing::Test {
 protected:
  template <class F>
  Log run(F body) {
    const auto eager = [&]() -> Coro<> {
      sim::running_loop().set_eager_tasks(true);
      co_await body();
    };
    sim::run(eager());
    return log_;
  }
  void log(const std::string& what) { log_.push_back(what); }
  void log_made(bool done) { log(done ? "made done" : "made pending"); }

  // Writes its name, and again after so many iterations.
  Coro<std::string> say(std::string name, int yields = 0, bool fails = false) {
    log(name);
    const bool suspends = yields > 0;
    for (; yields > 0; --yields) co_await sim::yield();
    if (suspends) log(name + " on");
    if (fails) throw std::invalid_argument(name);
    co_return name;
  }
  Coro<> ticks(int n) {
    for (; n > 0; --n) {
      co_await sim::yield();
      log("tick");
    }
  }

 private:
  Log log_;
};

TEST_F(EagerTranscript, AGatherOfThoseThatEndAtOnceIsDoneWhenItIsMade) {
  const auto body = [&]() -> Coro<> {
    auto both = sim::gather(say("a"), say("b"));
    log_made(both.done());
    auto [a, b] = co_await std::move(both);
    EXPECT_EQ(a + b, "ab");
  };
  EXPECT_THAT(run(body), ElementsAre("a", "b", "made done"));
}

TEST_F(EagerTranscript, AGatherWaitsForTheOthersOnly) {
  const auto body = [&]() -> Coro<> {
    auto all = sim::gather(say("a"), say("b", 2), say("c"));
    log_made(all.done());
    auto ticking = create_task(ticks(4));
    co_await std::move(all);
    log("gathered");
    ticking.cancel();
  };
  EXPECT_THAT(run(body), ElementsAre("a", "b", "c", "made pending", "tick", "b on", "tick", "tick",
                                     "gathered"));
}

TEST_F(EagerTranscript, AGatherOfOneThatFailsAtOnceHasFailedWhenItIsMade) {
  const auto body = [&]() -> Coro<> {
    auto both = sim::gather(say("a", 0, true), say("b", 1));
    log_made(both.done());
    const auto ended = co_await settle(std::move(both));
    log(ended.has_value() ? "value" : "error");
    co_await sim::yield();
    co_await sim::yield();
  };
  EXPECT_THAT(run(body), ElementsAre("a", "b", "made done", "error", "b on"));
}

TEST_F(EagerTranscript, AShieldOfOneThatEndsAtOnceIsDoneWhenItIsMade) {
  const auto body = [&]() -> Coro<> {
    auto shielded = sim::shield(say("a"));
    log_made(shielded.done());
    log(co_await std::move(shielded) + " again");
  };
  EXPECT_THAT(run(body), ElementsAre("a", "made done", "a again"));
}

TEST_F(EagerTranscript, AWaitForTheFirstTakesTwoIterationsAllTheSame) {
  const auto body = [&]() -> Coro<> {
    std::vector<Task<std::string>> tasks;
    tasks.push_back(create_task(say("a")));
    tasks.push_back(create_task(say("b", 1)));
    auto ticking = create_task(ticks(3));
    auto [done, pending] = co_await sim::wait(tasks, sim::ReturnWhen::first_completed);
    log(std::to_string(done.size()) + " done");
    ticking.cancel();
  };
  EXPECT_THAT(run(body), ElementsAre("a", "b", "b on", "tick", "tick", "2 done"));
}

TEST_F(EagerTranscript, AsCompletedGivesThoseThatEndedAtOnceInTheirOrder) {
  const auto body = [&]() -> Coro<> {
    std::vector<Coro<std::string>> coros;
    coros.push_back(say("a"));
    coros.push_back(say("b"));
    auto ended = sim::as_completed(std::move(coros));
    log("made");
    while (auto* task = co_await ended.next()) log("got " + task->result());
  };
  EXPECT_THAT(run(body), ElementsAre("a", "b", "made", "got a", "got b"));
}

TEST_F(EagerTranscript, WaitForWithoutTimeTakesOneThatEndsAtOnce) {
  const auto body = [&]() -> Coro<> {
    log("got " + co_await sim::wait_for(say("a"), 0s));
    const auto ended = co_await settle(sim::wait_for(say("b", 1), 0s));
    EXPECT_THROW(ended.value(), sim::TimeoutError);
    log("timeout");
  };
  EXPECT_THAT(run(body), ElementsAre("a", "got a", "b", "timeout"));
}

TEST_F(EagerTranscript, SpawnedTasksNest) {
  const auto body = [&]() -> Coro<> {
    const auto outer = [&]() -> Coro<> {
      log("outer");
      auto inner = create_task(say("inner", 1));
      log("outer goes on");
      co_await inner;
      log("outer ends");
    };
    auto task = sim::spawn(outer);
    log("main");
    co_await task;
  };
  EXPECT_THAT(run(body),
              ElementsAre("outer", "inner", "outer goes on", "main", "inner on", "outer ends"));
}

TEST_F(EagerTranscript, TheFirstStepHasACopyOfItsMakersContext) {
  sim::ContextVar<int> variable("variable", 0);
  const auto body = [&]() -> Coro<> {
    variable.set(1);
    const auto sets = [&]() -> Coro<> {
      variable.set(variable.get() + 1);
      log(std::to_string(variable.get()));
      co_await sim::yield();
      log(std::to_string(variable.get()));
    };
    auto task = sim::spawn(sets);
    log(std::to_string(variable.get()));
    variable.set(3);
    co_await task;
    log(std::to_string(variable.get()));
  };
  EXPECT_THAT(run(body), ElementsAre("2", "1", "2", "3"));
}

TEST_F(EagerTranscript, AChildMayCancelWhoIsMakingIt) {
  const auto body = [&]() -> Coro<> {
    const auto maker = [&]() -> Coro<> {
      const auto me = sim::current_task();
      const auto child = [&]() -> Coro<> {
        me.cancel();
        log("child");
        co_return;
      };
      auto task = sim::spawn(child);
      log("maker goes on");
      const auto yielded = co_await settle(sim::yield());
      if (yielded.cancelled()) log("maker cancelled");
      yielded.value();
    };
    auto task = sim::spawn(maker);
    const auto ended = co_await settle(task);
    if (ended.cancelled()) log("cancelled");
  };
  EXPECT_THAT(run(body), ElementsAre("child", "maker goes on", "maker cancelled", "cancelled"));
}

}  // namespace
