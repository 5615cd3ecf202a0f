// How many loop iterations pass until a waiter resumes. Each figure was measured under CPython 3.13
// with the same chain of call_soon callbacks.
#include <gtest/gtest.h>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::test::IterationCounter;
using sim::test::iterations;

Coro<> ends_at_once() { co_return; }
Coro<> sleep_long() { co_await sim::sleep(1h); }

template <class F>
int iterations_of(F operation) {
  return sim::run(iterations(operation));
}

// How many iterations pass in a task, once a timer of `d` has run, until operation() has ended.
template <class F>
Coro<int> iterations_after(sim::Duration d, F operation) {
  IterationCounter counter;
  sim::running_loop().call_later(d, [&] { counter.start(); });
  auto ended = co_await sim::settle(operation());
  static_cast<void>(ended);
  co_return counter.count();
}

TEST(Iterations, ACoroutineRunsInsideItsAwaiter) { EXPECT_EQ(iterations_of(ends_at_once), 0); }

TEST(Iterations, AFutureThatIsDoneDoesNotSuspend) {
  EXPECT_EQ(iterations_of([] {
              auto future = sim::running_loop().create_future<int>();
              future.set_result(1);
              return future;
            }),
            0);
}

TEST(Iterations, AYieldTakesOne) {
  EXPECT_EQ(iterations_of([] { return sim::yield(); }), 1);
  EXPECT_EQ(iterations_of([] { return sim::sleep(0s); }), 1);
  EXPECT_EQ(iterations_of([] { return sim::sleep(-1h); }), 1);
}

TEST(Iterations, YieldsAddUp) {
  EXPECT_EQ(iterations_of([]() -> Coro<> {
              for (int i = 0; i < 3; ++i) co_await sim::yield();
            }),
            3);
}

TEST(Iterations, ATaskTakesTwo) {
  EXPECT_EQ(iterations_of([] { return sim::create_task(ends_at_once()); }), 2);
}

TEST(Iterations, ATaskThatIsDoneDoesNotSuspend) {
  const auto await_again = []() -> Coro<int> {
    auto task = sim::create_task(ends_at_once());
    co_await task;
    const auto operation = [&] { return task; };
    co_return co_await iterations(operation);
  };
  EXPECT_EQ(sim::run(await_again()), 0);
}

TEST(Iterations, AFutureTakesOneFromItsResult) {
  EXPECT_EQ(iterations_of([]() -> Coro<> {
              auto future = sim::running_loop().create_future<>();
              sim::running_loop().call_soon([=] { future.set_result(); });
              co_await future;
            }),
            2);
}

TEST(Iterations, GatherTakesThree) {
  EXPECT_EQ(iterations_of([] { return sim::gather(ends_at_once()); }), 3);
  const auto three = [] { return sim::gather(ends_at_once(), ends_at_once(), ends_at_once()); };
  EXPECT_EQ(iterations_of(three), 3);
  EXPECT_EQ(iterations_of([] { return sim::gather_settled(ends_at_once()); }), 3);
}

TEST(Iterations, GatherOfWhatIsDoneTakesNone) {
  EXPECT_EQ(iterations_of([] { return sim::gather(); }), 0);
  EXPECT_EQ(iterations_of([] {
              auto future = sim::running_loop().create_future<int>();
              future.set_result(1);
              return sim::gather(future);
            }),
            0);
}

TEST(Iterations, ShieldTakesThree) {
  EXPECT_EQ(iterations_of([] { return sim::shield(ends_at_once()); }), 3);
}

TEST(Iterations, ShieldOfWhatIsDoneTakesNone) {
  EXPECT_EQ(iterations_of([] {
              auto future = sim::running_loop().create_future<int>();
              future.set_result(1);
              return sim::shield(future);
            }),
            0);
}

TEST(Iterations, WaitTakesThree) {
  EXPECT_EQ(iterations_of([] { return sim::wait({}, sim::create_task(ends_at_once())); }), 3);
}

TEST(Iterations, WaitForWhatIsDoneTakesTwo) {
  const auto done = [] {
    auto future = sim::running_loop().create_future<int>();
    future.set_result(1);
    return future;
  };
  EXPECT_EQ(iterations_of([&] { return sim::wait({}, done()); }), 2);
  EXPECT_EQ(iterations_of([&] {
              const auto pending = sim::running_loop().create_future<int>();
              return sim::wait(sim::ReturnWhen::first_completed, done(), pending);
            }),
            2);
}

