// Programs of a Condition. CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Condition;
using sim::Coro;
using sim::test::Actor;
using sim::test::Transcript;

TEST(ConditionTranscript, NotifyWakesOneInTheOrderTheyCame) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.does("notify", [&] { condition.notify(1); });
      co_return;
    });
    co_await main.sleep(1);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.does("notify", [&] { condition.notify(1); });
      co_return;
    });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: enter c
0 b: enter c
0 main: sleep, enter c, notify, exit c
0 a: wait, exit c, returns none
1 main: sleep, enter c, notify, exit c, await
1 b: wait, exit c, returns none
1 main: await, returns none
1 end done
)");
}

TEST(ConditionTranscript, AWaiterResumesWhenItHasTheLock) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.does("notify_all", [&] { condition.notify_all(); });
      co_await main.sleep(1);
      main.log("still mine");
    });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: enter c
0 b: enter c
0 main: sleep, enter c, notify_all
1 main: sleep, log = still mine, exit c
1 a: wait, exit c, returns none
1 b: wait, exit c, returns none
1 main: await, await, returns none
1 end done
)");
}

TEST(ConditionTranscript, CancelledWhileItWaitsAcquiresTheLockFirst) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.cancel("a");
      co_await main.sleep(1);
      main.log("still mine");
    });
    co_await main.attempt("Cancelled", main.await("a"));
    main.does("locked", [&] { return condition.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: enter c
0 main: sleep, enter c, cancel = 1
1 main: sleep, log = still mine, exit c
1 a: wait ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, locked = 0, returns none
1 end done
)");
}

TEST(ConditionTranscript, CancelledInTheWakeUpWindowPassesTheNotificationOn) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.does("notify", [&] { condition.notify(1); });
      main.cancel("a");
      co_return;
    });
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: enter c
0 b: enter c
0 main: sleep, enter c, notify, cancel = 1, exit c
0 a: wait ! Cancelled, ends Cancelled
0 b: wait, exit c, returns none
0 main: await ! Cancelled, caught Cancelled, await, returns none
0 end done
)");
}

TEST(ConditionTranscript, CancelledWhileItAcquiresPassesTheNotificationOn) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.does("notify", [&] { condition.notify(1); });
      co_await main.sleep(1);
      main.cancel("a");
      co_await main.sleep(1);
    });
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: enter c
0 b: enter c
0 main: sleep, enter c, notify
1 main: sleep, cancel = 1
2 main: sleep, exit c
2 a: wait ! Cancelled, ends Cancelled
2 b: wait, exit c, returns none
2 main: await ! Cancelled, caught Cancelled, await, returns none
2 end done
)");
}

TEST(ConditionTranscript, CancelledTwiceWhileItAcquiresStillEndsWithTheLock) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c", [&](Actor) -> Coro<> {
        co_await a.attempt("Cancelled", a("wait", condition.wait()));
        a.does("locked", [&] { return condition.locked(); });
        a.does("cancelling", [] { return sim::current_task().cancelling(); });
      });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.cancel("a");
      co_await main.sleep(0);
      main.cancel("a");
      co_await main.sleep(1);
    });
    co_await main.await("a");
    main.does("locked", [&] { return condition.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: enter c
0 main: sleep, enter c, cancel = 1, sleep, cancel = 1
1 main: sleep, exit c
1 a: wait ! Cancelled, caught Cancelled, locked = 1, cancelling = 2, exit c
1 a: returns none
1 main: await, locked = 0, returns none
1 end done
)");
}

TEST(ConditionTranscript, CancelledAsTheLockComesToItTriesAgain) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main("acquire", condition.acquire());
    main.does("notify", [&] { condition.notify(1); });
    co_await main.sleep(0);
    co_await main.sleep(0);
    main.release(condition);
    main.cancel("a");
    co_await main.with(condition, "c", [&](Actor) -> Coro<> { co_await main.sleep(0); });
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: enter c
0 b: enter c
0 main: sleep, acquire, notify, sleep, sleep, release, cancel = 1, enter c, sleep
0 main: exit c
0 a: wait ! Cancelled, ends Cancelled
0 b: wait, exit c, returns none
0 main: await ! Cancelled, caught Cancelled, await, returns none
0 end done
)");
}

TEST(ConditionTranscript, NotifiedAndCancelledWakeNoMoreThanOne) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
    });
    main.spawn("d", [&](Actor d) -> Coro<> {
      co_await d.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await d("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.does("notify", [&] { condition.notify(2); });
      main.cancel("a");
      co_return;
    });
    co_await main.sleep(2);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.does("notify_all", [&] { condition.notify_all(); });
      co_return;
    });
    co_await main.await("b");
    co_await main.await("d");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
0 a: enter c
0 b: enter c
0 d: enter c
0 main: sleep, enter c, notify, cancel = 1, exit c
0 a: wait ! Cancelled, ends Cancelled
0 b: wait, exit c, returns none
0 d: wait, exit c, returns none
2 main: sleep, enter c, notify_all, exit c, await, await, returns none
2 end done
)");
}

TEST(ConditionTranscript, TheLimitComesInTheTickOfTheNotify) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(2);
      co_await a.with(condition, "c", [&](Actor) -> Coro<> {
        a.does("notify", [&] { condition.notify(1); });
        co_return;
      });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c", [&](Actor) -> Coro<> {
        co_await b.attempt("Timeout", [&](Actor) -> Coro<> {
          co_await b.timeout(2, [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
        });
      });
    });
    main.spawn("d", [&](Actor d) -> Coro<> {
      co_await d.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await d("wait", condition.wait()); });
    });
    co_await main.await("a");
    co_await main.await("b");
    co_await main.await("d");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
0 b: enter c
0 d: enter c
2 a: sleep, enter c, notify, exit c, returns none
2 b: wait ! Cancelled, timeout ! Timeout, caught Timeout, exit c, returns none
2 d: wait, exit c, returns none
2 main: await, await, await, returns none
2 end done
)");
}

TEST(ConditionTranscript, MisuseThrows) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("RuntimeError", main("wait", condition.wait()));
    co_await main.attempt("RuntimeError", [&](Actor) -> Coro<> {
      main.does("notify", [&] { condition.notify(1); });
      co_return;
    });
    co_await main.attempt("RuntimeError", [&](Actor) -> Coro<> {
      main.does("notify_all", [&] { condition.notify_all(); });
      co_return;
    });
    co_await main.attempt("RuntimeError", [&](Actor) -> Coro<> {
      main.release(condition);
      co_return;
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: wait ! RuntimeError, caught RuntimeError, notify ! RuntimeError
0 main: caught RuntimeError, notify_all ! RuntimeError, caught RuntimeError
0 main: release ! RuntimeError, caught RuntimeError, returns none
0 end done
)");
}

TEST(ConditionTranscript, CancelledBeforeTheNotifyIsSkipped) {
  Transcript transcript;
  Condition condition;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await a("wait", condition.wait()); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(condition, "c",
                      [&](Actor) -> Coro<> { co_await b("wait", condition.wait()); });
    });
    co_await main.sleep(0);
    co_await main.with(condition, "c", [&](Actor) -> Coro<> {
      main.cancel("a");
      main.does("notify", [&] { condition.notify(1); });
      co_return;
    });
    co_await main.await("b");
    co_await main.attempt("Cancelled", main.await("a"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: enter c
0 b: enter c
0 main: sleep, enter c, cancel = 1, notify, exit c
0 a: wait ! Cancelled, ends Cancelled
0 b: wait, exit c, returns none
0 main: await, await ! Cancelled, caught Cancelled, returns none
0 end done
)");
}

}  // namespace
