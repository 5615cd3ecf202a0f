// What happens in a task group, as logs. CPython 3.13 gives the same log for each program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Outcome;
using sim::settle;
using sim::TaskGroup;
using sim::test::Log;
using testing::ElementsAre;

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string name_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const sim::ExceptionGroup& group) {
    std::string names;
    for (const auto& each : group.exceptions()) names += (names.empty() ? "" : ",") + name_of(each);
    return "Group(" + names + ")";
  } catch (const sim::CancelledError&) {
    return "Cancelled";
  } catch (const sim::TimeoutError&) {
    return "Timeout";
  } catch (const std::runtime_error& e) {
    return e.what();
  }
}

class TaskGroupTranscript : public testing::Test {
 protected:
  template <class F>
  Log run(F body) {
    sim::run(body());
    return log_;
  }
  void log(const std::string& what) { log_.push_back(what); }
  void log_left() { log("cancelling " + std::to_string(sim::current_task().cancelling())); }

  Coro<> yields(int n) {
    for (; n > 0; --n) co_await sim::yield();
  }
  Coro<> fails(std::string name, int yields) {
    for (; yields > 0; --yields) co_await sim::yield();
    log(name + " fails");
    throw Error(name);
  }
  // Sleeps until it is cancelled, then takes some iterations and throws, if not `error`, what
  // cancelled it.
  Coro<> cleans(std::string name, int yields = 0, std::string error = "") {
    Outcome<void> slept = co_await settle(sim::sleep(1h));
    log(name + " cancelled");
    for (; yields > 0; --yields) co_await sim::yield();
    log(name + " clean");
    if (!error.empty()) throw Error(error);
    slept.value();
  }
  template <class X>
  Coro<> ends(X awaitable) {
    const auto ended = co_await settle(std::move(awaitable));
    log(ended.has_value() ? "ends" : "ends " + name_of(ended.exception()));
  }

 private:
  Log log_;
};

TEST_F(TaskGroupTranscript, TwoThatFailInOneTickCancelTheParentOnce) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("a", 1));
      group.create_task(fails("b", 1));
      group.create_task(cleans("c"));
      auto slept = co_await settle(sim::sleep(1h));
      log_left();
      slept.value();
    };
    co_await ends(sim::task_group(block));
    log_left();
    co_await sim::yield();
  };
  EXPECT_THAT(run(body), ElementsAre("a fails", "b fails", "c cancelled", "c clean", "cancelling 1",
                                     "ends Group(a,b)", "cancelling 0"));
}

// One group inside another, with a child in each.
TEST_F(TaskGroupTranscript, NestedGroupsThatFailInOneTick) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("outer", 2));
      const auto inner = [&](TaskGroup& nested) -> Coro<> {
        nested.create_task(fails("inner", 2));
        co_await sim::sleep(1h);
      };
      co_await sim::task_group(inner);
    };
    co_await ends(sim::task_group(block));
    log_left();
    co_await sim::yield();
    log("on");
  };
  EXPECT_THAT(run(body), ElementsAre("outer fails", "inner fails",
                                     "ends Group(outer,Group(inner))", "cancelling 0", "on"));
}

TEST_F(TaskGroupTranscript, TheOuterGroupFailsWhileTheInnerOneEnds) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("outer", 4));
      const auto inner = [&](TaskGroup& nested) -> Coro<> {
        nested.create_task(fails("inner", 1));
        nested.create_task(cleans("c", 6));
        co_await sim::sleep(1h);
      };
      co_await sim::task_group(inner);
    };
    co_await ends(sim::task_group(block));
    log_left();
    co_await sim::yield();
    log("on");
  };
  EXPECT_THAT(run(body),
              ElementsAre("inner fails", "c cancelled", "outer fails", "c clean",
                          "ends Group(outer,Group(inner))", "cancelling 0", "on"));
}

TEST_F(TaskGroupTranscript, AnInnerGroupThatIsCancelledByTheOuterKeepsItsErrors) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("outer", 1));
      const auto inner = [&](TaskGroup& nested) -> Coro<> {
        nested.create_task(cleans("c", 2, "late"));
        co_await sim::sleep(1h);
      };
      co_await sim::task_group(inner);
    };
    co_await ends(sim::task_group(block));
    log_left();
    co_await sim::yield();
    log("on");
  };
  EXPECT_THAT(run(body), ElementsAre("outer fails", "c cancelled", "c clean",
                                     "ends Group(outer,Group(late))", "cancelling 0", "on"));
}

