#include "primitives/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Queue;
using sim::QueueEmpty;
using sim::QueueFull;
using sim::QueueShutDown;
using sim::test::Findings;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;

Coro<> get_into(Queue<int>& queue, std::vector<int>& items) {
  items.push_back(co_await queue.get());
}

TEST(Queue, ItemsComeOutInTheOrderTheyWentIn) {
  std::vector<int> items;
  const auto body = [&]() -> Coro<> {
    Queue<int> queue;
    for (int i = 0; i < 100; ++i) co_await queue.put(i);
    EXPECT_EQ(queue.size(), 100u);
    while (!queue.empty()) co_await get_into(queue, items);
  };
  sim::run(body());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(items[i], i);
}

TEST(Queue, IsUnboundedUnlessMaxsizeIsPositive) {
  for (const int maxsize : {0, -1}) {
    Queue<int> queue(maxsize);
    EXPECT_FALSE(queue.full());
    for (int i = 0; i < 1000; ++i) queue.put_nowait(i);
    EXPECT_FALSE(queue.full());
    EXPECT_EQ(queue.maxsize(), maxsize);
  }
}

TEST(Queue, ThrowsWhereItMayNotWait) {
  Queue<int> queue(1);
  EXPECT_THROW(queue.get_nowait(), QueueEmpty);
  queue.put_nowait(1);
  EXPECT_TRUE(queue.full());
  EXPECT_THROW(queue.put_nowait(2), QueueFull);
  EXPECT_EQ(queue.get_nowait(), 1);
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, AFullOneHoldsItsProducersBack) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(2);
    std::size_t most = 0;
    const auto produce = [&]() -> Coro<> {
      for (int i = 0; i < 10; ++i) {
        co_await queue.put(i);
        most = std::max(most, queue.size());
      }
    };
    auto producer = create_task(produce());
    for (int i = 0; i < 10; ++i) {
      co_await sim::sleep(1s);
      const int item = co_await queue.get();
      EXPECT_EQ(item, i);
    }
    co_await producer;
    EXPECT_EQ(most, 2u);
  };
  sim::run(body());
}

TEST(Queue, AGetterResumesOneIterationAfterThePut) {
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    sim::test::IterationCounter counter;
    int resumed = 0;
    const auto get = [&]() -> Coro<> {
      co_await queue.get();
      resumed = counter.count();
    };
    auto getter = create_task(get());
    counter.start();
    co_await sim::yield();
    const int put = counter.count();
    queue.put_nowait(1);
    co_await getter;
    EXPECT_EQ(resumed, put + 1);
  };
  sim::run(body());
}

TEST(Queue, ARobbedGetterGoesToTheEndOfTheLine) {
  std::vector<int> first;
  std::vector<int> second;
  const auto body = [&]() -> Coro<> {
    Queue<int> queue;
    auto robbed = create_task(get_into(queue, first));
    auto other = create_task(get_into(queue, second));
    co_await sim::yield();
    queue.put_nowait(1);
    EXPECT_EQ(queue.get_nowait(), 1);
    co_await sim::sleep(1s);
    queue.put_nowait(2);
    queue.put_nowait(3);
    co_await sim::gather(robbed, other);
  };
  sim::run(body());
  EXPECT_THAT(second, ElementsAre(2));
  EXPECT_THAT(first, ElementsAre(3));
}

TEST(Queue, ARobbedGetterThatIsCancelledLeavesTheOthersInTheirOrder) {
  std::vector<int> first;
  std::vector<int> second;
  const auto body = [&]() -> Coro<> {
    Queue<int> queue;
    auto robbed = create_task(queue.get());
    auto a = create_task(get_into(queue, first));
    auto b = create_task(get_into(queue, second));
    co_await sim::yield();
    queue.put_nowait(1);
    EXPECT_EQ(queue.get_nowait(), 1);
    robbed.cancel();
    co_await sim::sleep(1s);
    queue.put_nowait(2);
    queue.put_nowait(3);
    co_await sim::gather(a, b);
  };
  sim::run(body());
  EXPECT_THAT(first, ElementsAre(2));
  EXPECT_THAT(second, ElementsAre(3));
}

TEST(Queue, ACancelledGetterPassesItsWakeUpOn) {
  std::vector<int> items;
  const auto body = [&]() -> Coro<> {
    Queue<int> queue;
    auto cancelled = create_task(get_into(queue, items));
    auto next = create_task(get_into(queue, items));
    co_await sim::yield();
    queue.put_nowait(7);
    cancelled.cancel();
    co_await next;
    EXPECT_TRUE(cancelled.cancelled());
  };
  sim::run(body());
  EXPECT_THAT(items, ElementsAre(7));
}

