// Programs of gather(). CPython 3.13's asyncio gives the same transcript for each.
#include <gtest/gtest.h>

#include "primitives/internal/test_support.h"

namespace {

using sim::Coro;
using sim::gather;
using sim::gather_settled;
using sim::test::Actor;
using sim::test::Transcript;

TEST(GatherTranscript, ResultsComeInTheOrderOfTheArguments) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main("gather", gather(main.parts(
                                [&](Actor child0) -> Coro<int> {
                                  co_await child0.sleep(2);
                                  co_return 1;
                                },
                                [&](Actor child1) -> Coro<int> {
                                  co_await child1.sleep(1);
                                  co_return 2;
                                },
                                [&](Actor) -> Coro<int> { co_return 3; })));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main.2: returns 3
1 main.1: sleep, returns 2
2 main.0: sleep, returns 1
2 main: gather = [1,2,3], returns none
2 end done
)");
}

TEST(GatherTranscript, ChildrenThatEndAtOnceTakeThreeIterations) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("t", [&](Actor t) -> Coro<> {
      co_await t.sleep(0);
      co_await t.sleep(0);
      co_await t.sleep(0);
      co_await t.sleep(0);
    });
    co_await main("gather", gather(main.parts([&](Actor) -> Coro<> { co_return; },
                                              [&](Actor) -> Coro<> { co_return; })));
    co_await main.await("t");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 main.0: returns none
0 main.1: returns none
0 t: sleep, sleep
0 main: gather = [none,none]
0 t: sleep, sleep, returns none
0 main: await, returns none
0 end done
)");
}

TEST(GatherTranscript, TheFirstExceptionEndsItAndTheSiblingsGoOn) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    co_await main.attempt("E1", [&](Actor) -> Coro<> {
      co_await main("gather", gather(main.parts(
                                  [&](Actor child0) -> Coro<> {
                                    co_await child0.sleep(1);
                                    child0.raise("E1");
                                  },
                                  [&](Actor child1) -> Coro<> {
                                    co_await child1.sleep(2);
                                    child1.log("on");
                                  },
                                  [&](Actor child2) -> Coro<> {
                                    co_await child2.sleep(1);
                                    child2.raise("E2");
                                  })));
    });
    co_await main.sleep(3);
  });
  EXPECT_EQ(transcript.text(),
            R"(1 main.0: sleep, raise ! E1, ends E1
1 main.2: sleep, raise ! E2, ends E2
1 main: gather ! E1, caught E1
2 main.1: sleep, log = on, returns none
4 main: sleep, returns none
4 end done
)");
}

TEST(GatherTranscript, CancellingItCancelsEveryChildAndWaits) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> {
      co_await a("gather",
                 gather(a.parts([&](Actor child0) -> Coro<> { co_await child0.sleep(5); },
                                [&](Actor child1) -> Coro<> {
                                  co_await child1.attempt("Cancelled", child1.sleep(5));
                                  co_await child1.sleep(1);
                                },
                                [&](Actor child2) -> Coro<> { co_await child2.sleep(0); })));
    });
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("a"));
    co_await main.sleep(2);
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 a.2: sleep, returns none
1 main: sleep, cancel = 1
1 a.0: sleep ! Cancelled, ends Cancelled
1 a.1: sleep ! Cancelled, caught Cancelled
1 a: gather ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled
2 a.1: sleep, returns none
3 main: sleep, returns none
3 end done
)");
}

TEST(GatherTranscript, AChildThatEndsCancelledEndsIt) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(5); });
    main.spawn("b", [&](Actor b) -> Coro<> { co_await b.sleep(5); });
    main.spawn("g",
               [&](Actor g) -> Coro<> { co_await g("gather_tasks", gather(g.tasks("a", "b"))); });
    co_await main.sleep(1);
    main.cancel("a");
    co_await main.attempt("Cancelled", main.await("g"));
    main.done("b");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn
1 main: sleep, cancel = 1
1 a: sleep ! Cancelled, ends Cancelled
1 g: gather_tasks ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, done = 0, returns none
1 end done
)");
}

TEST(GatherTranscript, SettledKeepsErrorsAndCancellationsOfChildren) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<> { co_await a.sleep(5); });
    main.spawn("b", [&](Actor b) -> Coro<> {
      co_await b.sleep(1);
      b.raise("E1");
    });
    main.spawn("c", [&](Actor) -> Coro<int> { co_return 3; });
    main.spawn("g", [&](Actor g) -> Coro<> {
      co_await g("gather_tasks", gather_settled(g.tasks("a", "b", "c")));
    });
    co_await main.sleep(2);
    main.cancel("a");
    co_await main.await("g");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn, spawn, spawn
0 c: returns 3
1 b: sleep, raise ! E1, ends E1
2 main: sleep, cancel = 1
2 a: sleep ! Cancelled, ends Cancelled
2 g: gather_tasks = [Cancelled,E1,3], returns none
2 main: await, returns none
2 end done
)");
}

