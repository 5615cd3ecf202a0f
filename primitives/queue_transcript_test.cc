// Programs of a Queue. CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::Queue;
using sim::test::Actor;
using sim::test::Transcript;
using sim::test::Value;

TEST(QueueTranscript, ARobbedGetterQueuesAtTheTail) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("get", queue.get()); });
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("get_nowait", [&] { return queue.get_nowait(); });
    main.does("put_nowait", [&] { queue.put_nowait(2); });
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(3); });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, put_nowait, get_nowait = 1, put_nowait
0 a: get = 2, returns none
0 main: sleep, put_nowait, await
0 b: get = 3, returns none
0 main: await, returns none
0 end done
)");
}

TEST(QueueTranscript, ARobbedPutterQueuesAtTheTail) {
  Transcript transcript;
  Queue<int> queue(1);
  transcript.run([&](Actor main) -> Coro<> {
    main.does("put_nowait", [&] { queue.put_nowait(0); });
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("put", queue.put(1)); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("put", queue.put(2)); });
    co_await main.sleep(0);
    main.does("get_nowait", [&] { return queue.get_nowait(); });
    main.does("put_nowait", [&] { queue.put_nowait(3); });
    co_await main.sleep(0);
    main.does("get_nowait", [&] { return queue.get_nowait(); });
    co_await main.sleep(0);
    main.does("get_nowait", [&] { return queue.get_nowait(); });
    co_await main.sleep(0);
    main.does("get_nowait", [&] { return queue.get_nowait(); });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: put_nowait, spawn, spawn, sleep, get_nowait = 0, put_nowait, sleep
0 main: get_nowait = 3
0 b: put, returns none
0 main: sleep, get_nowait = 2
0 a: put, returns none
0 main: sleep, get_nowait = 1, await, await, returns none
0 end done
)");
}

TEST(QueueTranscript, AGetterCancelledInTheWakeUpWindowWakesTheNext) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("get", queue.get()); });
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
    main.does("qsize", [&] { return queue.size(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, put_nowait, cancel = 1
0 a: get ! Cancelled, ends Cancelled
0 b: get = 1, returns none
0 main: await ! Cancelled, caught Cancelled, await, qsize = 0, returns none
0 end done
)");
}

TEST(QueueTranscript, APutterCancelledInTheWakeUpWindowWakesTheNext) {
  Transcript transcript;
  Queue<int> queue(1);
  transcript.run([&](Actor main) -> Coro<> {
    main.does("put_nowait", [&] { queue.put_nowait(0); });
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("put", queue.put(1)); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("put", queue.put(2)); });
    co_await main.sleep(0);
    main.does("get_nowait", [&] { return queue.get_nowait(); });
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
    main.does("get_nowait", [&] { return queue.get_nowait(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: put_nowait, spawn, spawn, sleep, get_nowait = 0, cancel = 1
0 a: put ! Cancelled, ends Cancelled
0 b: put, returns none
0 main: await ! Cancelled, caught Cancelled, await, get_nowait = 2, returns none
0 end done
)");
}

TEST(QueueTranscript, ARobbedGetterThatIsCancelledWakesNobody) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("get", queue.get()); });
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("get_nowait", [&] { return queue.get_nowait(); });
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(2); });
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, put_nowait, get_nowait = 1, cancel = 1
0 a: get ! Cancelled, ends Cancelled
0 main: await ! Cancelled, caught Cancelled, sleep, put_nowait
0 b: get = 2, returns none
0 main: await, returns none
0 end done
)");
}

TEST(QueueTranscript, ACancelledGetterIsSkippedByThePut) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("get", queue.get()); });
    co_await main.sleep(0);
    main.cancel("a");
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    co_await main.await("b");
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, cancel = 1, put_nowait
0 a: get ! Cancelled, ends Cancelled
0 b: get = 1, returns none
0 main: await, await ! Cancelled, caught Cancelled, returns none
0 end done
)");
}

