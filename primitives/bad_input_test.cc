// Misuse throws what asyncio throws, ValueError as std::invalid_argument and RuntimeError as
// std::runtime_error, with a message that names the object and the place where it was made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using testing::HasSubstr;
using testing::StartsWith;

// What `misuse` throws, which has to be an E; its message.
template <class E, class F>
std::string thrown(F misuse) {
  try {
    misuse();
  } catch (const E& e) {
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}
// The same for a coroutine.
template <class E, class X>
Coro<std::string> thrown_by(X awaitable) {
  const auto ended = co_await sim::settle(std::move(awaitable));
  co_return thrown<E>([&] { ended.value(); });
}

// "KIND made at FILE:LINE" of a line in this file.
std::string made_at(const char* kind, unsigned line) {
  return std::string(kind) + " made at primitives/bad_input_test.cc:" + std::to_string(line);
}

TEST(BadInput, AQueueOfNegativeSizeIsUnbounded) {
  sim::Queue<int> queue(-3);
  for (int i = 0; i < 100; ++i) queue.put_nowait(i);
  EXPECT_FALSE(queue.full());
}

TEST(BadInput, ASemaphoreBelowZero) {
  const auto made = [] { sim::Semaphore semaphore(-2); };
  const unsigned line = std::source_location::current().line() - 1;
  EXPECT_EQ(thrown<std::invalid_argument>(made),
            made_at("Semaphore", line) + ": the initial value must be >= 0, not -2");
  const auto bounded = [] { sim::BoundedSemaphore semaphore(-1); };
  EXPECT_THAT(thrown<std::invalid_argument>(bounded), StartsWith("BoundedSemaphore made at"));
}

TEST(BadInput, ABarrierOfZero) {
  const auto made = [] { sim::Barrier barrier(0); };
  const unsigned line = std::source_location::current().line() - 1;
  EXPECT_EQ(thrown<std::invalid_argument>(made),
            made_at("Barrier", line) + ": parties must be > 0, not 0");
}

TEST(BadInput, AReleaseWithoutAnAcquire) {
  sim::Lock lock;
  const unsigned line = std::source_location::current().line() - 1;
  EXPECT_EQ(thrown<std::runtime_error>([&] { lock.release(); }),
            made_at("Lock", line) + " is not acquired");
  sim::Condition condition;
  EXPECT_THAT(thrown<std::runtime_error>([&] { condition.release(); }), StartsWith("Lock made at"));
  sim::BoundedSemaphore semaphore(1);
  EXPECT_EQ(thrown<std::invalid_argument>([&] { semaphore.release(); }),
            made_at("BoundedSemaphore", line + 6) + " was released too many times");
}

TEST(BadInput, AConditionWhoseLockIsNotHeld) {
  const auto body = []() -> Coro<> {
    sim::Condition condition;
    const unsigned line = std::source_location::current().line() - 1;
    EXPECT_EQ(co_await thrown_by<std::runtime_error>(condition.wait()),
              "cannot wait on " + made_at("Condition", line) + ": its lock is not acquired");
    EXPECT_EQ(thrown<std::runtime_error>([&] { condition.notify(); }),
              "cannot notify on " + made_at("Condition", line) + ": its lock is not acquired");
  };
  sim::run(body());
}

TEST(BadInput, TaskDoneTooOften) {
  sim::Queue<int> queue;
  const unsigned line = std::source_location::current().line() - 1;
  queue.put_nowait(1);
  queue.task_done();
  const auto again = [&] { queue.task_done(); };
  EXPECT_THAT(thrown<std::invalid_argument>(again), HasSubstr(made_at("Queue", line)));
  queue.put_nowait(2);
  queue.put_nowait(3);
  queue.shutdown(true);  // counts both as done
  EXPECT_THAT(thrown<std::invalid_argument>(again), HasSubstr(made_at("Queue", line)));
}

TEST(BadInput, AQueueThatIsEmptyOrFullOrShutDown) {
  sim::LifoQueue<int> queue(1);
  const std::string name = made_at("LifoQueue", std::source_location::current().line() - 1);
  EXPECT_EQ(thrown<sim::QueueEmpty>([&] { queue.get_nowait(); }), name + " is empty");
  queue.put_nowait(1);
  EXPECT_EQ(thrown<sim::QueueFull>([&] { queue.put_nowait(2); }), name + " is full");
  queue.shutdown();
  EXPECT_EQ(thrown<sim::QueueShutDown>([&] { queue.put_nowait(2); }), name + " has been shut down");
  EXPECT_EQ(queue.get_nowait(), 1);
  const auto body = [&]() -> Coro<> {
    EXPECT_EQ(co_await thrown_by<sim::QueueShutDown>(queue.get()), name + " has been shut down");
    EXPECT_EQ(co_await thrown_by<sim::QueueShutDown>(queue.put(2)), name + " has been shut down");
  };
  sim::run(body());
}

TEST(BadInput, ATaskThatAwaitsItself) {
  const auto body = []() -> Coro<> {
    sim::Task<> selfish;
    const auto awaits_itself = [&]() -> Coro<> { co_await selfish; };
    const unsigned line = std::source_location::current().line() - 1;
    selfish = sim::create_task(awaits_itself(), "selfish");
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(selfish),
                testing::AllOf(StartsWith("task selfish cannot await itself\n"),
                               HasSubstr("bad_input_test.cc:" + std::to_string(line))));
  };
  sim::run(body());
}

