// Programs of a Semaphore. CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::BoundedSemaphore;
using sim::Coro;
using sim::Semaphore;
using sim::test::Actor;
using sim::test::Transcript;
using sim::test::Value;

TEST(SemaphoreTranscript, AGrantedPermitIsNotForNewcomers) {
  Transcript transcript;
  Semaphore semaphore(1);
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", semaphore.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", semaphore.acquire());
      a.log("mine");
      a.release(semaphore);
    });
    co_await main.sleep(0);
    main.release(semaphore);
    main.does("locked", [&] { return semaphore.locked(); });
    co_await main("acquire", semaphore.acquire());
    main.log("mine");
    main.release(semaphore);
    co_await main.await("a");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, sleep, release, locked = 1
0 a: acquire, log = mine, release, returns none
0 main: acquire, log = mine, release, await, returns none
0 end done
)");
}

TEST(SemaphoreTranscript, CancelledAfterTheGrantGivesItBackToTheNext) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", semaphore.acquire()); });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", semaphore.acquire());
      b.log("mine");
    });
    co_await main.sleep(1);
    main.release(semaphore);
    main.cancel("a");
    main.does("locked", [&] { return semaphore.locked(); });
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
    main.does("locked", [&] { return semaphore.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep, release, cancel = 1, locked = 1
1 a: acquire ! Cancelled, ends Cancelled
1 b: acquire, log = mine, returns none
1 main: await ! Cancelled, caught Cancelled, await, locked = 1, returns none
1 end done
)");
}

TEST(SemaphoreTranscript, CancelledAfterTheGrantLeavesThePermitFree) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", semaphore.acquire()); });
    co_await main.sleep(0);
    main.release(semaphore);
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
    main.does("locked", [&] { return semaphore.locked(); });
    co_await main("acquire", semaphore.acquire());
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, sleep, release, cancel = 1
0 a: acquire ! Cancelled, ends Cancelled
0 main: await ! Cancelled, caught Cancelled, locked = 0, acquire, returns none
0 end done
)");
}

TEST(SemaphoreTranscript, CancelledBeforeTheReleaseIsSkipped) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", semaphore.acquire()); });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", semaphore.acquire());
      b.log("mine");
    });
    co_await main.sleep(0);
    main.cancel("a");
    main.release(semaphore);
    co_await main.await("b");
    main.does("locked", [&] { return semaphore.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, cancel = 1, release
0 a: acquire ! Cancelled, ends Cancelled
0 b: acquire, log = mine, returns none
0 main: await, locked = 1, returns none
0 end done
)");
}

TEST(SemaphoreTranscript, TwoReleasesInOneTickWakeTwoAndNotThree) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", semaphore.acquire());
      a.log("mine");
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", semaphore.acquire());
      b.log("mine");
    });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c("acquire", semaphore.acquire());
      c.log("mine");
    });
    co_await main.sleep(0);
    main.release(semaphore);
    main.release(semaphore);
    co_await main.sleep(1);
    main.does("locked", [&] { return semaphore.locked(); });
    main.release(semaphore);
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn, sleep, release, release
0 a: acquire, log = mine, returns none
0 b: acquire, log = mine, returns none
1 main: sleep, locked = 1, release
1 c: acquire, log = mine, returns none
1 main: await, returns none
1 end done
)");
}

TEST(SemaphoreTranscript, TwoGrantedAndTheFirstCancelledServesTheThird) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", semaphore.acquire()); });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", semaphore.acquire());
      b.log("mine");
    });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c("acquire", semaphore.acquire());
      c.log("mine");
    });
    co_await main.sleep(0);
    main.release(semaphore);
    main.release(semaphore);
    main.cancel("a");
    co_await main.sleep(0);
    co_await main.sleep(0);
    co_await main.sleep(0);
    main.does("locked", [&] { return semaphore.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn, sleep, release, release, cancel = 1
0 a: acquire ! Cancelled, ends Cancelled
0 b: acquire, log = mine, returns none
0 main: sleep
0 c: acquire, log = mine, returns none
0 main: sleep, sleep, locked = 1, returns none
0 end done
)");
}

