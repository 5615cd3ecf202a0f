// Programs of wait_for(). CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::test::Actor;
using sim::test::Transcript;

TEST(WaitForTranscript, ACoroutineRunsInsideTheCaller) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("t", [&](Actor t) -> Coro<> { co_await t.sleep(0); });
    co_await main.wait_for(5, [&](Actor wf) -> Coro<int> {
      wf.log("here");
      co_return 7;
    });
    co_await main.wait_for(5, [&](Actor wf) -> Coro<> { co_await wf.sleep(0); });
    co_await main.await("t");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 main.wf: log = here, returns 7
0 main: wait_for = 7
0 main.wf: sleep, returns none
0 main: wait_for
0 t: sleep, returns none
0 main: await, returns none
0 end done
)");
}

TEST(WaitForTranscript, OneThatTakesTooLongIsCancelledAndAwaited) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.wait_for(2, [&](Actor wf) -> Coro<> { co_await wf.sleep(9); });
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(2 main.wf: sleep ! Cancelled, ends Cancelled
2 main: wait_for ! Timeout, caught Timeout, returns none
2 end done
)");
}

TEST(WaitForTranscript, CleanupTakesItsTimeBeforeTheTimeoutIsThrown) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("any", [&](Actor) -> Coro<> {
      co_await main.wait_for(2, [&](Actor wf) -> Coro<> {
        co_await wf.cleaned_up([&](Actor) -> Coro<> { co_await wf.sleep(9); },
                               [&](Actor) -> Coro<> { co_await wf.sleep(3); });
      });
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(2 main.wf: sleep ! Cancelled
5 main.wf: sleep, ends Cancelled
5 main: wait_for ! Timeout, caught Timeout, returns none
5 end done
)");
}

TEST(WaitForTranscript, AResultInSpiteOfTheLimitIsReturned) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.wait_for(1, [&](Actor wf) -> Coro<int> {
      co_await wf.attempt("Cancelled", wf.sleep(9));
      co_return 5;
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main.wf: sleep ! Cancelled, caught Cancelled, returns 5
1 main: wait_for = 5, returns none
1 end done
)");
}

TEST(WaitForTranscript, AnErrorInSpiteOfTheLimitIsThrown) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("E1", [&](Actor) -> Coro<> {
      co_await main.wait_for(1, [&](Actor wf) -> Coro<> {
        co_await wf.attempt("Cancelled", wf.sleep(9));
        wf.raise("E1");
      });
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main.wf: sleep ! Cancelled, caught Cancelled, raise ! E1, ends E1
1 main: wait_for ! E1, caught E1, returns none
1 end done
)");
}

TEST(WaitForTranscript, WithNoTimeItNeverStarts) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("t", [&](Actor t) -> Coro<> {
      co_await t.sleep(0);
      co_await t.sleep(0);
      co_await t.sleep(0);
      co_await t.sleep(0);
    });
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.wait_for(0, [&](Actor wf) -> Coro<> {
        wf.log("never");
        co_return;
      });
    });
    co_await main.await("t");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 t: sleep, sleep
0 main: wait_for ! Timeout, caught Timeout
0 t: sleep, sleep, returns none
0 main: await, returns none
0 end done
)");
}

TEST(WaitForTranscript, WithNoTimeATaskThatIsDoneGivesItsResult) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor) -> Coro<int> { co_return 4; });
    main.spawn("b", [&](Actor b) -> Coro<> {
      b.raise("E1");
      co_return;
    });
    main.spawn("c", [&](Actor c) -> Coro<> { co_await c.sleep(1); });
    co_await main.sleep(0);
    co_await main.wait_for_task("a", 0);
    co_await main.attempt("E1", main.wait_for_task("b", 0));
    co_await main.attempt("Timeout", main.wait_for_task("c", 0));
    co_await main.attempt("Cancelled", main.await("c"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
0 a: returns 4
0 b: raise ! E1, ends E1
0 main: sleep, wait_for_task = 4, wait_for_task ! E1, caught E1
0 c: sleep ! Cancelled, ends Cancelled
0 main: wait_for_task ! Timeout, caught Timeout, await ! Cancelled, caught Cancelled
0 main: returns none
0 end done
)");
}

TEST(WaitForTranscript, WithNoTimeATaskThatSwallowsGivesItsResult) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<int> {
      co_await a.attempt("Cancelled", a.sleep(5));
      co_await a.sleep(1);
      co_return 4;
    });
    co_await main.sleep(0);
    co_await main.wait_for_task("a", 0);
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, sleep
0 a: sleep ! Cancelled, caught Cancelled
1 a: sleep, returns 4
1 main: wait_for_task = 4, returns none
1 end done
)");
}

TEST(WaitForTranscript, ATaskIsCancelledAsItsTimeIsUp) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a.sleep(9));
      co_await a.sleep(1);
    });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.wait_for_task("a", 2); });
    co_await main.await("w");
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
2 a: sleep ! Cancelled, caught Cancelled
3 a: sleep, returns none
3 w: wait_for_task, returns none
3 main: await, await, returns none
3 end done
)");
}