TEST(BadInput, AFutureOrTaskOfAnotherLoop) {
  sim::Future<int> future;
  sim::Task<> task;
  sim::Runner first;
  const auto leave = [&]() -> Coro<> {
    future = sim::running_loop().create_future<int>();
    task = sim::create_task(sim::sleep(1h), "theirs");
    co_return;
  };
  first.run(leave());
  const auto take = [&]() -> Coro<> {
    const std::string of_future = co_await thrown_by<std::runtime_error>(future);
    EXPECT_THAT(of_future,
                StartsWith("task main cannot await Future, which belongs to another loop\n"));
    EXPECT_THAT(of_future, HasSubstr("\n  at lambda  primitives/bad_input_test.cc:"));
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(task),
                StartsWith("task main cannot await task theirs, which belongs to another loop\n"));
    EXPECT_TRUE(future.cancelled() || !future.done());
  };
  sim::run(take());  // while the other loop is open
  first.close();
  EXPECT_TRUE(task.cancelled()) << "it ended with its loop";
  const auto too_late = [&]() -> Coro<> {
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(future), HasSubstr("another loop"));
  };
  sim::run(too_late());
}

// What a pending future and a pending task of another loop are told, and what has ended there is
// not.
TEST(BadInput, WhatWaitsForSeveralThingsTakesNoneOfAnotherLoop) {
  sim::Future<> future;
  sim::Task<> task;
  sim::Future<int> ended;
  sim::Runner other;
  const auto leave = [&]() -> Coro<> {
    future = sim::running_loop().create_future();
    task = sim::create_task(sim::sleep(1h), "theirs");
    ended = sim::running_loop().create_future<int>();
    ended.set_result(7);
    co_return;
  };
  other.run(leave());
  const auto refusal = [](const char* verb, const char* what) {
    return testing::AllOf(StartsWith(std::string("task main cannot ") + verb + " " + what +
                                     ", which belongs to another loop\n"),
                          HasSubstr("\n  at lambda  primitives/bad_input_test.cc:"));
  };
  const auto take = [&]() -> Coro<> {
    const auto ours = sim::create_task(sim::sleep(1s), "ours");
    EXPECT_THAT(thrown<std::invalid_argument>([&] { sim::gather(ours, future); }),
                refusal("gather", "Future"));
    EXPECT_THAT(thrown<std::invalid_argument>([&] { sim::gather_settled(std::vector{task}); }),
                refusal("gather", "task theirs"));
    EXPECT_THAT(thrown<std::runtime_error>([&] { sim::shield(future); }),
                refusal("shield", "Future"));
    const std::vector tasks = {ours, task};
    EXPECT_THAT(thrown<std::invalid_argument>([&] { sim::as_completed(tasks); }),
                refusal("wait for", "task theirs"));
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(sim::wait(tasks)),
                refusal("wait for", "task theirs"));
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(sim::wait_for(future, 1s)),
                refusal("await", "Future"));
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(sim::wait_for(task, 0s)),
                refusal("wait for", "task theirs"));
    EXPECT_FALSE(future.done() || task.done()) << "they are as they were";
    const auto gathered = co_await sim::gather(ended, ours);
    EXPECT_EQ(std::get<0>(gathered), 7) << "what has ended may be used anywhere";
    EXPECT_EQ(co_await sim::shield(ended), 7);
    EXPECT_EQ(co_await sim::wait_for(ended, 0s), 7);
  };
  sim::test::Findings findings;
  sim::run(take(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), testing::IsEmpty());
}

TEST(BadInput, ACallbackGathersNothingOfAnotherLoopEither) {
  sim::Future<> future;
  sim::Runner other;
  const auto leave = [&]() -> Coro<> {
    future = sim::running_loop().create_future();
    co_return;
  };
  other.run(leave());
  std::string refusal;
  const auto take = [&]() -> Coro<> {
    sim::running_loop().call_soon(
        [&] { refusal = thrown<std::invalid_argument>([&] { sim::gather(future); }); });
    co_await sim::yield();
  };
  sim::run(take());
  EXPECT_EQ(refusal, "a callback cannot gather Future, which belongs to another loop");
}

TEST(BadInput, AFutureMadeOutsideTheRunOfItsLoopIsFine) {
  sim::Runner runner;
  auto future = runner.get_loop().create_future<int>();
  const auto body = [&]() -> Coro<int> {
    sim::running_loop().call_soon([&] { future.set_result(7); });
    co_return co_await future;
  };
  EXPECT_EQ(runner.run(body()), 7);
}