TEST(SemaphoreTranscript, TwoGrantedAndBothCancelledGiveBothBack) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("acquire", semaphore.acquire()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("acquire", semaphore.acquire()); });
    co_await main.sleep(0);
    main.release(semaphore);
    main.release(semaphore);
    main.cancel("b");
    main.cancel("a");
    co_await main.sleep(0);
    main.does("locked", [&] { return semaphore.locked(); });
    co_await main("acquire", semaphore.acquire());
    co_await main("acquire", semaphore.acquire());
    main.does("locked", [&] { return semaphore.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, release, release, cancel = 1, cancel = 1
0 a: acquire ! Cancelled, ends Cancelled
0 b: acquire ! Cancelled, ends Cancelled
0 main: sleep, locked = 0, acquire, acquire, locked = 1, returns none
0 end done
)");
}

TEST(SemaphoreTranscript, TheLimitComesInTheTickOfTheGrant) {
  Transcript transcript;
  Semaphore semaphore(1);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", semaphore.acquire());
      co_await a.sleep(2);
      a.release(semaphore);
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await b.timeout(2, [&](Actor) -> Coro<> { co_await b("acquire", semaphore.acquire()); });
      });
      b.does("locked", [&] { return semaphore.locked(); });
    });
    main.spawn("c", [&](Actor c) -> Coro<> {
      co_await c("acquire", semaphore.acquire());
      c.log("mine");
      c.release(semaphore);
    });
    co_await main.await("a");
    co_await main.await("b");
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
0 a: acquire
2 a: sleep, release, returns none
2 b: acquire ! Cancelled, timeout ! Timeout, caught Timeout, locked = 1, returns none
2 c: acquire, log = mine, release, returns none
2 main: await, await, await, returns none
2 end done
)");
}

TEST(SemaphoreTranscript, ABoundedOneCountsThePermitOnItsWay) {
  Transcript transcript;
  BoundedSemaphore semaphore(1);
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("acquire", semaphore.acquire());
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", semaphore.acquire());
      co_await a.sleep(1);
      a.release(semaphore);
    });
    co_await main.sleep(0);
    main.release(semaphore);
    co_await main.attempt("ValueError", [&](Actor) -> Coro<> {
      main.release(semaphore);
      co_return;
    });
    co_await main.sleep(0);
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
    main.release(semaphore);
    co_await main.attempt("ValueError", [&](Actor) -> Coro<> {
      main.release(semaphore);
      co_return;
    });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: acquire, spawn, sleep, release, release
0 a: acquire
0 main: sleep, cancel = 1
0 a: sleep ! Cancelled, ends Cancelled
0 main: await ! Cancelled, caught Cancelled, release ! ValueError, ends ValueError
0 end done
)");
}

TEST(SemaphoreTranscript, CancelledTwiceAfterTheGrantGivesBackOnce) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a("acquire", semaphore.acquire()));
      co_await a.sleep(0);
    });
    co_await main.sleep(0);
    main.release(semaphore);
    main.cancel("a");
    main.cancel("a");
    co_await main.sleep(0);
    main.does("locked", [&] { return semaphore.locked(); });
    co_await main("acquire", semaphore.acquire());
    main.does("locked", [&] { return semaphore.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, sleep, release, cancel = 1, cancel = 1
0 a: acquire ! Cancelled, caught Cancelled
0 main: sleep, locked = 0, acquire, locked = 1, returns none
0 a: sleep, returns none
0 end done
)");
}

TEST(SemaphoreTranscript, ReleasedFromACallbackInFifoOrder) {
  Transcript transcript;
  Semaphore semaphore(0);
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("acquire", semaphore.acquire());
      a.log("mine");
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b("acquire", semaphore.acquire());
      b.log("mine");
    });
    main.call_soon([&](Actor& callback) { callback.release(semaphore); });
    main.call_later(1, [&](Actor& callback) {
      callback.release(semaphore);
      callback.release(semaphore);
    });
    co_await main.await("a");
    co_await main.await("b");
    main.does("locked", [&] { return semaphore.locked(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, call_soon, call_later
0 main.cb: release
0 a: acquire, log = mine, returns none
0 main: await
1 main.cb: release, release
1 b: acquire, log = mine, returns none
1 main: await, locked = 0, returns none
1 end done
)");
}

}  // namespace