TEST_F(TaskGroupTranscript, ACancellationFromOutsideComesAgainAfterTheErrors) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(cleans("a", 1, "A"));
      co_await sim::sleep(1h);
    };
    const auto around = [&]() -> Coro<> {
      co_await ends(sim::task_group(block));
      log_left();
      co_await ends(sim::yield());
      log_left();
      co_await ends(sim::yield());
    };
    auto task = create_task(around());
    co_await sim::sleep(1ms);
    task.cancel();
    co_await ends(task);
  };
  EXPECT_THAT(run(body), ElementsAre("a cancelled", "a clean", "ends Group(A)", "cancelling 1",
                                     "ends Cancelled", "cancelling 1", "ends", "ends"));
}

TEST_F(TaskGroupTranscript, ACancellationFromOutsideWhileTheGroupEndsComesAgainToo) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("a", 1));
      group.create_task(cleans("c", 5));
      co_return;
    };
    const auto around = [&]() -> Coro<> {
      co_await ends(sim::task_group(block));
      log_left();
      co_await ends(sim::yield());
    };
    auto task = create_task(around());
    co_await yields(5);
    log("cancel");
    task.cancel();
    task.cancel();
    co_await ends(task);
  };
  EXPECT_THAT(run(body), ElementsAre("a fails", "c cancelled", "cancel", "c clean", "ends Group(a)",
                                     "cancelling 2", "ends Cancelled", "ends"));
}

TEST_F(TaskGroupTranscript, ASecondCancellationDoesNotCancelTheChildrenAgain) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(cleans("a", 3));
      co_return;
    };
    auto task = create_task(ends(sim::task_group(block)));
    co_await sim::sleep(1ms);
    task.cancel();
    co_await sim::yield();
    task.cancel();
    co_await ends(task);
    log(std::to_string(task.cancelling()));
  };
  EXPECT_THAT(run(body), ElementsAre("a cancelled", "a clean", "ends Cancelled", "ends", "2"));
}

TEST_F(TaskGroupTranscript, ACancelledChildIsNoError) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      auto a = group.create_task(cleans("a"));
      group.create_task(yields(5));
      co_await sim::sleep(1ms);
      a.cancel();
    };
    co_await ends(sim::task_group(block));
    log_left();
  };
  EXPECT_THAT(run(body), ElementsAre("a cancelled", "a clean", "ends", "cancelling 0"));
}

TEST_F(TaskGroupTranscript, ABodyThatThrowsCancelledErrorCancelsTheChildren) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(cleans("a", 1));
      co_await sim::yield();
      throw sim::CancelledError();
    };
    co_await ends(sim::task_group(block));
    log_left();
  };
  EXPECT_THAT(run(body), ElementsAre("a cancelled", "a clean", "ends Cancelled", "cancelling 0"));
}

TEST_F(TaskGroupTranscript, ErrorsStandInTheOrderTheyCameAndTheBodysLast) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(cleans("a", 2, "A"));
      group.create_task(cleans("b", 0, "B"));
      co_await sim::yield();
      throw Error("body");
    };
    co_await ends(sim::task_group(block));
    log_left();
  };
  EXPECT_THAT(run(body), ElementsAre("a cancelled", "b cancelled", "b clean", "a clean",
                                     "ends Group(B,A,body)", "cancelling 0"));
}

TEST_F(TaskGroupTranscript, AChildMayMakeChildrenAfterTheBodyHasEnded) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      const auto child = [&]() -> Coro<> {
        co_await sim::sleep(1ms);
        group.create_task(sim::sleep(1ms)).add_done_callback([&] {
          log("grandchild");
        });
      };
      group.spawn(child);
      co_await sim::yield();
    };
    co_await ends(sim::task_group(block));
    EXPECT_EQ(sim::uptime(), 2ms);
  };
  EXPECT_THAT(run(body), ElementsAre("grandchild", "ends"));
}

TEST_F(TaskGroupTranscript, ATimeoutAroundItGivesWayToItsErrors) {
  const auto body = [&]() -> Coro<> {
    for (const std::string error : {"", "A"}) {
      const auto block = [&](TaskGroup& group) -> Coro<> {
        group.create_task(cleans("a", 1, error));
        co_return;
      };
      const auto limited = [&](sim::Timeout&) -> Coro<> { return sim::task_group(block); };
      co_await ends(sim::timeout(1ms, limited));
      log_left();
    }
    co_await ends(sim::yield());
  };
  EXPECT_THAT(run(body),
              ElementsAre("a cancelled", "a clean", "ends Timeout", "cancelling 0", "a cancelled",
                          "a clean", "ends Group(A)", "cancelling 0", "ends"));
}

TEST_F(TaskGroupTranscript, ATimeoutInsideItIsAnErrorOfTheBody) {
  const auto body = [&]() -> Coro<> {
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(cleans("a"));
      const auto limited = [](sim::Timeout&) -> Coro<> { co_await sim::sleep(1h); };
      co_await sim::timeout(1ms, limited);
    };
    co_await ends(sim::task_group(block));
    log_left();
  };
  EXPECT_THAT(run(body),
              ElementsAre("a cancelled", "a clean", "ends Group(Timeout)", "cancelling 0"));
}