TEST(BadInput, UseAfterShutdown) {
  sim::Runner runner;
  runner.close();
  const auto nothing = []() -> Coro<> { co_return; };
  EXPECT_EQ(thrown<std::runtime_error>([&] { runner.run(nothing()); }), "the runner is closed");
  EXPECT_EQ(thrown<std::runtime_error>([&] { runner.get_loop(); }), "the runner is closed");
}

TEST(BadInput, UseWithoutARunningLoop) {
  const auto nothing = []() -> Coro<> { co_return; };
  const std::vector<std::function<void()>> uses = {
      [] { sim::running_loop(); },
      [] { sim::current_task(); },
      [] { sim::all_tasks(); },
      [] { sim::rng(); },
      [] { sim::choose(2); },
      [] { sim::busy(1s); },
      [&] { sim::create_task(nothing()); },
      [&] { sim::spawn(nothing); },
      [&] { sim::gather(nothing(), nothing()); },
      [&] { sim::shield(nothing()); },
      [] { sim::as_completed(std::vector<sim::Task<>>()); },
      [] { sim::run_in_executor([] {}); },
      [] { sim::TaskGroup().enter(); },
      [] { sim::Timeout(std::nullopt).enter(); },
  };
  for (std::size_t i = 0; i < uses.size(); ++i) {
    EXPECT_EQ(thrown<std::runtime_error>(uses[i]), "no running event loop") << "use " << i;
  }
}

TEST(BadInput, ARunInsideARun) {
  const auto nothing = []() -> Coro<> { co_return; };
  const auto body = [&]() -> Coro<> {
    EXPECT_THAT(thrown<std::runtime_error>([&] { sim::run(nothing()); }),
                HasSubstr("cannot be called from a running event loop"));
    co_return;
  };
  sim::test::Findings findings;
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), testing::ElementsAre(sim::FindingKind::never_awaited));
}

TEST(BadInput, ATimeoutOutsideItsBlock) {
  const auto body = []() -> Coro<> {
    sim::Timeout timeout(sim::now() + 1s);
    const std::string name = made_at("Timeout", std::source_location::current().line() - 1);
    const auto move = [&] { timeout.reschedule(sim::now() + 2s); };
    EXPECT_EQ(thrown<std::runtime_error>(move), name + " has not been entered");
    timeout.enter();
    EXPECT_EQ(thrown<std::runtime_error>([&] { timeout.enter(); }),
              name + " has already been entered");
    timeout.leave(false);
    EXPECT_EQ(thrown<std::runtime_error>(move), name + " has finished, and cannot be changed");
    sim::Timeout other(std::nullopt);
    sim::running_loop().call_soon([&] {
      EXPECT_THAT(thrown<std::runtime_error>([&] { other.enter(); }),
                  HasSubstr("should be used inside a task"));
    });
    co_await sim::yield();
  };
  sim::run(body());
}

TEST(BadInput, ATimeoutThatHasExpiredNamesTheCallThatMadeIt) {
  const auto body = []() -> Coro<> {
    std::string refusal;
    const auto block = [&](sim::Timeout& limit) -> Coro<> {
      auto slept = co_await sim::settle(sim::sleep(1h));
      refusal = thrown<std::runtime_error>([&] { limit.reschedule(std::nullopt); });
      slept.value();
    };
    const unsigned line = std::source_location::current().line() + 1;
    auto ended = co_await sim::settle(sim::timeout(1s, block));
    EXPECT_THROW(ended.value(), sim::TimeoutError);
    EXPECT_EQ(refusal, made_at("Timeout", line) + " is expiring, and cannot be changed");
  };
  sim::run(body());
}

TEST(BadInput, AGeneratorThatTwoAwait) {
  const auto numbers = []() -> sim::AsyncGenerator<int> {
    co_await sim::sleep(1s);
    co_yield 1;
  };
  const auto body = [&]() -> Coro<> {
    auto generator = numbers();
    const auto next = [&]() -> Coro<> { co_await generator.next(); };
    auto first = sim::spawn(next);
    co_await sim::yield();
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(generator.next()),
                testing::AllOf(StartsWith("asynchronous generator 'lambda' (primitives/bad_input"),
                               HasSubstr("is already running")));
    EXPECT_THAT(co_await thrown_by<std::runtime_error>(generator.aclose()),
                HasSubstr("is already running"));
    co_await first;
  };
  sim::run(body());
}

TEST(BadInput, WaitForNothing) {
  const auto body = []() -> Coro<> {
    EXPECT_EQ(co_await thrown_by<std::invalid_argument>(sim::wait(std::vector<sim::Task<>>())),
              "wait: no tasks or futures to wait for");
  };
  sim::run(body());
}

}  // namespace