TEST(QueueTranscript, TwoItemsWakeTwoAndACancelledOnePassesOn) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("get", queue.get()); });
    main.spawn("c", [&](Actor c) -> Coro<> { co_await c("get", queue.get()); });
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("put_nowait", [&] { queue.put_nowait(2); });
    main.cancel("a");
    co_await main.await("b");
    co_await main.await("c");
    main.does("qsize", [&] { return queue.size(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn, sleep, put_nowait, put_nowait, cancel = 1
0 a: get ! Cancelled, ends Cancelled
0 b: get = 1, returns none
0 c: get = 2, returns none
0 main: await, await, qsize = 0, returns none
0 end done
)");
}

TEST(QueueTranscript, TheLimitComesInTheTickOfThePut) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(2);
      co_await a("put", queue.put(7));
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await b.timeout(2, [&](Actor) -> Coro<> { co_await b("get", queue.get()); });
      });
      b.does("qsize", [&] { return queue.size(); });
    });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c.sleep(3);
      co_await c("get", queue.get());
    });
    co_await main.await("b");
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
2 a: sleep, put, returns none
2 b: get ! Cancelled, timeout ! Timeout, caught Timeout, qsize = 1, returns none
2 main: await
3 c: sleep, get = 7, returns none
3 main: await, returns none
3 end done
)");
}

TEST(QueueTranscript, PutAndGetAlternateWhereThereIsRoomForOne) {
  Transcript transcript;
  Queue<int> queue(1);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("p", [&](Actor p) -> Coro<> {
      co_await p("put", queue.put(1));
      co_await p("put", queue.put(2));
      co_await p("put", queue.put(3));
    });
    main.spawn("g", [&](Actor g) -> Coro<> {
      co_await g("get", queue.get());
      co_await g("get", queue.get());
      co_await g("get", queue.get());
    });
    co_await main.await("p");
    co_await main.await("g");
    main.does("qsize", [&] { return queue.size(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 p: put
0 g: get = 1
0 p: put
0 g: get = 2
0 p: put, returns none
0 g: get = 3, returns none
0 main: await, await, qsize = 0, returns none
0 end done
)");
}

TEST(QueueTranscript, ShutdownDrainsThenThrows) {
  Transcript transcript;
  Queue<int> queue(1);
  transcript.run([&](Actor main) -> Coro<> {
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.spawn("p", [&](Actor p) -> Coro<> { co_await p("put", queue.put(2)); });
    main.spawn("p2",
               [&](Actor p2) -> Coro<> { co_await p2.attempt("any", p2("put", queue.put(3))); });
    co_await main.sleep(0);
    main.does("shutdown", [&] { queue.shutdown(false); });
    co_await main.attempt("QueueShutDown", main.await("p"));
    co_await main.await("p2");
    co_await main("get", queue.get());
    co_await main.attempt("QueueShutDown", main("get", queue.get()));
    co_await main.attempt("QueueShutDown", [&](Actor) -> Coro<> {
      main.does("get_nowait", [&] { return queue.get_nowait(); });
      co_return;
    });
    co_await main.attempt("QueueShutDown", [&](Actor) -> Coro<> {
      main.does("put_nowait", [&] { queue.put_nowait(1); });
      co_return;
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: put_nowait, spawn, spawn, sleep, shutdown
0 p: put ! QueueShutDown, ends QueueShutDown
0 p2: put ! QueueShutDown, caught QueueShutDown, returns none
0 main: await ! QueueShutDown, caught QueueShutDown, await, get = 1, get ! QueueShutDown
0 main: caught QueueShutDown, get_nowait ! QueueShutDown, caught QueueShutDown
0 main: put_nowait ! QueueShutDown, caught QueueShutDown, returns none
0 end done
)");
}

TEST(QueueTranscript, ShutdownWakesTheGetters) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("get", queue.get()); });
    co_await main.sleep(1);
    main.does("shutdown", [&] { queue.shutdown(false); });
    co_await main.attempt("QueueShutDown", main.await("a"));
    co_await main.attempt("QueueShutDown", main.await("b"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, shutdown
1 a: get ! QueueShutDown, ends QueueShutDown
1 b: get ! QueueShutDown, ends QueueShutDown
1 main: await ! QueueShutDown, caught QueueShutDown, await ! QueueShutDown
1 main: caught QueueShutDown, returns none
1 end done
)");
}

TEST(QueueTranscript, AnImmediateShutdownDropsTheItemsAndEndsJoin) {
  Transcript transcript;
  Queue<int> queue(2);
  transcript.run([&](Actor main) -> Coro<> {
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("put_nowait", [&] { queue.put_nowait(2); });
    main.spawn("j", [&](Actor j) -> Coro<> { co_await j("join", queue.join()); });
    main.spawn("p", [&](Actor p) -> Coro<> { co_await p("put", queue.put(3)); });
    co_await main.sleep(0);
    main.does("shutdown", [&] { queue.shutdown(true); });
    main.does("qsize", [&] { return queue.size(); });
    co_await main.await("j");
    co_await main.attempt("QueueShutDown", main.await("p"));
    co_await main.attempt("QueueShutDown", main("get", queue.get()));
    co_await main.attempt("ValueError", [&](Actor) -> Coro<> {
      main.does("task_done", [&] { queue.task_done(); });
      co_return;
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: put_nowait, put_nowait, spawn, spawn, sleep, shutdown, qsize = 0
0 j: join, returns none
0 p: put ! QueueShutDown, ends QueueShutDown
0 main: await, await ! QueueShutDown, caught QueueShutDown, get ! QueueShutDown
0 main: caught QueueShutDown, task_done ! ValueError, caught ValueError, returns none
0 end done
)");
}

TEST(QueueTranscript, AnItemGotBeforeAnImmediateShutdownStaysUnfinished) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("put_nowait", [&] { queue.put_nowait(2); });
    co_await main("get", queue.get());
    main.spawn("j", [&](Actor j) -> Coro<> { co_await j("join", queue.join()); });
    co_await main.sleep(0);
    main.does("shutdown", [&] { queue.shutdown(true); });
    co_await main.sleep(0);
    co_await main.sleep(0);
    main.does("task_done", [&] { queue.task_done(); });
    co_await main.await("j");
  });
  EXPECT_EQ(
      transcript.text(),
      R"(0 main: put_nowait, put_nowait, get = 1, spawn, sleep, shutdown, sleep, sleep, task_done
0 j: join, returns none
0 main: await, returns none
0 end done
)");
}

TEST(QueueTranscript, ShutdownAndCancellationInOneTick) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("get", queue.get()); });
    co_await main.sleep(0);
    main.does("shutdown", [&] { queue.shutdown(false); });
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.attempt("QueueShutDown", main.await("b"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, shutdown, cancel = 1
0 a: get ! Cancelled, ends Cancelled
0 b: get ! QueueShutDown, ends QueueShutDown
0 main: await ! Cancelled, caught Cancelled, await ! QueueShutDown, caught QueueShutDown
0 main: returns none
0 end done
)");
}

TEST(QueueTranscript, AnItemForAWokenGetterIsDroppedByAShutdown) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("shutdown", [&] { queue.shutdown(true); });
    co_await main.attempt("QueueShutDown", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, sleep, put_nowait, shutdown
0 a: get ! QueueShutDown, ends QueueShutDown
0 main: await ! QueueShutDown, caught QueueShutDown, returns none
0 end done
)");
}

