// Queues: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Queue;
using sim::QueueShutDown;
using sim::Task;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(Queue, KnowsWhetherItIsEmptyOrFull) {
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    EXPECT_TRUE(queue.empty());
    EXPECT_FALSE(queue.full());
    co_await queue.put(1);
    EXPECT_FALSE(queue.empty());
    EXPECT_FALSE(queue.full());
    EXPECT_EQ(co_await queue.get(), 1);
    EXPECT_TRUE(queue.empty());
    Queue<int> small(1);
    co_await small.put(1);
    EXPECT_TRUE(small.full());
  };
  sim::run(body());
}

TEST(Queue, APutterGoesOnAsSoonAsThereIsRoom) {
  std::vector<int> put;
  const auto body = [&]() -> Coro<> {
    Queue<int> queue(2);
    EXPECT_EQ(queue.maxsize(), 2);
    const auto produce = [&]() -> Coro<> {
      for (int i = 0; i < 3; ++i) {
        co_await queue.put(i);
        put.push_back(i);
      }
    };
    auto producer = create_task(produce());
    co_await sim::yield();
    co_await sim::yield();
    EXPECT_THAT(put, ElementsAre(0, 1));
    EXPECT_EQ(co_await queue.get(), 0);
    co_await sim::yield();
    EXPECT_THAT(put, ElementsAre(0, 1, 2));
    EXPECT_EQ(co_await queue.get(), 1);
    EXPECT_EQ(co_await queue.get(), 2);
    EXPECT_TRUE(producer.done());
  };
  sim::run(body());
}

TEST(Queue, AGetWaitsForAPutOfACallback) {
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    sim::Event started;
    bool finished = false;
    const auto get = [&]() -> Coro<int> {
      started.set();
      const int item = co_await queue.get();
      finished = true;
      co_return item;
    };
    auto getter = create_task(get());
    co_await started.wait();
    EXPECT_FALSE(finished);
    sim::running_loop().call_later(10ms, [&] { queue.put_nowait(1); });
    EXPECT_EQ(co_await getter, 1);
    EXPECT_TRUE(finished);
    EXPECT_EQ(sim::uptime(), 10ms);
  };
  sim::run(body());
}

TEST(Queue, APutWaitsForAGetOfACallback) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(1);
    bool finished = false;
    const auto put = [&]() -> Coro<> {
      co_await queue.put(1);
      co_await queue.put(2);
      finished = true;
    };
    sim::running_loop().call_later(10ms, [&] { EXPECT_EQ(queue.get_nowait(), 1); });
    auto putter = create_task(put());
    co_await sim::yield();
    EXPECT_FALSE(finished);
    co_await putter;
    EXPECT_TRUE(finished);
    EXPECT_EQ(sim::uptime(), 10ms);
  };
  sim::run(body());
}

TEST(Queue, AGetterCancelledBeforeThePutIsSkipped) {
  const auto body = []() -> Coro<> {
    Queue<std::string> queue;
    auto cancelled = create_task(queue.get());
    auto other = create_task(queue.get());
    co_await sim::yield();
    cancelled.cancel();
    co_await sim::yield();
    EXPECT_TRUE(cancelled.cancelled());
    co_await queue.put("a");
    co_await sim::yield();
    EXPECT_TRUE(other.done());
    EXPECT_EQ(other.result(), "a");
  };
  sim::run(body());
}

TEST(Queue, GetsReachThePuttersThatHaveNotBegun) {
  const auto body = []() -> Coro<> {
    Queue<std::string> queue(1);
    auto a = create_task(queue.put("a"));
    auto b = create_task(queue.put("b"));
    EXPECT_EQ(co_await queue.get(), "a");
    EXPECT_EQ(co_await queue.get(), "b");
    co_await sim::gather(a, b);
  };
  sim::run(body());
}

