// Programs of a Lock. CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::Lock;
using sim::test::Actor;
using sim::test::Transcript;

TEST(LockTranscript, ReleaseGoesToTheHeadAndANewcomerQueues) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", lock.acquire());
      co_await a.sleep(1);
      a.release(lock);
      co_await a("acquire", lock.acquire());
      a.log("again");
      a.release(lock);
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", lock.acquire());
      co_await b.sleep(0);
      b.release(lock);
    });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c.with(lock, "l", [&](Actor) -> Coro<> { co_await c.sleep(1); });
    });
    co_await main.await("a");
    co_await main.await("b");
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
0 a: acquire
1 a: sleep, release
1 b: acquire, sleep, release, returns none
1 c: enter l
2 c: sleep, exit l, returns none
2 a: acquire, log = again, release, returns none
2 main: await, await, await, returns none
2 end done
)");
}

TEST(LockTranscript, ANewcomerInTheWakeUpWindowQueuesBehindTheHead) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", lock.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", lock.acquire());
      a.log("mine");
      co_await a.sleep(0);
      a.release(lock);
    });
    co_await main.sleep(0);
    main.release(lock);
    main.does("locked", [&] { return lock.locked(); });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", lock.acquire());
      b.log("mine");
      b.release(lock);
    });
    co_await main("acquire", lock.acquire());
    main.log("mine");
    main.release(lock);
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, sleep, release, locked = 0, spawn
0 a: acquire, log = mine, sleep, release, returns none
0 main: acquire, log = mine, release, await
0 b: acquire, log = mine, release, returns none
0 main: await, returns none
0 end done
)");
}

TEST(LockTranscript, CancelledInTheWakeUpWindowPassesTheLockOn) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", lock.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", lock.acquire()); });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", lock.acquire());
      b.log("mine");
      b.release(lock);
    });
    co_await main.sleep(1);
    main.release(lock);
    main.cancel("a");
    main.does("locked", [&] { return lock.locked(); });
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, spawn
1 main: sleep, release, cancel = 1, locked = 0
1 a: acquire ! Cancelled, ends Cancelled
1 b: acquire, log = mine, release, returns none
1 main: await ! Cancelled, caught Cancelled, await, returns none
1 end done
)");
}

TEST(LockTranscript, CancelledBeforeTheReleaseIsSkipped) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", lock.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a("acquire", lock.acquire()));
      co_await a.sleep(2);
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", lock.acquire());
      b.release(lock);
    });
    co_await main.sleep(1);
    main.cancel("a");
    main.release(lock);
    co_await main.await("b");
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, spawn
1 main: sleep, cancel = 1, release
1 a: acquire ! Cancelled, caught Cancelled
1 b: acquire, release, returns none
1 main: await
3 a: sleep, returns none
3 main: await, returns none
3 end done
)");
}

TEST(LockTranscript, EveryWaiterCancelledLetsANewcomerTakeItAtOnce) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", lock.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", lock.acquire()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("acquire", lock.acquire()); });
    co_await main.sleep(0);
    main.cancel("a");
    main.cancel("b");
    main.release(lock);
    co_await main("acquire", lock.acquire());
    main.does("locked", [&] { return lock.locked(); });
    main.release(lock);
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.attempt("Cancelled", main.await("b"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, spawn, sleep, cancel = 1, cancel = 1, release, acquire
0 main: locked = 1, release
0 a: acquire ! Cancelled, ends Cancelled
0 b: acquire ! Cancelled, ends Cancelled
0 main: await ! Cancelled, caught Cancelled, await ! Cancelled, caught Cancelled
0 main: returns none
0 end done
)");
}

TEST(LockTranscript, CancelledTwiceInTheWakeUpWindowIsThrownOnce) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", lock.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a("acquire", lock.acquire()));
      a.does("cancelling", [] { return sim::current_task().cancelling(); });
      co_await a.sleep(1);
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", lock.acquire());
      b.release(lock);
    });
    co_await main.sleep(0);
    main.release(lock);
    main.cancel("a");
    main.cancel("a");
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, spawn, sleep, release, cancel = 1, cancel = 1
0 a: acquire ! Cancelled, caught Cancelled, cancelling = 2
0 b: acquire, release, returns none
1 a: sleep, returns none
1 main: await, await, returns none
1 end done
)");
}

