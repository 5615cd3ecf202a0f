// Programs of wait(). CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::ReturnWhen;
using sim::test::Actor;
using sim::test::Transcript;
using sim::test::Value;

TEST(WaitTranscript, FirstCompletedReturnsWithTheFirst) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(2); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(1); });
    main.spawn("c", [&](Actor c) -> Coro<> { co_await c.sleep(1); });
    co_await main.wait_tasks(ReturnWhen::first_completed, "a", "b", "c");
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
1 b: sleep, returns none
1 c: sleep, returns none
1 main: wait_tasks = [0,1,1]
2 a: sleep, returns none
2 main: await, returns none
2 end done
)");
}

TEST(WaitTranscript, FirstExceptionPassesOverValuesAndCancellations) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(1); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(2); });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c.sleep(3);
      c.raise("E1");
    });
    main.spawn("d", [&](Actor d) -> Coro<> { co_await d.sleep(9); });
    main.spawn("k", [&](Actor k) -> Coro<> {
      co_await k.sleep(1);
      k.cancel("b");
    });
    co_await main.wait_tasks(ReturnWhen::first_exception, "a", "b", "c", "d");
    co_await main.attempt("E1", main.await("c"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn, spawn, spawn
1 a: sleep, returns none
1 k: sleep, cancel = 1, returns none
1 b: sleep ! Cancelled, ends Cancelled
3 c: sleep, raise ! E1, ends E1
3 main: wait_tasks = [1,1,1,0], await ! E1, caught E1, returns none
3 end done
)");
}

TEST(WaitTranscript, AllCompletedWaitsForAll) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(1);
      a.raise("E1");
    });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(2); });
    co_await main.wait_tasks(ReturnWhen::all_completed, "a", "b");
    co_await main.attempt("E1", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 a: sleep, raise ! E1, ends E1
2 b: sleep, returns none
2 main: wait_tasks = [1,1], await ! E1, caught E1, returns none
2 end done
)");
}

TEST(WaitTranscript, ATimeoutCancelsNothing) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(1); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(4); });
    co_await main.wait_tasks(sim::WaitOptions(2ms, ReturnWhen::all_completed), "a", "b");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 a: sleep, returns none
2 main: wait_tasks = [1,0]
4 b: sleep, returns none
4 main: await, returns none
4 end done
)");
}

TEST(WaitTranscript, TheTimeoutComesInTheTickOfTheLast) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(2); });
    co_await main.wait_tasks(sim::WaitOptions(2ms, ReturnWhen::all_completed), "a");
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.sleep(0);
      co_await b.sleep(2);
    });
    co_await main.sleep(0);
    co_await main.wait_tasks(sim::WaitOptions(2ms, ReturnWhen::all_completed), "b");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
2 main: wait_tasks = [0], spawn
2 a: sleep, returns none
2 main: sleep
2 b: sleep
4 main: wait_tasks = [0]
4 b: sleep, returns none
4 main: await, returns none
4 end done
)");
}

TEST(WaitTranscript, NoTimeAtAllTakesWhatIsDone) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor) -> Coro<> { co_return; });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(1); });
    co_await main.wait_tasks(sim::WaitOptions(0ms, ReturnWhen::all_completed), "a", "b");
    co_await main.wait_tasks(sim::WaitOptions(0ms, ReturnWhen::all_completed), "a", "b");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: returns none
0 main: wait_tasks = [1,0], wait_tasks = [1,0]
1 b: sleep, returns none
1 main: await, returns none
1 end done
)");
}

TEST(WaitTranscript, CancelledItCancelsNothing) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(3); });
    main.spawn("w",
               [&](Actor w) -> Coro<> { co_await w.wait_tasks(ReturnWhen::all_completed, "a"); });
    co_await main.sleep(1);
    main.cancel("w");
    co_await main.attempt("Cancelled", main.await("w"));
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 w: wait_tasks ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled
3 a: sleep, returns none
3 main: await, returns none
3 end done
)");
}

TEST(WaitTranscript, CancelledInTheTickItIsSatisfied) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(1); });
    main.spawn("w", [&](Actor w) -> Coro<> {
      co_await w.wait_tasks(sim::WaitOptions(5ms, ReturnWhen::first_completed), "a");
    });
    co_await main.sleep(1);
    co_await main.sleep(0);
    main.cancel("w");
    co_await main.attempt("Cancelled", main.await("w"));
    co_await main.sleep(9);
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep
1 a: sleep, returns none
1 main: sleep, cancel = 1
1 w: wait_tasks ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled
10 main: sleep, returns none
10 end done
)");
}

TEST(WaitTranscript, DoneTasksTakeOneMoreIteration) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor) -> Coro<> { co_return; });
    co_await main.sleep(0);
    main.spawn("t", [&](Actor t) -> Coro<> {
      co_await t.sleep(0);
      co_await t.sleep(0);
      co_await t.sleep(0);
    });
    co_await main.wait_tasks(ReturnWhen::all_completed, "a", "a");
    co_await main.await("t");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: returns none
0 main: sleep, spawn
0 t: sleep
0 main: wait_tasks = [1,1]
0 t: sleep, sleep, returns none
0 main: await, returns none
0 end done
)");
}

TEST(WaitTranscript, TasksThatEndInOneTickAreAllDone) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(1); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(1); });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c.sleep(1);
      co_await c.sleep(0);
    });
    main.spawn("w", [&](Actor w) -> Coro<> {
      co_await w.wait_tasks(ReturnWhen::first_completed, "a", "b", "c");
    });
    co_await main.await("w");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn, spawn
1 a: sleep, returns none
1 b: sleep, returns none
1 c: sleep, sleep, returns none
1 w: wait_tasks = [1,1,1], returns none
1 main: await, returns none
1 end done
)");
}

}  // namespace
