// Programs of shield(). CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::test::Actor;
using sim::test::Transcript;

TEST(ShieldTranscript, CancelledOutsideTheInnerGoesOn) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<int> {
      co_await a.sleep(2);
      co_return 1;
    });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.shield("a"); });
    co_await main.sleep(1);
    main.cancel("w");
    co_await main.attempt("Cancelled", main.await("w"));
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 w: shield ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled
2 a: sleep, returns 1
2 main: await = 1, returns none
2 end done
)");
}

TEST(ShieldTranscript, CancelledInsideItIsCancelled) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(2); });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.shield("a"); });
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("w"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled, ends Cancelled
1 w: shield ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, returns none
1 end done
)");
}

TEST(ShieldTranscript, AnExceptionComesThrough) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(1);
      a.raise("E1");
    });
    co_await main.attempt("E1", main.shield("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 a: sleep, raise ! E1, ends E1
1 main: shield ! E1, caught E1, returns none
1 end done
)");
}

TEST(ShieldTranscript, ATaskThatIsDoneDoesNotSuspend) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor) -> Coro<int> { co_return 3; });
    main.spawn("b", [&](Actor b) -> Coro<> {
      b.raise("E1");
      co_return;
    });
    co_await main.sleep(0);
    co_await main.shield("a");
    co_await main.attempt("E1", main.shield("b"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: returns 3
0 b: raise ! E1, ends E1
0 main: sleep, shield = 3, shield ! E1, caught E1, returns none
0 end done
)");
}

TEST(ShieldTranscript, CancelledInTheTickTheInnerEnds) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<int> {
      co_await a.sleep(1);
      co_return 1;
    });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.shield("a"); });
    co_await main.sleep(1);
    main.cancel("w");
    co_await main.attempt("Cancelled", main.await("w"));
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 a: sleep, returns 1
1 w: shield ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, await = 1, returns none
1 end done
)");
}

TEST(ShieldTranscript, CancelledAfterTheResultHasComeThrough) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor) -> Coro<int> { co_return 1; });
    main.spawn("w", [&](Actor w) -> Coro<> {
      co_await w.attempt("Cancelled", w.shield("a"));
      w.log("on");
    });
    co_await main.sleep(0);
    co_await main.sleep(0);
    main.cancel("w");
    co_await main.await("w");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: returns 1
0 w: shield = 1, log = on, returns none
0 main: sleep, sleep, cancel = 0, await, returns none
0 end done
)");
}

TEST(ShieldTranscript, CancelledOnBothSidesInOneTick) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(2); });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.shield("a"); });
    co_await main.sleep(0);
    main.cancel("w");
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("w"));
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, cancel = 1, cancel = 1
0 w: shield ! Cancelled, ends Cancelled
0 a: sleep ! Cancelled, ends Cancelled
0 main: await ! Cancelled, caught Cancelled, await ! Cancelled, caught Cancelled
0 main: returns none
0 end done
)");
}

TEST(ShieldTranscript, ALimitAroundItLeavesTheInner) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<int> {
      co_await a.sleep(3);
      co_return 1;
    });
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.timeout(1, [&](Actor) -> Coro<> { co_await main.shield("a"); });
    });
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: shield ! Cancelled, timeout ! Timeout, caught Timeout
3 a: sleep, returns 1
3 main: await = 1, returns none
3 end done
)");
}

TEST(ShieldTranscript, TheInnerTakesThreeIterations) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("t", [&](Actor t) -> Coro<> {
      co_await t.sleep(0);
      co_await t.sleep(0);
      co_await t.sleep(0);
      co_await t.sleep(0);
    });
    main.spawn("a", [&](Actor) -> Coro<int> { co_return 1; });
    co_await main.shield("a");
    co_await main.await("t");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: returns 1
0 t: sleep, sleep
0 main: shield = 1
0 t: sleep, sleep, returns none
0 main: await, returns none
0 end done
)");
}

}  // namespace