TEST(Queue, AGetterCancelledBeforeThePutLeavesTheOthersInTheirOrder) {
  std::vector<int> b_got;
  std::vector<int> c_got;
  std::vector<int> d_got;
  const auto body = [&]() -> Coro<> {
    Queue<int> queue;
    auto a = create_task(queue.get());
    auto b = create_task(get_into(queue, b_got));
    auto c = create_task(get_into(queue, c_got));
    auto d = create_task(get_into(queue, d_got));
    co_await sim::yield();
    a.cancel();
    queue.put_nowait(1);
    co_await b;
    queue.put_nowait(2);
    queue.put_nowait(3);
    co_await sim::gather(c, d);
  };
  sim::run(body());
  EXPECT_THAT(b_got, ElementsAre(1));
  EXPECT_THAT(c_got, ElementsAre(2));
  EXPECT_THAT(d_got, ElementsAre(3));
}

TEST(Queue, APutWakesOneGetterAndLeavesTheOthersInFrontOfANewcomer) {
  std::vector<int> a_got;
  std::vector<int> b_got;
  std::vector<int> newcomer_got;
  const auto body = [&]() -> Coro<> {
    Queue<int> queue;
    auto a = create_task(get_into(queue, a_got));
    auto b = create_task(get_into(queue, b_got));
    co_await sim::yield();
    sim::running_loop().call_soon([&] { queue.put_nowait(1); });
    sim::running_loop().call_soon([&] { EXPECT_EQ(queue.get_nowait(), 1); });
    auto newcomer = create_task(get_into(queue, newcomer_got));
    co_await sim::sleep(1s);
    for (int item : {2, 3, 4}) queue.put_nowait(item);
    co_await sim::gather(a, b, newcomer);
  };
  sim::run(body());
  EXPECT_THAT(b_got, ElementsAre(2));
  EXPECT_THAT(newcomer_got, ElementsAre(3));
  EXPECT_THAT(a_got, ElementsAre(4)) << "it was woken, and robbed";
}

TEST(Queue, ACancelledPutterPassesItsWakeUpOn) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(1);
    queue.put_nowait(0);
    auto cancelled = create_task(queue.put(1));
    auto next = create_task(queue.put(2));
    co_await sim::yield();
    EXPECT_EQ(queue.get_nowait(), 0);
    cancelled.cancel();
    co_await next;
    EXPECT_EQ(queue.get_nowait(), 2);
    EXPECT_TRUE(queue.empty());
  };
  sim::run(body());
}

TEST(Queue, CarriesItemsThatCannotBeCopied) {
  const auto body = []() -> Coro<> {
    Queue<std::unique_ptr<int>> queue(1);
    co_await queue.put(std::make_unique<int>(1));
    auto putter = create_task(queue.put(std::make_unique<int>(2)));
    co_await sim::yield();
    std::unique_ptr<int> first = co_await queue.get();
    EXPECT_EQ(*first, 1);
    std::unique_ptr<int> second = co_await queue.get();
    EXPECT_EQ(*second, 2);
    co_await putter;
    queue.put_nowait(std::move(first));
    EXPECT_EQ(*queue.get_nowait(), 1);
  };
  sim::run(body());
}

TEST(Queue, DestroysTheItemsThatNobodyGot) {
  auto item = std::make_shared<int>(1);
  const auto body = [&]() -> Coro<> {
    Queue<std::shared_ptr<int>> queue(20);
    for (int i = 0; i < 20; ++i) co_await queue.put(item);
    auto putter = create_task(queue.put(item));
    co_await sim::yield();
    EXPECT_EQ(item.use_count(), 22);
    putter.cancel();
    co_await sim::settle(putter);
    for (int i = 0; i < 5; ++i) co_await queue.get();
    EXPECT_EQ(item.use_count(), 16);
  };
  sim::run(body());
  EXPECT_EQ(item.use_count(), 1);
}

TEST(Queue, WrapsAroundAndGrowsInTheMiddle) {
  Queue<std::string> queue;
  std::deque<std::string> model;
  for (int i = 0; i < 500; ++i) {
    for (int n = 0; n < 1 + i % 7; ++n) {
      queue.put_nowait(std::to_string(i * 10 + n));
      model.push_back(std::to_string(i * 10 + n));
    }
    for (int n = 0; n < i % 5 && !model.empty(); ++n) {
      ASSERT_EQ(queue.get_nowait(), model.front());
      model.pop_front();
    }
  }
  for (const std::string& expected : model) ASSERT_EQ(queue.get_nowait(), expected);
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, JoinWaitsUntilEveryItemIsDone) {
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    co_await queue.join();
    for (int i = 0; i < 3; ++i) queue.put_nowait(i);
    const auto work = [&]() -> Coro<> {
      for (;;) {
        co_await queue.get();
        co_await sim::sleep(1s);
        queue.task_done();
      }
    };
    auto worker = create_task(work());
    co_await queue.join();
    EXPECT_EQ(sim::uptime(), 3s);
    worker.cancel();
    co_await sim::settle(worker);
    EXPECT_THROW(queue.task_done(), std::invalid_argument);
  };
  sim::run(body());
}