TEST(Queue, AProducerAndAConsumerOfOneSlotNeverGetStuck) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(1);
    std::vector<int> got;
    const auto consume = [&]() -> Coro<> {
      for (int i = 0; i < 5; ++i) got.push_back(co_await queue.get());
    };
    const auto produce = [&]() -> Coro<> {
      for (int i = 0; i < 5; ++i) co_await queue.put(i);
    };
    co_await sim::gather(produce(), consume());
    EXPECT_THAT(got, ElementsAre(0, 1, 2, 3, 4));
  };
  sim::run(body());
}

TEST(Queue, AGetterWhoseTimeIsUpLeavesTheLine) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(5);
    const auto late = co_await sim::settle(sim::wait_for(queue.get(), 100ms));
    EXPECT_THROW(late.value(), sim::TimeoutError);
    queue.put_nowait(1);
    EXPECT_EQ(queue.get_nowait(), 1) << "the item was for nobody";
  };
  sim::run(body());
}

TEST(Queue, AReaderThatIsCancelledWithItsItemOnTheWayLosesNone) {
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    auto reader = create_task(queue.get());
    co_await sim::yield();
    queue.put_nowait(1);
    queue.put_nowait(2);
    reader.cancel();
    co_await sim::settle(reader);
    EXPECT_TRUE(reader.cancelled());
    EXPECT_EQ(co_await create_task(queue.get()), 1);
    EXPECT_EQ(queue.get_nowait(), 2);
  };
  sim::run(body());
}

TEST(Queue, OfSeveralReadersACancelledOneLeavesItsItemToTheOthers) {
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    auto a = create_task(queue.get());
    auto b = create_task(queue.get());
    auto c = create_task(queue.get());
    co_await sim::yield();
    queue.put_nowait(1);
    queue.put_nowait(2);
    a.cancel();
    co_await sim::settle(a);
    co_await sim::gather(b, c);
    EXPECT_TRUE(a.cancelled());
    EXPECT_THAT((std::vector<int>{b.result(), c.result()}), UnorderedElementsAre(1, 2));
  };
  sim::run(body());
}

TEST(Queue, AWriterThatIsCancelledWithItsSlotFreeHasPutNothing) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(1);
    queue.put_nowait(1);
    auto writer = create_task(queue.put(2));
    co_await sim::yield();
    EXPECT_EQ(queue.get_nowait(), 1);
    writer.cancel();
    co_await sim::settle(writer);
    EXPECT_TRUE(writer.cancelled());
    EXPECT_TRUE(queue.empty());
    co_await create_task(queue.put(2));
    EXPECT_EQ(queue.get_nowait(), 2);
    EXPECT_EQ(queue.size(), 0u);
  };
  sim::run(body());
}

TEST(Queue, AWriterMadeBeforeTheGetBeginsIsServed) {
  const auto body = []() -> Coro<> {
    Queue<int> queue;
    auto writer = create_task(queue.put(1));
    EXPECT_EQ(co_await queue.get(), 1);
    EXPECT_TRUE(writer.done());
  };
  sim::run(body());
}

TEST(Queue, AWriterCancelledBeforeItsFirstStepLeavesTheOrderOfTheOthers) {
  const auto body = []() -> Coro<> {
    Queue<std::string> queue(1);
    auto a = create_task(queue.put("a"));
    auto b = create_task(queue.put("b"));
    auto c = create_task(queue.put("c"));
    co_await sim::yield();
    EXPECT_TRUE(a.done());
    EXPECT_FALSE(b.done());
    c.cancel();
    co_await sim::yield();
    EXPECT_TRUE(c.cancelled());
    EXPECT_EQ(queue.get_nowait(), "a");
    co_await sim::yield();
    EXPECT_EQ(queue.get_nowait(), "b");
    co_await b;
    EXPECT_TRUE(queue.empty());
  };
  sim::run(body());
}

TEST(Queue, AnItemReachesAGetterThatWaits) {
  const auto body = []() -> Coro<> {
    Queue<std::string> queue;
    auto getter = create_task(queue.get());
    co_await sim::yield();
    co_await queue.put("a");
    EXPECT_EQ(co_await getter, "a");
  };
  sim::run(body());
}