TEST(QueueTranscript, AnItemForAWokenGetterSurvivesAShutdown) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("get", queue.get()); });
    co_await main.sleep(0);
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("shutdown", [&] { queue.shutdown(false); });
    co_await main.await("a");
    co_await main.attempt("QueueShutDown", main("get", queue.get()));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, sleep, put_nowait, shutdown
0 a: get = 1, returns none
0 main: await, get ! QueueShutDown, caught QueueShutDown, returns none
0 end done
)");
}

TEST(QueueTranscript, JoinWaitsForTheLastTaskDone) {
  Transcript transcript;
  Queue<int> queue;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("join", queue.join());
    main.does("put_nowait", [&] { queue.put_nowait(1); });
    main.does("put_nowait", [&] { queue.put_nowait(2); });
    main.spawn("j", [&](Actor j) -> Coro<> { co_await j("join", queue.join()); });
    co_await main("get", queue.get());
    main.does("task_done", [&] { queue.task_done(); });
    co_await main.sleep(1);
    main.does("task_done", [&] { queue.task_done(); });
    main.does("put_nowait", [&] { queue.put_nowait(3); });
    co_await main.await("j");
    co_await main.attempt("ValueError", [&](Actor) -> Coro<> {
      main.does("task_done", [&] { queue.task_done(); });
      main.does("task_done", [&] { queue.task_done(); });
      co_return;
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: join, put_nowait, put_nowait, spawn, get = 1, task_done
1 main: sleep, task_done, put_nowait
1 j: join, returns none
1 main: await, task_done, task_done ! ValueError, caught ValueError, returns none
1 end done
)");
}

}  // namespace