TEST(GatherTranscript, SettledStillThrowsACancellationOfItsOwn) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("g", [&](Actor g) -> Coro<> {
      co_await g("gather",
                 gather_settled(g.parts([&](Actor child0) -> Coro<> { co_await child0.sleep(5); },
                                        [&](Actor child1) -> Coro<> {
                                          child1.raise("E1");
                                          co_return;
                                        },
                                        [&](Actor child2) -> Coro<int> {
                                          co_await child2.attempt("Cancelled", child2.sleep(5));
                                          co_return 1;
                                        })));
    });
    co_await main.sleep(1);
    main.cancel("g");
    co_await main.attempt("Cancelled", main.await("g"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 g.1: raise ! E1, ends E1
1 main: sleep, cancel = 1
1 g.0: sleep ! Cancelled, ends Cancelled
1 g.2: sleep ! Cancelled, caught Cancelled, returns 1
1 g: gather ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, returns none
1 end done
)");
}

TEST(GatherTranscript, CancelledInTheTickItsLastChildEnds) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<int> {
      co_await a.sleep(1);
      co_return 1;
    });
    main.spawn("g", [&](Actor g) -> Coro<> { co_await g("gather_tasks", gather(g.tasks("a"))); });
    co_await main.sleep(1);
    co_await main.sleep(0);
    main.cancel("g");
    co_await main.attempt("Cancelled", main.await("g"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
1 main: sleep
1 a: sleep, returns 1
1 main: sleep, cancel = 1
1 g: gather_tasks ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, returns none
1 end done
)");
}

TEST(GatherTranscript, CancelledAfterTheLastChildsCallbackRan) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor) -> Coro<int> { co_return 1; });
    main.spawn("g", [&](Actor g) -> Coro<> {
      co_await g.attempt("Cancelled", g("gather_tasks", gather(g.tasks("a"))));
      g.log("on");
    });
    co_await main.sleep(0);
    co_await main.sleep(0);
    main.cancel("g");
    co_await main.await("g");
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: returns 1
0 g: gather_tasks = [1], log = on, returns none
0 main: sleep, sleep, cancel = 0, await, returns none
0 end done
)");
}

TEST(GatherTranscript, ChildrenThatAreDoneAlready) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor) -> Coro<int> { co_return 1; });
    main.spawn("b", [&](Actor b) -> Coro<> {
      b.raise("E1");
      co_return;
    });
    co_await main.sleep(0);
    co_await main("gather_tasks", gather_settled(main.tasks("a", "b", "a")));
    co_await main.attempt("E1", main("gather_tasks", gather(main.tasks("a", "b"))));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn, spawn
0 a: returns 1
0 b: raise ! E1, ends E1
0 main: sleep, gather_tasks = [1,E1,1], gather_tasks ! E1, caught E1, returns none
0 end done
)");
}

TEST(GatherTranscript, AChildCancelsWhoWaitsForIt) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("g", [&](Actor g) -> Coro<> {
      co_await g("gather", gather(g.parts(
                               [&](Actor child0) -> Coro<> {
                                 child0.cancel("g");
                                 co_await child0.sleep(1);
                                 child0.log("never");
                               },
                               [&](Actor child1) -> Coro<> {
                                 co_await child1.sleep(0);
                                 child1.log("never");
                               })));
    });
    co_await main.attempt("Cancelled", main.await("g"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
0 g.0: cancel = 1, sleep ! Cancelled, ends Cancelled
0 g: gather ! Cancelled, ends Cancelled
0 main: await ! Cancelled, caught Cancelled, returns none
0 end done
)");
}

TEST(GatherTranscript, OneTaskTwiceAndNoneAtAll) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("a", [&](Actor a) -> Coro<int> {
      co_await a.sleep(1);
      co_return 4;
    });
    co_await main("gather_tasks", gather(main.tasks("a", "a")));
    co_await main("gather", gather(main.parts()));
    co_await main("gather", gather_settled(main.parts()));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 a: sleep, returns 4
1 main: gather_tasks = [4,4], gather = [], gather = [], returns none
1 end done
)");
}

TEST(GatherTranscript, AnExceptionAndACancellationInOneTick) {
  Transcript transcript;
  transcript.run([&](Actor main) -> Coro<> {
    main.spawn("g", [&](Actor g) -> Coro<> {
      co_await g("gather", gather(g.parts(
                               [&](Actor child0) -> Coro<> {
                                 co_await child0.sleep(1);
                                 child0.raise("E1");
                               },
                               [&](Actor child1) -> Coro<> { co_await child1.sleep(3); })));
    });
    co_await main.sleep(1);
    main.cancel("g");
    co_await main.attempt("any", main.await("g"));
  });
  EXPECT_EQ(transcript.text(),
            R"(0 main: spawn
1 main: sleep, cancel = 1
1 g.0: sleep ! Cancelled, ends Cancelled
1 g.1: sleep ! Cancelled, ends Cancelled
1 g: gather ! Cancelled, ends Cancelled
1 main: await ! Cancelled, caught Cancelled, returns none
1 end done
)");
}

}  // namespace