TEST(Queue, AGetThatFreesSeveralSlotsWakesAPutterForEach) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(2);
    const auto drain = [&]() -> Coro<> {
      co_await sim::yield();
      for (std::size_t n = queue.size(); n > 0; --n) queue.get_nowait();
    };
    co_await sim::gather(drain(), queue.put(0), queue.put(1), queue.put(2), queue.put(3));
    EXPECT_EQ(queue.get_nowait(), 2);
    EXPECT_EQ(queue.get_nowait(), 3);
    EXPECT_TRUE(queue.empty());
  };
  sim::run(body());
}

TEST(Queue, ACancelledPutterLeavesTheLine) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(1);
    queue.put_nowait(1);
    auto putter = create_task(queue.put(2));
    co_await sim::yield();
    putter.cancel();
    co_await sim::settle(putter);
    EXPECT_TRUE(putter.cancelled());
    EXPECT_EQ(queue.get_nowait(), 1);
    queue.put_nowait(3);
    EXPECT_EQ(queue.get_nowait(), 3) << "the slot was for nobody";
  };
  sim::run(body());
}

TEST(Queue, APutterCancelledAfterItWasWokenEndsCancelled) {
  const auto body = []() -> Coro<> {
    Queue<int> queue(1);
    queue.put_nowait(1);
    auto putter = create_task(queue.put(2));
    co_await sim::yield();
    EXPECT_EQ(queue.get_nowait(), 1);
    putter.cancel();
    co_await sim::settle(putter);
    EXPECT_TRUE(putter.cancelled());
  };
  sim::run(body());
}

// The claims that follow hold for queues of every kind.
template <class Q>
void task_done_too_often_throws() {
  const auto body = []() -> Coro<> {
    Q queue;
    EXPECT_THROW(queue.task_done(), std::invalid_argument);
    co_return;
  };
  sim::run(body());
}
TEST(Queue, TaskDoneTooOftenThrows) {
  task_done_too_often_throws<Queue<int>>();
  task_done_too_often_throws<sim::PriorityQueue<int>>();
  task_done_too_often_throws<sim::LifoQueue<int>>();
}

template <class Q>
void join_waits_for_workers() {
  const auto body = []() -> Coro<> {
    Q queue;
    for (int i = 0; i < 100; ++i) queue.put_nowait(i);
    int sum = 0;
    bool running = true;
    const auto work = [&]() -> Coro<> {
      while (running) {
        sum += co_await queue.get();
        queue.task_done();
      }
    };
    auto a = create_task(work());
    auto b = create_task(work());
    co_await queue.join();
    EXPECT_EQ(sum, 99 * 100 / 2);
    running = false;
    queue.put_nowait(0);
    queue.put_nowait(0);
    co_await sim::gather(a, b);
  };
  sim::run(body());
}
TEST(Queue, JoinWaitsForWorkersThatShareTheItems) {
  join_waits_for_workers<Queue<int>>();
  join_waits_for_workers<sim::PriorityQueue<int>>();
  join_waits_for_workers<sim::LifoQueue<int>>();
}

template <class Q>
void join_of_an_empty_one_returns() {
  const auto body = []() -> Coro<> {
    Q queue;
    const auto join = [&]() -> Coro<> {
      co_await queue.join();
      co_await queue.join();
    };
    EXPECT_EQ(co_await sim::test::iterations(join), 0);
  };
  sim::run(body());
}
TEST(Queue, JoinOfAnEmptyOneReturnsAtOnce) {
  join_of_an_empty_one_returns<Queue<int>>();
  join_of_an_empty_one_returns<sim::PriorityQueue<int>>();
  join_of_an_empty_one_returns<sim::LifoQueue<int>>();
}

