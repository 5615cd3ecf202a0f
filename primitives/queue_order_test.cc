// PriorityQueue and LifoQueue: the order of their items. What they share with Queue is tested
// there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "primitives/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::LifoQueue;
using sim::PriorityQueue;
using sim::test::Actor;
using sim::test::Transcript;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(PriorityQueue, TheExampleOfTheHeaderCompiles) {
  sim::PriorityQueue<std::pair<int, std::string>> jobs;
  jobs.put_nowait({2, "sweep"});
  jobs.put_nowait({1, "cook"});
  EXPECT_EQ(jobs.get_nowait().second, "cook");
}

TEST(PriorityQueue, OrdersByAnyRelationAndItemsNeedNotBeCopyable) {
  auto greater = [](const auto& a, const auto& b) { return *a > *b; };
  PriorityQueue<std::unique_ptr<int>, decltype(greater)> queue;
  for (const int i : {3, 1, 4, 1, 5}) queue.put_nowait(std::make_unique<int>(i));
  std::vector<int> order;
  while (!queue.empty()) order.push_back(*queue.get_nowait());
  EXPECT_THAT(order, ElementsAre(5, 4, 3, 1, 1));
}

// Items of four priorities under a mixture of puts and gets; the order in which they come out is
// what heapq gives in CPython 3.13.
TEST(PriorityQueue, EqualItemsComeInTheOrderOfHeapq) {
  struct Item {
    std::uint32_t priority;
    int number;
    bool operator<(const Item& other) const { return priority < other.priority; }
  };
  std::uint32_t x = 12345;
  const auto next = [&] { return (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16; };
  PriorityQueue<Item> queue;
  std::vector<int> order;
  for (int step = 0, n = 0; step < 60; ++step) {
    if (next() % 3 == 0 && !queue.empty()) {
      order.push_back(queue.get_nowait().number);
    } else {
      queue.put_nowait({next() % 4, n++});
    }
  }
  while (!queue.empty()) order.push_back(queue.get_nowait().number);
  const std::vector<int> in_cpython = {
      0,  2,  10, 11, 12, 17, 7,  21, 4,  25, 29, 20, 18, 8,  37, 38, 40, 41, 26, 39, 9, 33,
      42, 23, 16, 34, 32, 36, 3,  1,  28, 24, 5,  27, 15, 31, 13, 22, 19, 14, 6,  35, 30};
  EXPECT_EQ(order, in_cpython);
}

TEST(PriorityQueue, ReportsAreInItsName) {
  const auto starve = [](auto& queue) -> Coro<> { co_await queue.get(); };
  PriorityQueue<int> priorities;
  LifoQueue<int> stack;
  const auto message = [&](auto& queue) -> std::string {
    try {
      sim::run(starve(queue));
    } catch (const sim::DeadlockError& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(message(priorities), HasSubstr("an item of PriorityQueue made at primitives/"));
  EXPECT_THAT(message(stack), HasSubstr("an item of LifoQueue made at primitives/"));
}

// The programs below give the same transcripts in CPython 3.13.

TEST(PriorityQueueTranscript, TheSmallestComesFirst) {
  Transcript transcript;
  PriorityQueue<int> queue(2);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      for (const int item : {5, 3, 1}) co_await a("put", queue.put(item));
    });
    co_await main.sleep(1);
    for (int i = 0; i < 3; ++i) co_await main("get", queue.get());
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: put, put
1 main: sleep, get = 3, get = 5
1 a: put, returns none
1 main: get = 1, await, returns none
1 end done
)");
}

TEST(PriorityQueueTranscript, AWokenGetterTakesTheSmallestWhenItRuns) {
  Transcript transcript;
  PriorityQueue<int> queue;
  const auto gets = [&](Actor a) -> Coro<> { co_await a("get", queue.get()); };
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", gets);
    main.spawn("b", gets);
    co_await main.sleep(1);
    main.does("put_nowait", [&] { queue.put_nowait(9); });
    main.does("put_nowait", [&] { queue.put_nowait(4); });
    co_await main.sleep(1);
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, put_nowait, put_nowait
1 a: get = 4, returns none
1 b: get = 9, returns none
2 main: sleep, await, returns none
2 end done
)");
}

TEST(PriorityQueueTranscript, ShutDownItStillGivesWhatIsInIt) {
  Transcript transcript;
  PriorityQueue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("put", queue.put(2));
    co_await main("put", queue.put(1));
    main.does("shutdown", [&] { queue.shutdown(); });
    co_await main("get", queue.get());
    co_await main("get", queue.get());
    co_await main.attempt("QueueShutDown", main("get", queue.get()));
    co_await main.attempt("QueueShutDown", main("put", queue.put(1)));
  });
  EXPECT_EQ(transcript.text(),
            "0 main: put, put, shutdown, get = 1, get = 2, get ! QueueShutDown, caught "
            R"(QueueShutDown
0 main: put ! QueueShutDown, caught QueueShutDown, returns none
0 end done
)");
}

TEST(LifoQueueTranscript, TheLatestComesFirst) {
  Transcript transcript;
  LifoQueue<int> queue(2);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      for (const int item : {1, 2, 3, 4}) co_await a("put", queue.put(item));
    });
    co_await main.sleep(1);
    co_await main("get", queue.get());
    co_await main.sleep(0);
    co_await main("get", queue.get());
    co_await main.sleep(0);
    co_await main("get", queue.get());
    co_await main("get", queue.get());
    co_await main.await("a");
    const auto get_nowait = [&](Actor a) -> Coro<> {
      a.does("get_nowait", [&] { return queue.get_nowait(); });
      co_return;
    };
    co_await main.attempt("QueueEmpty", get_nowait);
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: put, put
1 main: sleep, get = 2
1 a: put
1 main: sleep, get = 3
1 a: put, returns none
1 main: sleep, get = 4, get = 1, await, get_nowait ! QueueEmpty, caught QueueEmpty
1 main: returns none
1 end done
)");
}

TEST(LifoQueueTranscript, ShutDownAtOnceItIsEmptyAndAllIsDone) {
  Transcript transcript;
  LifoQueue<int> queue(2);
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("put", queue.put(2));
    co_await main("put", queue.put(1));
    main.spawn("j", [&](Actor j) -> Coro<> { co_await j("join", queue.join()); });
    main.spawn("p", [&](Actor p) -> Coro<> { co_await p("put", queue.put(7)); });
    co_await main.sleep(1);
    main.does("shutdown", [&] { queue.shutdown(true); });
    co_await main.attempt("QueueShutDown", main("get", queue.get()));
    co_await main.await("j");
    co_await main.attempt("QueueShutDown", main.await("p"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: put, put, spawn, spawn
1 main: sleep, shutdown, get ! QueueShutDown, caught QueueShutDown
1 j: join, returns none
1 p: put ! QueueShutDown, ends QueueShutDown
1 main: await, await ! QueueShutDown, caught QueueShutDown, returns none
1 end done
)");
}

}  // namespace