TEST(Queue, ShutDownItIsDrainedAndThenThrows) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(2);
    queue.put_nowait(1);
    queue.put_nowait(2);
    auto putter = create_task(queue.put(3));
    co_await sim::yield();
    EXPECT_FALSE(queue.is_shut_down());
    queue.shutdown();
    EXPECT_TRUE(queue.is_shut_down());
    const auto refused = co_await sim::settle(putter);
    EXPECT_THROW(refused.value(), QueueShutDown);
    EXPECT_THROW(queue.put_nowait(4), QueueShutDown);
    EXPECT_EQ(co_await queue.get(), 1);
    EXPECT_EQ(queue.get_nowait(), 2);
    EXPECT_THROW(queue.get_nowait(), QueueShutDown);
    const auto empty = co_await sim::settle(queue.get());
    EXPECT_THROW(empty.value(), QueueShutDown);
  };
  sim::run(body());
}

TEST(Queue, ShutDownImmediatelyItDropsItsItems) {
  auto item = std::make_shared<int>(1);
  const auto body = [&]() -> Coro<> {
    Queue<std::shared_ptr<int>> queue;
    queue.put_nowait(item);
    queue.put_nowait(item);
    auto joining = create_task(queue.join());
    co_await sim::yield();
    queue.shutdown(true);
    EXPECT_EQ(item.use_count(), 1);
    EXPECT_TRUE(queue.empty());
    co_await joining;
    queue.shutdown(true);
    EXPECT_THROW(queue.get_nowait(), QueueShutDown);
  };
  sim::run(body());
}

TEST(Queue, ShutDownItWakesAllWhoWait) {
  const auto body = []() -> Coro<> {
    Queue<int> empty;
    std::vector<sim::Task<int>> getters;
    for (int i = 0; i < 5; ++i) getters.push_back(create_task(empty.get()));
    Queue<int> full(1);
    full.put_nowait(0);
    std::vector<sim::Task<>> putters;
    for (int i = 0; i < 5; ++i) putters.push_back(create_task(full.put(i)));
    co_await sim::yield();
    empty.shutdown();
    full.shutdown();
    for (const auto& ended : co_await sim::gather_settled(std::move(getters))) {
      EXPECT_THROW(ended.value(), QueueShutDown);
    }
    for (const auto& ended : co_await sim::gather_settled(std::move(putters))) {
      EXPECT_THROW(ended.value(), QueueShutDown);
    }
  };
  sim::run(body());
}

TEST(Queue, ADepthBeyondTheLimitIsReportedOnce) {
  Findings findings;
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    for (int i = 0; i < 100; ++i) queue.put_nowait(i);
    co_return;
  };
  sim::RunOptions options = observed_by(findings);
  options.limits.queue_depth = 10;
  sim::run(body(), options);
  ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::limit_exceeded));
  EXPECT_THAT(findings.all()[0].message, HasSubstr("more than 10 items in a Queue"));
}

TEST(Queue, ADeadlockReportNamesIt) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(1);
    queue.put_nowait(1);
    Queue<int> empty;
    auto getter = create_task(empty.get(), "getter");
    co_await queue.put(2);
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("main waits for room in Queue made at"),
                                             HasSubstr("getter waits for an item of Queue")));
  }
}

// Who gets which item is a difference that explorations have to see, also of one that is closed.
TEST(Queue, ItsItemsGoToOneOrTheOtherInDifferentTraces) {
  for (const bool closed : {false, true}) {
    const auto body = [closed]() -> Coro<> {
      Queue<int> queue;
      queue.put_nowait(1);
      queue.put_nowait(2);
      if (closed) queue.shutdown();
      const auto takes = [&]() -> Coro<> { co_await queue.get(); };
      co_await sim::gather(takes(), takes());
    };
    const sim::Report report = sim::explore(body, {.strategy = sim::Strategy::parse("dfs")});
    EXPECT_EQ(report.executions, 2u);
    EXPECT_EQ(report.distinct_traces, 2u) << closed;
  }
}

}  // namespace