TEST_F(TaskGroupTranscript, AGroupWithoutChildrenIsNoPlaceToBeCancelledAt) {
  const auto body = [&]() -> Coro<> {
    const auto around = [&]() -> Coro<> {
      sim::current_task().cancel();
      const auto block = [&](TaskGroup&) -> Coro<> {
        log("body");
        co_return;
      };
      co_await sim::task_group(block);
      log("after");
      co_await sim::yield();
    };
    co_await ends(create_task(around()));
  };
  EXPECT_THAT(run(body), ElementsAre("body", "after", "ends Cancelled"));
}

TEST_F(TaskGroupTranscript, ACancellationOnTheWayReachesTheParentAtTheGroupsEnd) {
  const auto body = [&]() -> Coro<> {
    const auto around = [&]() -> Coro<> {
      sim::current_task().cancel();
      const auto block = [&](TaskGroup& group) -> Coro<> {
        group.create_task(cleans("a"));
        co_return;
      };
      co_await sim::task_group(block);
      log("after");
    };
    co_await ends(create_task(around()));
  };
  EXPECT_THAT(run(body), ElementsAre("a cancelled", "a clean", "ends Cancelled"));
}

TEST_F(TaskGroupTranscript, ACancellationAfterTheLastChildsEndEndsTheParent) {
  const auto body = [&]() -> Coro<> {
    const auto around = [&]() -> Coro<> {
      const auto block = [&](TaskGroup& group) -> Coro<> {
        group.create_task(sim::yield());
        co_return;
      };
      co_await sim::task_group(block);
      log("after");
      co_await sim::yield();
    };
    auto task = create_task(around());
    co_await yields(4);
    EXPECT_TRUE(task.cancel());
    co_await ends(task);
  };
  EXPECT_THAT(run(body), ElementsAre("ends Cancelled"));
}

TEST_F(TaskGroupTranscript, AnErrorEndsTheGroupFiveIterationsLater) {
  const auto body = [&]() -> Coro<> {
    const auto ticks = [&]() -> Coro<> {
      for (int i = 0; i < 8; ++i) {
        co_await sim::yield();
        log("tick");
      }
    };
    auto ticking = create_task(ticks());
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("a", 0));
      group.create_task(cleans("b"));
      co_return;
    };
    co_await ends(sim::task_group(block));
    co_await ticking;
  };
  EXPECT_THAT(run(body), ElementsAre("a fails", "tick", "tick", "b cancelled", "b clean", "tick",
                                     "tick", "ends Group(a)", "tick", "tick", "tick", "tick"));
}

// Eager tasks. CPython 3.13.2 mended what a group did with one that fails in its first step
// (gh-128550): these are the logs since then.

TEST_F(TaskGroupTranscript, AnEagerChildThatFailsAtOnceCancelsWhoMadeItAtTheNextAwait) {
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_eager_tasks(true);
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("a", 0));
      log_left();
      auto yielded = co_await settle(sim::yield());
      log_left();
      yielded.value();
    };
    co_await ends(sim::task_group(block));
    log_left();
    co_await ends(sim::yield());
  };
  EXPECT_THAT(run(body), ElementsAre("a fails", "cancelling 0", "cancelling 1", "ends Group(a)",
                                     "cancelling 0", "ends"));
}

TEST_F(TaskGroupTranscript, TheErrorOfAnEagerGrandchildReachesTheChildThatMadeIt) {
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_eager_tasks(true);
    const auto block = [&](TaskGroup& group) -> Coro<> {
      const auto second = [&]() -> Coro<> {
        group.create_task(fails("third", 0));
        co_await ends(yields(2));
      };
      group.spawn(second);
      co_await sim::sleep(1h);
    };
    co_await ends(sim::task_group(block));
    log_left();
  };
  EXPECT_THAT(run(body),
              ElementsAre("third fails", "ends Cancelled", "ends Group(third)", "cancelling 0"));
}

TEST_F(TaskGroupTranscript, ChildrenMadeAfterAnEagerOneThatFailedAreStarted) {
  const auto body = [&]() -> Coro<> {
    sim::running_loop().set_eager_tasks(true);
    const auto block = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails("a", 0));
      group.create_task(cleans("b"));
      group.create_task(ends(yields(0)));
      co_return;
    };
    co_await ends(sim::task_group(block));
    log_left();
  };
  EXPECT_THAT(run(body), ElementsAre("a fails", "ends", "b cancelled", "b clean", "ends Group(a)",
                                     "cancelling 0"));
}

}  // namespace