TEST(Iterations, WaitForOfACoroutineRunsItInline) {
  EXPECT_EQ(iterations_of([] { return sim::wait_for(ends_at_once(), 1s); }), 0);
}

TEST(Iterations, WaitForOfATaskTakesTwo) {
  EXPECT_EQ(iterations_of([] { return sim::wait_for(sim::create_task(ends_at_once()), 1s); }), 2);
}

TEST(Iterations, WaitForWithNoTimeTakesThreeAndTheChildNeverStarts) {
  bool started = false;
  const auto child = [&]() -> Coro<> {
    started = true;
    co_return;
  };
  EXPECT_EQ(iterations_of([&] { return sim::wait_for(child(), 0s); }), 3);
  EXPECT_FALSE(started);
}

TEST(Iterations, WaitForWithNoTimeGivesWhatIsDoneAtOnce) {
  EXPECT_EQ(iterations_of([] {
              auto future = sim::running_loop().create_future<int>();
              future.set_result(1);
              return sim::wait_for(future, 0s);
            }),
            0);
}

TEST(Iterations, ATimeoutOfZeroAroundASleepTakesTwo) {
  const auto body = [](sim::Timeout&) -> Coro<> { co_await sim::sleep(1h); };
  EXPECT_EQ(iterations_of([&] { return sim::timeout(0s, body); }), 2);
}

TEST(Iterations, AFreeLockTakesNone) {
  sim::Lock lock;
  EXPECT_EQ(iterations_of([&] { return lock.acquire(); }), 0);
  lock.release();
}

TEST(Iterations, ALockTakesOneFromItsRelease) {
  sim::Lock lock;
  EXPECT_EQ(iterations_of([&]() -> Coro<> {
              co_await lock.acquire();
              sim::running_loop().call_soon([&] { lock.release(); });
              co_await lock.acquire();
            }),
            2);
  lock.release();
}

TEST(Iterations, AnEventSetInTheSameIterationTakesTwo) {
  sim::Event event;
  EXPECT_EQ(iterations_of([&] {
              sim::running_loop().call_soon([&] { event.set(); });
              return event.wait();
            }),
            2);
}

TEST(Iterations, AnEventThatIsSetTakesNone) {
  sim::Event event;
  event.set();
  EXPECT_EQ(iterations_of([&] { return event.wait(); }), 0);
}

TEST(Iterations, AQueueFilledInTheSameIterationTakesTwo) {
  sim::Queue<int> queue;
  EXPECT_EQ(iterations_of([&] {
              sim::running_loop().call_soon([&] { queue.put_nowait(1); });
              return queue.get();
            }),
            2);
}

TEST(Iterations, AQueueWithAnItemTakesNone) {
  sim::Queue<int> queue;
  queue.put_nowait(1);
  EXPECT_EQ(iterations_of([&] { return queue.get(); }), 0);
}

TEST(Iterations, ACancelledTaskTakesTwo) {
  EXPECT_EQ(iterations_of([] {
              auto unstarted = sim::create_task(ends_at_once());
              unstarted.cancel();
              return unstarted;
            }),
            2);
  EXPECT_EQ(iterations_of([]() -> Coro<> {
              auto sleeping = sim::create_task(sleep_long());
              co_await sim::yield();
              sleeping.cancel();
              co_await sleeping;
            }),
            3);
}

TEST(Iterations, ATimedSleepResumesOneAfterItsTimerRan) {
  EXPECT_EQ(sim::run(iterations_after(1s, [] { return sim::sleep(1s); })), 1);
}

TEST(Iterations, ATimeoutResumesOneAfterItsTimerRan) {
  const auto body = [](sim::Timeout&) -> Coro<> { co_await sim::sleep(1h); };
  EXPECT_EQ(sim::run(iterations_after(1s, [&] { return sim::timeout(1s, body); })), 1);
  EXPECT_EQ(sim::run(iterations_after(1s, [] { return sim::wait_for(sleep_long(), 1s); })), 1);
  EXPECT_EQ(sim::run(iterations_after(1s,
                                      [] {
                                        const auto pending = sim::running_loop().create_future<>();
                                        return sim::wait(sim::WaitOptions(1s), pending);
                                      })),
            1);
}

}  // namespace
