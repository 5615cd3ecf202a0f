// cancellation_swallowed: found in a task that goes on as if it had not been cancelled, and in no
// normal use of any primitive.
#include "sim/explore/swallowed_cancellations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::FindingKind;
using testing::HasSubstr;

// Explores with one cancellation at every place, and asyncio's order otherwise.
sim::Report explore_cancelled(const sim::Body& body) {
  sim::ExploreOptions options;
  options.strategy = sim::Strategy::parse("dfs");
  options.order = sim::Order::fifo;
  options.cancellations = 1;
  options.max_executions = 20'000;
  options.shrink = false;
  options.check_determinism = false;
  options.ignore = {FindingKind::pending_at_end};
  return sim::explore(body, options);
}

void expect_found(const sim::Body& body) {
  const sim::Report report = explore_cancelled(body);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::cancellation_swallowed);
}

void expect_silent(const sim::Body& body) {
  const sim::Report report = explore_cancelled(body);
  for (const sim::Failure& failure : report.failures) ADD_FAILURE() << failure.explanation();
  EXPECT_TRUE(report.exhausted);
}

Coro<> swallows() { static_cast<void>(co_await sim::settle(sim::sleep(1s))); }

TEST(CancellationSwallowed, NamesTheTaskAndWhereItWaited) {
  const int line = __LINE__ - 3;
  const sim::Report report = explore_cancelled([]() -> Coro<> {
    co_await sim::create_task(swallows(), "deaf");
  });
  ASSERT_EQ(report.failures.size(), 1u);
  const sim::Finding& finding = report.failures[0].finding;
  EXPECT_EQ(finding.kind, FindingKind::cancellation_swallowed);
  EXPECT_THAT(finding.message, HasSubstr("deaf was cancelled after step "));
  EXPECT_THAT(finding.message, HasSubstr("_test.cc:" + std::to_string(line) +
                                         ", and ended as if it had not been"));
}

TEST(CancellationSwallowed, OfATaskThatGoesOnWaitingWhereItWas) {
  expect_found([]() -> Coro<> {
    using Queue = sim::Queue<int>;
    const auto worker = [](std::shared_ptr<Queue> queue) -> Coro<> {
      for (;;) {
        const auto item = co_await sim::settle(queue->get());
        static_cast<void>(item);
      }
    };
    const auto task = sim::create_task(worker(std::make_shared<Queue>()));
    co_await sim::sleep(1s);
  });
}

TEST(CancellationSwallowed, IsNoneOfATaskThatCleansUpAndRethrows) {
  expect_silent([]() -> Coro<> {
    const auto cleans_up = []() -> Coro<> {
      const auto ended = co_await sim::settle(sim::sleep(1s));
      co_await sim::sleep(1s);
      ended.value();
    };
    const auto cleans_up_too = []() -> Coro<> {
      const auto body = []() -> Coro<> { co_await sim::sleep(1s); };
      const auto cleanup = []() -> Coro<> { co_await sim::sleep(1s); };
      co_await sim::finally_do(body, cleanup);
    };
    co_await sim::gather(cleans_up(), cleans_up_too());
  });
}

TEST(CancellationSwallowed, IsNoneOfATaskThatSaysItGoesOn) {
  expect_silent([]() -> Coro<> {
    const auto ended = co_await sim::settle(sim::sleep(1s));
    if (ended.cancelled()) sim::internal::Scheduler::here().current()->uncancel();
    co_await sim::sleep(1s);
  });
}

TEST(CancellationSwallowed, IsNoneOfWhoLooksHowACancelledTaskEnded) {
  expect_silent([]() -> Coro<> {
    const auto child = []() -> Coro<> { co_await sim::sleep(1s); };
    auto task = sim::create_task(child());
    const auto looks = [&]() -> Coro<> {
      const std::vector<sim::AnyTask> all = {task};
      co_await sim::wait(all);
    };
    co_await looks();
  });
}

TEST(CancellationSwallowed, IsNoneOfATaskThatTurnsItIntoAnotherError) {
  const sim::Report report = explore_cancelled([]() -> Coro<> {
    const auto child = []() -> Coro<> {
      const auto ended = co_await sim::settle(sim::sleep(1s));
      if (ended.cancelled()) throw std::runtime_error("was interrupted");
    };
    const auto ended = co_await sim::settle(sim::create_task(child()));
    ended.value();
  });
  for (const auto& failure : report.failures) {
    EXPECT_NE(failure.kind, FindingKind::cancellation_swallowed) << failure.message;
  }
}

// Normal uses of each primitive.

TEST(CancellationSwallowed, IsNoneOfTasksAndFutures) {
  expect_silent([]() -> Coro<> {
    auto future = sim::running_loop().create_future<int>();
    const auto child = [&]() -> Coro<int> { co_return co_await future; };
    auto task = sim::create_task(child());
    sim::running_loop().call_later(1s, [future]() mutable {
      if (!future.done()) future.set_result(1);
    });
    co_await task;
  });
}

TEST(CancellationSwallowed, IsNoneOfGather) {
  expect_silent([]() -> Coro<> {
    co_await sim::gather(sim::sleep(1s), sim::create_task(sim::sleep(2s)));
  });
  expect_silent([]() -> Coro<> {
    co_await sim::gather_settled(sim::sleep(1s), sim::create_task(sim::sleep(2s)));
  });
}

TEST(CancellationSwallowed, IsNoneOfTaskGroups) {
  expect_silent([]() -> Coro<> {
    const auto body = [](sim::TaskGroup& group) -> Coro<> {
      group.create_task(sim::sleep(1s));
      group.create_task(sim::sleep(2s));
      co_await sim::sleep(1s);
    };
    co_await sim::task_group(body);
  });
}