TEST(LockTranscript, WokenOneAfterAnotherAndCancelledInTurn) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", lock.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", lock.acquire()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("acquire", lock.acquire()); });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c("acquire", lock.acquire());
      c.log("mine");
      c.release(lock);
    });
    co_await main.sleep(0);
    main.release(lock);
    main.cancel("a");
    co_await main.sleep(0);
    main.cancel("b");
    co_await main.await("c");
    co_await main.attempt("Cancelled", main.await("b"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, spawn, spawn, sleep, release, cancel = 1
0 a: acquire ! Cancelled, ends Cancelled
0 main: sleep, cancel = 1
0 b: acquire ! Cancelled, ends Cancelled
0 c: acquire, log = mine, release, returns none
0 main: await, await ! Cancelled, caught Cancelled, returns none
0 end done
)");
}

TEST(LockTranscript, TheLimitComesInTheTickOfTheRelease) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", lock.acquire());
      co_await a.sleep(2);
      a.release(lock);
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await b.timeout(2, [&](Actor) -> Coro<> { co_await b("acquire", lock.acquire()); });
      });
      co_await b.sleep(0);
      b.does("locked", [&] { return lock.locked(); });
    });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c("acquire", lock.acquire());
      c.log("mine");
      c.release(lock);
    });
    co_await main.await("a");
    co_await main.await("b");
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
0 a: acquire
2 a: sleep, release, returns none
2 b: acquire ! Cancelled, timeout ! Timeout, caught Timeout
2 main: await
2 c: acquire, log = mine, release, returns none
2 b: sleep, locked = 0, returns none
2 main: await, await, returns none
2 end done
)");
}

TEST(LockTranscript, TheReleaseComesInTheTickOfTheLimit) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.sleep(1);
      co_await b.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await b.timeout(1, [&](Actor) -> Coro<> {
          co_await b("acquire", lock.acquire());
          b.log("mine");
        });
      });
      b.does("locked", [&] { return lock.locked(); });
    });
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", lock.acquire());
      co_await a.sleep(2);
      a.release(lock);
    });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: acquire
1 b: sleep
2 a: sleep, release, returns none
2 b: acquire ! Cancelled, timeout ! Timeout, caught Timeout, locked = 0, returns none
2 main: await, await, returns none
2 end done
)");
}

TEST(LockTranscript, AnUncontendedAcquireDoesNotSeeACancellation) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      a.cancel("a");
      co_await a("acquire", lock.acquire());
      a.log("mine");
      a.release(lock);
      co_await a.attempt("Cancelled", a.sleep(1));
      a.log("after");
    });
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a: cancel = 1, acquire, log = mine, release, sleep ! Cancelled, caught Cancelled
0 a: log = after, returns none
0 main: await, returns none
0 end done
)");
}

TEST(LockTranscript, ReleasedByAnotherTaskAndByACallback) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", lock.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", lock.acquire());
      a.log("mine");
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", lock.acquire());
      b.log("mine");
      b.release(lock);
      b.release(lock);
    });
    main.call_soon([&](Actor& callback) { callback.release(lock); });
    co_await main.sleep(0);
    co_await main.sleep(0);
    main.call_later(1, [&](Actor& callback) { callback.release(lock); });
    co_await main.attempt("RuntimeError", main.await("b"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, spawn, call_soon
0 main.cb: release
0 main: sleep
0 a: acquire, log = mine, returns none
0 main: sleep, call_later
1 main.cb: release
1 b: acquire, log = mine, release, release ! RuntimeError, ends RuntimeError
1 main: await ! RuntimeError, caught RuntimeError, returns none
1 end done
)");
}

TEST(LockTranscript, AnExceptionLeavesTheGuardedBlock) {
  Transcript transcript;
  Lock lock;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.with(lock, "l", [&](Actor) -> Coro<> {
        co_await a.sleep(0);
        a.raise("E1");
      });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.with(lock, "l", [&](Actor) -> Coro<> { co_await b.sleep(0); });
    });
    co_await main.attempt("E1", main.await("a"));
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: enter l, sleep, raise ! E1, ends E1
0 b: enter l
0 main: await ! E1, caught E1
0 b: sleep, exit l, returns none
0 main: await, returns none
0 end done
)");
}

}  // namespace
