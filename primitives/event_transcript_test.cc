// Programs of an Event. CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::Event;
using sim::test::Actor;
using sim::test::Transcript;

TEST(EventTranscript, SetWakesAllInTheOrderTheyCame) {
  Transcript transcript;
  Event event;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("wait", event.wait()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("wait", event.wait()); });
    main.spawn("c", [&](Actor c) -> Coro<> { co_await c("wait", event.wait()); });
    co_await main.sleep(1);
    main.does("set", [&] { event.set(); });
    main.log("set");
    co_await main("wait", event.wait());
    co_await main.await("c");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
1 main: sleep, set, log = set, wait
1 a: wait, returns none
1 b: wait, returns none
1 c: wait, returns none
1 main: await, returns none
1 end done
)");
}

TEST(EventTranscript, AWaiterReturnsAlsoIfClearCameFirst) {
  Transcript transcript;
  Event event;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("wait", event.wait());
      a.does("is_set", [&] { return event.is_set(); });
      co_await a("wait", event.wait());
    });
    co_await main.sleep(0);
    main.does("set", [&] { event.set(); });
    main.does("clear", [&] { event.clear(); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("wait", event.wait()); });
    co_await main.sleep(1);
    main.does("set", [&] { event.set(); });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, sleep, set, clear, spawn
0 a: wait, is_set = 0
1 main: sleep, set
1 a: wait, returns none
1 b: wait, returns none
1 main: await, await, returns none
1 end done
)");
}

TEST(EventTranscript, CancelledInTheWakeUpWindowLosesTheWakeUp) {
  Transcript transcript;
  Event event;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.attempt("Cancelled", a("wait", event.wait()));
      a.does("is_set", [&] { return event.is_set(); });
      co_await a("wait", event.wait());
      a.log("on");
    });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("wait", event.wait()); });
    co_await main.sleep(0);
    main.does("set", [&] { event.set(); });
    main.cancel("a");
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, set, cancel = 1
0 a: wait ! Cancelled, caught Cancelled, is_set = 1, wait, log = on, returns none
0 b: wait, returns none
0 main: await, await, returns none
0 end done
)");
}

TEST(EventTranscript, CancelledAndSetInOneTickIsCancelled) {
  Transcript transcript;
  Event event;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a("wait", event.wait()); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b("wait", event.wait()); });
    co_await main.sleep(0);
    main.cancel("a");
    main.does("set", [&] { event.set(); });
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, sleep, cancel = 1, set
0 a: wait ! Cancelled, ends Cancelled
0 b: wait, returns none
0 main: await ! Cancelled, caught Cancelled, await, returns none
0 end done
)");
}

TEST(EventTranscript, TheLimitComesInTheTickOfTheSet) {
  Transcript transcript;
  Event event;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(2);
      a.does("set", [&] { event.set(); });
    });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await b.timeout(2, [&](Actor) -> Coro<> { co_await b("wait", event.wait()); });
      });
      b.does("is_set", [&] { return event.is_set(); });
    });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
2 a: sleep, set, returns none
2 b: wait ! Cancelled, timeout ! Timeout, caught Timeout, is_set = 1, returns none
2 main: await, await, returns none
2 end done
)");
}

TEST(EventTranscript, TheSetComesInTheTickOfTheLimit) {
  Transcript transcript;
  Event event;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.sleep(1);
      co_await b.attempt("Timeout", [&](Actor) -> Coro<> {
        co_await b.wait_for(1, [&](Actor wf) -> Coro<> { co_await wf("wait", event.wait()); });
      });
    });
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a.sleep(2);
      a.does("set", [&] { event.set(); });
    });
    co_await main.await("a");
    co_await main.await("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 b: sleep
2 a: sleep, set, returns none
2 b.wf: wait ! Cancelled, ends Cancelled
2 b: wait_for ! Timeout, caught Timeout, returns none
2 main: await, await, returns none
2 end done
)");
}

TEST(EventTranscript, SetTwiceAndSetFromACallback) {
  Transcript transcript;
  Event event;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("wait", event.wait());
      a.does("clear", [&] { event.clear(); });
      co_await a("wait", event.wait());
    });
    main.call_soon([&](Actor& callback) {
      callback.does("set", [&] { event.set(); });
      callback.does("set", [&] { event.set(); });
    });
    co_await main.sleep(0);
    co_await main.sleep(0);
    co_await main.sleep(0);
    main.call_later(1, [&](Actor& callback) {
      callback.does("set", [&] { event.set(); });
      callback.does("clear", [&] { event.clear(); });
    });
    co_await main.await("a");
    main.does("is_set", [&] { return event.is_set(); });
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, call_soon
0 main.cb: set, set
0 main: sleep
0 a: wait, clear
0 main: sleep, sleep, call_later
1 main.cb: set, clear
1 a: wait, returns none
1 main: await, is_set = 0, returns none
1 end done
)");
}

}  // namespace