TEST(CancellationSwallowed, IsNoneOfAGroupThatCancelsItself) {
  const sim::Report report = explore_cancelled([]() -> Coro<> {
    const auto fails = []() -> Coro<> {
      co_await sim::sleep(1s);
      throw std::runtime_error("broken");
    };
    const auto body = [&](sim::TaskGroup& group) -> Coro<> {
      group.create_task(fails());
      group.create_task(sim::sleep(2s));
      co_await sim::sleep(1s);
    };
    const auto ended = co_await sim::settle(sim::task_group(body));
    if (ended.cancelled()) ended.value();
    co_await sim::yield();
  });
  for (const auto& failure : report.failures) ADD_FAILURE() << failure.explanation();
}

TEST(CancellationSwallowed, IsNoneOfTimeouts) {
  expect_silent([]() -> Coro<> {
    const auto body = [](sim::Timeout&) -> Coro<> { co_await sim::sleep(2s); };
    for (const auto limit : {1s, 2s, 3s}) {
      const auto ended = co_await sim::settle(sim::timeout(limit, body));
      if (ended.cancelled()) ended.value();
    }
    const auto inner = [](sim::Timeout&) -> Coro<> { co_await sim::sleep(5s); };
    const auto outer = [&](sim::Timeout&) -> Coro<> { co_await sim::timeout(1s, inner); };
    const auto ended = co_await sim::settle(sim::timeout(1s, outer));
    if (ended.cancelled()) ended.value();
  });
}

TEST(CancellationSwallowed, IsNoneOfWaitFor) {
  expect_silent([]() -> Coro<> {
    for (const auto limit : {0s, 1s, 2s}) {
      auto task = sim::create_task(sim::sleep(1s));
      const auto of_task = co_await sim::settle(sim::wait_for(task, limit));
      if (of_task.cancelled()) of_task.value();
      const auto of_coro = co_await sim::settle(sim::wait_for(sim::sleep(1s), limit));
      if (of_coro.cancelled()) of_coro.value();
    }
  });
}

TEST(CancellationSwallowed, IsNoneOfWaitAndAsCompleted) {
  expect_silent([]() -> Coro<> {
    std::vector<sim::Task<>> tasks;
    for (int i = 0; i < 2; ++i) tasks.push_back(sim::create_task(sim::sleep(1s)));
    const std::vector<sim::AnyTask> all(tasks.begin(), tasks.end());
    co_await sim::wait(all);
    auto completed = sim::as_completed(all);
    while (co_await completed.next() != nullptr) {
    }
  });
}

TEST(CancellationSwallowed, IsNoneOfShield) {
  expect_silent([]() -> Coro<> {
    auto inner = sim::create_task(sim::sleep(1s));
    const auto ended = co_await sim::settle(sim::shield(inner));
    if (!inner.done()) co_await sim::settle(inner);
    ended.value();
  });
}

TEST(CancellationSwallowed, IsNoneOfLocksAndSemaphores) {
  expect_silent([]() -> Coro<> {
    sim::Lock lock;
    sim::Semaphore semaphore(1);
    const auto worker = [&]() -> Coro<> {
      const auto guard = co_await lock.guard();
      const auto permit = co_await semaphore.guard();
      co_await sim::yield();
    };
    const auto body = [&](sim::TaskGroup& group) -> Coro<> {
      for (int i = 0; i < 3; ++i) group.create_task(worker());
      co_return;
    };
    co_await sim::task_group(body);
  });
}

TEST(CancellationSwallowed, IsNoneOfBarriers) {
  expect_silent([]() -> Coro<> {
    sim::Barrier barrier(2);
    const auto comes = [&]() -> Coro<> { co_await barrier.wait(); };
    const auto body = [&](sim::TaskGroup& group) -> Coro<> {
      group.create_task(comes());
      co_await barrier.wait();
    };
    const auto ended = co_await sim::settle(sim::wait_for(sim::task_group(body), 1h));
    if (ended.cancelled()) ended.value();
  });
}

TEST(CancellationSwallowed, IsNoneOfConditionsAndEvents) {
  expect_silent([]() -> Coro<> {
    sim::Condition condition;
    sim::Event event;
    bool ready = false;
    const auto waits = [&]() -> Coro<> {
      co_await event.wait();
      const auto guard = co_await condition.guard();
      co_await condition.wait_for([&] { return ready; });
    };
    const auto notifies = [&]() -> Coro<> {
      event.set();
      co_await sim::yield();
      const auto guard = co_await condition.guard();
      ready = true;
      condition.notify_all();
    };
    const auto body = [&](sim::TaskGroup& group) -> Coro<> {
      group.create_task(waits());
      group.create_task(waits());
      co_await notifies();
    };
    const auto ended = co_await sim::settle(sim::wait_for(sim::task_group(body), 1h));
    if (ended.cancelled()) ended.value();
  });
}

TEST(CancellationSwallowed, IsNoneOfQueues) {
  expect_silent([]() -> Coro<> {
    sim::Queue<int> queue(1);
    const auto produces = [&]() -> Coro<> {
      for (int i = 0; i < 2; ++i) co_await queue.put(i);
    };
    const auto consumes = [&]() -> Coro<> {
      for (int i = 0; i < 2; ++i) co_await queue.get();
    };
    const auto body = [&](sim::TaskGroup& group) -> Coro<> {
      group.create_task(produces());
      group.create_task(consumes());
      co_return;
    };
    const auto ended = co_await sim::settle(sim::wait_for(sim::task_group(body), 1h));
    if (ended.cancelled()) ended.value();
  });
}

}  // namespace
