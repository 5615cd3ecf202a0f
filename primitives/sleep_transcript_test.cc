// Programs of sleep() and yield(), and of cancelling a task. CPython 3.13's asyncio gives the same
// transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::test::Actor;
using sim::test::Transcript;

TEST(SleepTranscript, WokenAndCancelledInOneTickIsCancelled) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a.sleep(1));
      a.log("on");
      co_await a.sleep(1);
    });
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled, caught Cancelled, log = on
2 a: sleep, returns none
2 main: await, returns none
2 end done
)");
}

TEST(SleepTranscript, CancelledAndDueInOneTickIsCancelledOnce) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("k", [&](Actor k) -> Coro<> {
      co_await k.sleep(1);
      k.cancel("a");
    });
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a.sleep(1));
      co_await a.sleep(1);
    });
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 k: sleep, cancel = 1, returns none
1 a: sleep ! Cancelled, caught Cancelled
2 a: sleep, returns none
2 main: await, returns none
2 end done
)");
}

TEST(SleepTranscript, SleepersOfOneInstantResumeInTheOrderTheySlept) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(2);
      a.log("a");
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.sleep(1);
      co_await b.sleep(1);
      b.log("b");
    });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c.sleep(2);
      c.log("c");
    });
    co_await main.await("a");
    co_await main.await("b");
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
1 b: sleep
2 a: sleep, log = a, returns none
2 c: sleep, log = c, returns none
2 b: sleep, log = b, returns none
2 main: await, await, await, returns none
2 end done
)");
}

TEST(SleepTranscript, AYieldLetsTheOthersRunOnce) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(0);
      co_await a.sleep(0);
    });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(0); });
    co_await main.sleep(0);
    co_await main.sleep(0);
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep
0 a: sleep
0 b: sleep, returns none
0 main: sleep
0 a: sleep, returns none
0 main: await, returns none
0 end done
)");
}

TEST(SleepTranscript, CancellingItselfIsThrownAtTheNextSuspension) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      a.cancel("a");
      a.log("goes on");
      co_await a.attempt("Cancelled", a.sleep(9));
      co_await a.sleep(1);
      a.cancel("a");
      co_await a.attempt("Cancelled", a.sleep(0));
      a.does("cancelling", [] { return sim::current_task().cancelling(); });
    });
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: cancel = 1, log = goes on, sleep ! Cancelled, caught Cancelled
1 a: sleep, cancel = 1, sleep ! Cancelled, caught Cancelled, cancelling = 2
1 a: returns none
1 main: await, returns none
1 end done
)");
}

TEST(SleepTranscript, CancelledDuringACleanupTheCleanupIsThrownOut) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.cleaned_up([&](Actor) -> Coro<> { co_await a.sleep(9); },
                            [&](Actor) -> Coro<> {
                              co_await a.sleep(9);
                              a.log("never");
                            });
    });
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled
2 main: sleep, cancel = 1
2 a: sleep ! Cancelled, ends Cancelled
2 main: await ! Cancelled, caught Cancelled, returns none
2 end done
)");
}

TEST(SleepTranscript, UncancelledBeforeItIsThrownItIsForgotten) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      a.cancel("a");
      a.does("uncancel", [] { return sim::current_task().uncancel(); });
      co_await a.sleep(1);
      a.log("on");
    });
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: cancel = 1, uncancel = 0
1 a: sleep, log = on, returns none
1 main: await, returns none
1 end done
)");
}

TEST(SleepTranscript, CancelledBeforeItsFirstStepItNeverRuns) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      a.log("never");
      co_return;
    });
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, cancel = 1, await ! Cancelled, caught Cancelled, returns none
0 end done
)");
}

TEST(SleepTranscript, CancelledWithTheWakeUpInTheQueueAndThenAgain) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a.sleep(1));
      co_await a.attempt("Cancelled", a.sleep(0));
      a.log("on");
    });
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.sleep(0);
    main.cancel("a");
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled, caught Cancelled
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled, caught Cancelled, log = on, returns none
1 main: await, returns none
1 end done
)");
}

}  // namespace
