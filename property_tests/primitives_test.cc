#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>

#include "property_tests/programs.h"

namespace {

using property::Program;

RC_GTEST_PROP(Lock, ExcludesAndIsFreeAtTheEnd, ()) {
  const Program program = *property::program();
  sim::Lock lock;
  int inside = 0;
  const auto use = [&](int) -> sim::Coro<> {
    auto guard = co_await lock.guard();
    RC_ASSERT(++inside == 1);
    const sim::Outcome<void> outcome = co_await sim::settle(sim::yield());
    --inside;
    outcome.value();
  };
  property::run(program, use, [&] { RC_ASSERT(!lock.locked()); });
}

RC_GTEST_PROP(Semaphore, ConservesItsPermits, ()) {
  const Program program = *property::program();
  const auto permits = *rc::gen::inRange<std::ptrdiff_t>(1, 4);
  sim::BoundedSemaphore semaphore(permits);
  std::ptrdiff_t inside = 0;
  const auto use = [&](int) -> sim::Coro<> {
    auto guard = co_await semaphore.guard();
    RC_ASSERT(++inside <= permits);
    const sim::Outcome<void> outcome = co_await sim::settle(sim::yield());
    --inside;
    outcome.value();
  };
  property::run(program, use, [&] {
    RC_ASSERT(semaphore.value() == permits);
    RC_ASSERT(!semaphore.locked());
  });
}

// Nobody is cancelled, so under asyncio's order the lock goes to who asked first.
RC_GTEST_PROP(Lock, GrantsInTheOrderOfAsking, ()) {
  Program program = *property::program();
  program.schedule = 0;
  for (property::Script& script : program.scripts) {
    for (property::Step& step : script) {
      if (step.kind == property::Step::Kind::cancel) step.kind = property::Step::Kind::yield;
    }
  }
  sim::Lock lock;
  std::deque<int> asked;
  const auto use = [&](int index) -> sim::Coro<> {
    asked.push_back(index);
    auto guard = co_await lock.guard();
    RC_ASSERT(asked.front() == index);
    asked.pop_front();
    co_await sim::yield();
  };
  property::run(program, use, [&] { RC_ASSERT(asked.empty()); });
}

// Even tasks put, odd ones get; a task that could not go on is cancelled by a timer, so all end.
RC_GTEST_PROP(Queue, LosesNothingAndKeepsItsBound, ()) {
  const Program program = *property::program();
  const auto maxsize = *rc::gen::inRange<std::ptrdiff_t>(0, 4);
  sim::Queue<int> queue(maxsize);
  int next = 0;
  std::vector<int> put;
  std::vector<int> got;
  const auto use = [&](int index) -> sim::Coro<> {
    const auto limit = std::chrono::milliseconds(3);
    if (index % 2 == 0) {
      const int item = next++;
      const auto outcome = co_await sim::settle(sim::wait_for(queue.put(item), limit));
      if (outcome.has_value()) put.push_back(item);
      if (outcome.cancelled()) outcome.value();
    } else {
      const auto outcome = co_await sim::settle(sim::wait_for(queue.get(), limit));
      if (outcome.has_value()) got.push_back(outcome.value());
      if (outcome.cancelled()) outcome.value();
    }
    RC_ASSERT(maxsize == 0 || queue.size() <= static_cast<std::size_t>(maxsize));
  };
  property::run(program, use, [&] {
    while (!queue.empty()) got.push_back(queue.get_nowait());
    std::sort(got.begin(), got.end());
    std::sort(put.begin(), put.end());
    RC_ASSERT(got == put);
  });
}

// A notified waiter that is cancelled passes the notification on.
RC_GTEST_PROP(Condition, NoNotificationIsLost, ()) {
  const Program program = *property::program();
  sim::Condition condition;
  int items = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    auto guard = co_await condition.guard();
    if (index % 2 == 0) {
      ++items;
      condition.notify();
      co_return;
    }
    const auto available = [&] { return items > 0; };
    const auto outcome = co_await sim::settle(
        sim::wait_for(condition.wait_for(available), std::chrono::milliseconds(3)));
    RC_ASSERT(condition.locked());
    if (outcome.has_value()) --items;
    if (outcome.cancelled()) outcome.value();
    RC_ASSERT(items >= 0);
  };
  property::run(program, use, [&] { RC_ASSERT(!condition.locked()); });
}

}  // namespace