TEST(WaitForTranscript, ATaskCancelledByOthersIsACancellation) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(9); });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.wait_for_task("a", 5); });
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("w"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled, ends Cancelled
1 w: wait_for_task ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, returns none
1 end done
)");
}

TEST(WaitForTranscript, CancelledFromOutsideItCancelsTheTask) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(9); });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.wait_for_task("a", 5); });
    co_await main.sleep(1);
    main.cancel("w");
    co_await main.attempt("Cancelled", main.await("w"));
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled, ends Cancelled
1 w: wait_for_task ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, await ! Cancelled, caught Cancelled
1 main: returns none
1 end done
)");
}

TEST(WaitForTranscript, TheResultAndTheLimitInOneTick) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<int> {
      co_await a.sleep(2);
      co_return 1;
    });
    main.spawn("w", [&](Actor w) -> Coro<> { co_await w.wait_for_task("a", 2); });
    co_await main.attempt("any", main.await("w"));
    main.spawn("b", [&](Actor b) -> Coro<int> {
      co_await b.sleep(0);
      co_await b.sleep(2);
      co_return 2;
    });
    co_await main.sleep(0);
    co_await main.attempt("any", main.wait_for_task("b", 2));
    co_await main.attempt("any", main.await("b"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
2 a: sleep ! Cancelled, ends Cancelled
2 w: wait_for_task ! Timeout, ends Timeout
2 main: await ! Timeout, caught Timeout, spawn, sleep
2 b: sleep
4 b: sleep ! Cancelled, ends Cancelled
4 main: wait_for_task ! Timeout, caught Timeout, await ! Cancelled, caught Cancelled
4 main: returns none
4 end done
)");
}

TEST(WaitForTranscript, TheLimitAndACancellationInOneTick) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("w", [&](Actor w) -> Coro<> {
      w.does("cancelling", [] { return sim::current_task().cancelling(); });
      co_await w.wait_for(2, [&](Actor wf) -> Coro<> { co_await wf.sleep(9); });
    });
    co_await main.sleep(2);
    main.cancel("w");
    co_await main.attempt("any", main.await("w"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 w: cancelling = 0
2 main: sleep, cancel = 1
2 w.wf: sleep ! Cancelled, ends Cancelled
2 w: wait_for ! Cancelled, ends Cancelled
2 main: await ! Cancelled, caught Cancelled, returns none
2 end done
)");
}

TEST(WaitForTranscript, ACancellationAndThenTheLimit) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("k", [&](Actor k) -> Coro<> {
      co_await k.sleep(2);
      k.cancel("w");
    });
    main.spawn("w", [&](Actor w) -> Coro<> {
      co_await w.wait_for(2, [&](Actor wf) -> Coro<> { co_await wf.sleep(9); });
    });
    co_await main.attempt("any", main.await("w"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
2 k: sleep, cancel = 1, returns none
2 w.wf: sleep ! Cancelled, ends Cancelled
2 w: wait_for ! Cancelled, ends Cancelled
2 main: await ! Cancelled, caught Cancelled, returns none
2 end done
)");
}

TEST(WaitForTranscript, CancelledInTheTickTheResultIsThere) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("w", [&](Actor w) -> Coro<> {
      co_await w.attempt("Cancelled", [&](Actor) -> Coro<> {
        co_await w.wait_for(5, [&](Actor wf) -> Coro<int> {
          co_await wf.sleep(1);
          co_return 1;
        });
      });
      w.log("on");
    });
    co_await main.sleep(1);
    main.cancel("w");
    co_await main.await("w");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, cancel = 1
1 w.wf: sleep ! Cancelled, ends Cancelled
1 w: wait_for ! Cancelled, caught Cancelled, log = on, returns none
1 main: await, returns none
1 end done
)");
}

TEST(WaitForTranscript, NestedTheInnerLimitIsTheInnersAlone) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.wait_for(2, [&](Actor wf) -> Coro<> {
        co_await wf.attempt("Timeout", [&](Actor) -> Coro<> {
          co_await wf.wait_for(1, [&](Actor wf) -> Coro<> { co_await wf.sleep(9); });
        });
        co_await wf.sleep(9);
      });
    });
    co_await main.wait_for(3, [&](Actor wf) -> Coro<> {
      co_await wf.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await wf.wait_for(1, [&](Actor wf) -> Coro<> { co_await wf.sleep(9); });
      });
      co_await wf.sleep(1);
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main.wf.wf: sleep ! Cancelled, ends Cancelled
1 main.wf: wait_for ! Timeout, caught Timeout
2 main.wf: sleep ! Cancelled, ends Cancelled
2 main: wait_for ! Timeout, caught Timeout
3 main.wf.wf: sleep ! Cancelled, ends Cancelled
3 main.wf: wait_for ! Timeout, caught Timeout
4 main.wf: sleep, returns none
4 main: wait_for, returns none
4 end done
)");
}

}  // namespace
