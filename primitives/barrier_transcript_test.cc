// Programs of a Barrier. CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Barrier;
using sim::Coro;
using sim::test::Actor;
using sim::test::Transcript;

// A body that passes the barrier so many times.
auto passes(Barrier& barrier, int times = 1) {
  return [&barrier, times](Actor a) -> Coro<> {
    for (int i = 0; i < times; ++i) co_await a("barrier", barrier.wait());
  };
}

TEST(BarrierTranscript, TheLastToComeGoesOnAtOnceAndTheOthersAnIterationLater) {
  Transcript transcript;
  Barrier barrier(3);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", passes(barrier));
    main.spawn("b", passes(barrier));
    co_await main.sleep(1);
    main.spawn("c", passes(barrier, 2));
    co_await main.sleep(0);
    main.log("x");
    co_await main.sleep(0);
    main.log("y");
    co_await main.sleep(0);
    main.log("z");
    co_await main.await("b");
    main.cancel("c");
    co_await main.attempt("Cancelled", main.await("c"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, spawn
1 c: barrier = 2
1 main: sleep, log = x
1 a: barrier = 0, returns none
1 b: barrier = 1, returns none
1 main: sleep, log = y, sleep, log = z, await, cancel = 1
1 c: barrier ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, returns none
1 end done
)");
}

TEST(BarrierTranscript, WhoComesWhileOthersLeaveBelongsToTheNextGeneration) {
  Transcript transcript;
  Barrier barrier(2);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", passes(barrier, 2));
    main.spawn("b", passes(barrier, 2));
    main.spawn("c", passes(barrier));
    main.spawn("d", passes(barrier));
    co_await main.sleep(1);
    for (const char* name : {"a", "b", "c", "d"}) main.done(name);
    co_await main.await("d");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn, spawn
0 b: barrier = 1
0 a: barrier = 0
0 b: barrier = 1, returns none
0 a: barrier = 0, returns none
0 d: barrier = 1, returns none
0 c: barrier = 0, returns none
1 main: sleep, done = 1, done = 1, done = 1, done = 1, await, returns none
1 end done
)");
}

TEST(BarrierTranscript, MoreTasksThanPartiesStayForAnother) {
  Transcript transcript;
  Barrier barrier(2);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", passes(barrier));
    main.spawn("b", passes(barrier));
    main.spawn("c", passes(barrier));
    co_await main.sleep(1);
    main.spawn("d", passes(barrier));
    co_await main.await("d");
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
0 b: barrier = 1, returns none
0 a: barrier = 0, returns none
1 main: sleep, spawn
1 d: barrier = 1, returns none
1 c: barrier = 0, returns none
1 main: await, await, returns none
1 end done
)");
}

TEST(BarrierTranscript, ACancelledWaiterLeavesAndItsPlaceIsTakenByAnother) {
  Transcript transcript;
  Barrier barrier(3);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", passes(barrier));
    main.spawn("b", passes(barrier));
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.sleep(0);
    main.spawn("c", passes(barrier));
    co_await main.sleep(1);
    main.done("b");
    main.spawn("d", passes(barrier));
    co_await main.await("b");
    co_await main.await("c");
    co_await main.await("d");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 a: barrier ! Cancelled, ends Cancelled
1 main: sleep, spawn
2 main: sleep, done = 0, spawn
2 d: barrier = 2, returns none
2 b: barrier = 1, returns none
2 c: barrier = 1, returns none
2 main: await, await, await, returns none
2 end done
)");
}

TEST(BarrierTranscript, AWaiterCancelledAfterTheReleaseHoldsNobodyUp) {
  Transcript transcript;
  Barrier barrier(2);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", passes(barrier));
    co_await main.sleep(1);
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("barrier", barrier.wait());
      b.cancel("a");
    });
    main.spawn("c", passes(barrier));
    co_await main.sleep(1);
    main.done("a");
    main.done("c");
    main.spawn("d", passes(barrier));
    co_await main.await("c");
    co_await main.await("d");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, spawn, spawn
1 b: barrier = 1, cancel = 1, returns none
1 a: barrier ! Cancelled, ends Cancelled
2 main: sleep, done = 1, done = 0, spawn
2 d: barrier = 1, returns none
2 c: barrier = 0, returns none
2 main: await, await, returns none
2 end done
)");
}

TEST(BarrierTranscript, OneWhoComesInTheTickOfACancellationDoesNotReleaseAnybody) {
  Transcript transcript;
  Barrier barrier(2);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", passes(barrier));
    co_await main.sleep(1);
    main.cancel("a");
    main.spawn("b", passes(barrier));
    co_await main.sleep(1);
    main.done("b");
    main.spawn("c", passes(barrier));
    co_await main.await("b");
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, cancel = 1, spawn
1 a: barrier ! Cancelled, ends Cancelled
2 main: sleep, done = 0, spawn
2 c: barrier = 1, returns none
2 b: barrier = 0, returns none
2 main: await, await, returns none
2 end done
)");
}

}  // namespace