// That every operation of a queue that was shut down and is empty throws.
template <class Q>
Coro<> everything_throws(Q& queue) {
  const auto put = co_await sim::settle(queue.put(7));
  EXPECT_THROW(put.value(), QueueShutDown);
  EXPECT_THROW(queue.put_nowait(7), QueueShutDown);
  const auto get = co_await sim::settle(queue.get());
  EXPECT_THROW(get.value(), QueueShutDown);
  EXPECT_THROW(queue.get_nowait(), QueueShutDown);
}

template <class Q>
void shut_down_empty() {
  const auto body = []() -> Coro<> {
    Q queue;
    auto getter = create_task(queue.get());
    co_await sim::yield();
    queue.shutdown();
    EXPECT_EQ(queue.size(), 0u);
    co_await queue.join();
    co_await sim::yield();
    EXPECT_TRUE(getter.done());
    EXPECT_THROW(getter.result(), QueueShutDown);
    co_await everything_throws(queue);
  };
  sim::run(body());
}
TEST(Queue, ShutDownEmptyItEndsTheGettersAndJoinReturns) {
  shut_down_empty<Queue<int>>();
  shut_down_empty<sim::PriorityQueue<int>>();
  shut_down_empty<sim::LifoQueue<int>>();
}

template <class Q>
void shut_down_with_items() {
  const auto body = []() -> Coro<> {
    Q queue(1);
    queue.put_nowait(5);
    auto joining = create_task(queue.join());
    auto putter = create_task(queue.put(6));
    co_await sim::yield();
    EXPECT_FALSE(putter.done());
    queue.shutdown();
    EXPECT_EQ(queue.size(), 1u);
    co_await sim::yield();
    EXPECT_TRUE(putter.done());
    EXPECT_THROW(putter.result(), QueueShutDown);
    EXPECT_EQ(co_await queue.get(), 5);
    co_await sim::yield();
    EXPECT_FALSE(joining.done());
    co_await everything_throws(queue);
    queue.task_done();
    co_await sim::yield();
    EXPECT_TRUE(joining.done());
    EXPECT_THROW(queue.task_done(), std::invalid_argument);
  };
  sim::run(body());
}
TEST(Queue, ShutDownWithItemsItStillGivesThemAndJoinWaits) {
  shut_down_with_items<Queue<int>>();
  shut_down_with_items<sim::PriorityQueue<int>>();
  shut_down_with_items<sim::LifoQueue<int>>();
}

template <class Q>
void shut_down_immediately() {
  const auto body = []() -> Coro<> {
    Q queue;
    queue.put_nowait(5);
    auto joining = create_task(queue.join());
    queue.shutdown(true);
    EXPECT_EQ(queue.size(), 0u);
    co_await sim::yield();
    EXPECT_TRUE(joining.done());
    co_await everything_throws(queue);
    EXPECT_THROW(queue.task_done(), std::invalid_argument);
  };
  sim::run(body());
}
TEST(Queue, ShutDownImmediatelyItsItemsCountAsDone) {
  shut_down_immediately<Queue<int>>();
  shut_down_immediately<sim::PriorityQueue<int>>();
  shut_down_immediately<sim::LifoQueue<int>>();
}

template <class Q>
void shut_down_immediately_with_one_in_work() {
  const auto body = []() -> Coro<> {
    Q queue;
    queue.put_nowait(5);
    queue.put_nowait(5);
    auto joining = create_task(queue.join());
    EXPECT_EQ(co_await queue.get(), 5);
    queue.shutdown(true);
    EXPECT_EQ(queue.size(), 0u);
    co_await sim::yield();
    EXPECT_FALSE(joining.done());
    co_await everything_throws(queue);
    queue.task_done();
    EXPECT_THROW(queue.task_done(), std::invalid_argument);
    co_await sim::yield();
    EXPECT_TRUE(joining.done());
  };
  sim::run(body());
}
TEST(Queue, ShutDownImmediatelyAnItemInWorkIsWaitedFor) {
  shut_down_immediately_with_one_in_work<Queue<int>>();
  shut_down_immediately_with_one_in_work<sim::PriorityQueue<int>>();
  shut_down_immediately_with_one_in_work<sim::LifoQueue<int>>();
}

}  // namespace
