// Programs of timeout(). CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::Future;
using sim::test::Actor;
using sim::test::Transcript;
using sim::test::Value;

TEST(TimeoutTranscript, AnInnerOneThatEndsFirst) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.timeout(3, [&](Actor) -> Coro<> {
      co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await main.timeout(1, [&](Actor) -> Coro<> { co_await main.sleep(9); });
      });
      co_await main.sleep(1);
      main.log("in time");
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main: sleep ! Cancelled, timeout ! Timeout, caught Timeout
2 main: sleep, log = in time, timeout, returns none
2 end done
)");
}

TEST(TimeoutTranscript, AnOuterOneThatEndsFirstIsNotTheInners) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.timeout(1, [&](Actor) -> Coro<> {
        co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
          co_await main.timeout(3, [&](Actor) -> Coro<> { co_await main.sleep(9); });
        });
        main.log("never");
      });
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main: sleep ! Cancelled, timeout ! Cancelled, timeout ! Timeout, caught Timeout
1 main: returns none
1 end done
)");
}

TEST(TimeoutTranscript, TwoOfOneDeadline) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.timeout(2, [&](Actor) -> Coro<> {
        co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
          co_await main.timeout(2, [&](Actor) -> Coro<> { co_await main.sleep(9); });
        });
        main.log("inner");
        co_await main.sleep(1);
        main.log("never");
      });
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(2 main: sleep ! Cancelled, timeout ! Cancelled, timeout ! Timeout, caught Timeout
2 main: returns none
2 end done
)");
}

TEST(TimeoutTranscript, ABodyThatSwallowsTheCancellationEndsWithItsValue) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.timeout(1, [&](Actor) -> Coro<> {
      co_await main.attempt("Cancelled", main.sleep(9));
      main.does("cancelling", [] { return sim::current_task().cancelling(); });
      co_await main.sleep(1);
    });
    main.does("cancelling", [] { return sim::current_task().cancelling(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main: sleep ! Cancelled, caught Cancelled, cancelling = 1
2 main: sleep, timeout, cancelling = 0, returns none
2 end done
)");
}

TEST(TimeoutTranscript, ABodyThatThrowsInsteadThrows) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("E1", [&](Actor) -> Coro<> {
      co_await main.timeout(1, [&](Actor) -> Coro<> {
        co_await main.attempt("Cancelled", main.sleep(9));
        main.raise("E1");
      });
    });
    main.does("cancelling", [] { return sim::current_task().cancelling(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main: sleep ! Cancelled, caught Cancelled, raise ! E1, timeout ! E1, caught E1
1 main: cancelling = 0, returns none
1 end done
)");
}

TEST(TimeoutTranscript, AnExternalCancellationInTheSameTickWins) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      if (co_await a.attempt("Cancelled", [&](Actor) -> Coro<> {
            co_await a.timeout(2, [&](Actor) -> Coro<> { co_await a.sleep(9); });
          })) {
        a.does("cancelling", [] { return sim::current_task().cancelling(); });
      }
    });
    co_await main.sleep(2);
    main.cancel("a");
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
2 main: sleep, cancel = 1
2 a: sleep ! Cancelled, timeout ! Cancelled, caught Cancelled, cancelling = 1
2 a: returns none
2 main: await, returns none
2 end done
)");
}

TEST(TimeoutTranscript, AnExternalCancellationBeforeTheLimitWins) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("k", [&](Actor k) -> Coro<> {
      co_await k.sleep(2);
      k.cancel("a");
    });
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.timeout(2, [&](Actor) -> Coro<> { co_await a.sleep(9); });
    });
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
2 k: sleep, cancel = 1, returns none
2 a: sleep ! Cancelled, timeout ! Cancelled, ends Cancelled
2 main: await ! Cancelled, caught Cancelled, returns none
2 end done
)");
}

TEST(TimeoutTranscript, AnExternalCancellationDuringTheCleanupWins) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.timeout(1, [&](Actor) -> Coro<> {
        co_await a.cleaned_up([&](Actor) -> Coro<> { co_await a.sleep(9); },
                              [&](Actor) -> Coro<> {
                                co_await a.attempt("Cancelled", a.sleep(9));
                                a.log("cleanup over");
                              });
      });
    });
    co_await main.sleep(2);
    main.cancel("a");
    co_await main.attempt("any", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 a: sleep ! Cancelled
2 main: sleep, cancel = 1
2 a: sleep ! Cancelled, caught Cancelled, log = cleanup over, timeout ! Cancelled
2 a: ends Cancelled
2 main: await ! Cancelled, caught Cancelled, returns none
2 end done
)");
}

TEST(TimeoutTranscript, NoTimeLetsTheBodyBegin) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.timeout(0, [&](Actor) -> Coro<> {
        main.log("begins");
        co_await main.sleep(9);
      });
    });
    co_await main.timeout(0, [&](Actor) -> Coro<> {
      main.log("does not suspend");
      co_return;
    });
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.timeout(0, [&](Actor) -> Coro<> {
        co_await main.sleep(0);
        main.log("once");
        co_await main.sleep(0);
      });
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: log = begins, sleep ! Cancelled, timeout ! Timeout, caught Timeout
0 main: log = does not suspend, timeout, sleep ! Cancelled, timeout ! Timeout
0 main: caught Timeout, returns none
0 end done
)");
}

TEST(TimeoutTranscript, WithoutALimit) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.timeout(std::nullopt, [&](Actor) -> Coro<> { co_await main.sleep(5); });
    main.does("cancelling", [] { return sim::current_task().cancelling(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(5 main: sleep, timeout, cancelling = 0, returns none
5 end done
)");
}

TEST(TimeoutTranscript, TheBodyEndsInTheTickOfTheLimit) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.timeout(2, [&](Actor) -> Coro<> { co_await main.sleep(2); });
    co_await main.sleep(1);
    co_await main.attempt("Timeout", [&](Actor) -> Coro<> {
      co_await main.timeout(1, [&](Actor) -> Coro<> {
        co_await main.sleep(0);
        co_await main.sleep(1);
      });
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(2 main: sleep ! Cancelled, timeout ! Timeout, ends Timeout
2 end done
)");
}

TEST(TimeoutTranscript, TheLimitIsSeenAtTheNextAwaitOnly) {
  Transcript transcript;
  Future<Value> future;
  transcript.run([&](Actor main) -> Coro<> {
    future = sim::running_loop().create_future<Value>();
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.timeout(1, [&](Actor) -> Coro<> {
        co_await a("future", future);
        a.log("done in time");
      });
    });
    co_await main.sleep(1);
    main.does("future_set", [&] { future.set_result(Value(1)); });
    co_await main.attempt("any", main.await("a"));
    co_await main.sleep(0);
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, future_set ! InvalidStateError, ends InvalidStateError
1 a: future ! Cancelled, timeout ! Timeout, ends Timeout
1 end done
)");
}

TEST(TimeoutTranscript, ACancelledBodyIsNoTimeout) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(9); });
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.timeout(5, [&](Actor) -> Coro<> { co_await a.await("b"); });
    });
    co_await main.sleep(1);
    main.cancel("b");
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, cancel = 1
1 b: sleep ! Cancelled, ends Cancelled
1 a: await ! Cancelled, timeout ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, returns none
1 end done
)");
}

}  // namespace
