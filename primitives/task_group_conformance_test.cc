// Task groups: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "primitives/internal/test_coroutines.h"
#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Task;
using sim::TaskGroup;
using sim::create_task;
using sim::task_group;
using sim::test::Findings;
using sim::test::fails_after;
using sim::test::number_after;
using testing::IsEmpty;

// What something threw: the text of an error, groups in parentheses.
std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const sim::ExceptionGroup& group) {
    std::string text;
    for (const auto& each : group.exceptions()) text += (text.empty() ? "" : " ") + text_of(each);
    return "(" + text + ")";
  } catch (const std::runtime_error& other) {
    return other.what();
  } catch (const sim::CancelledError&) {
    return "cancelled";
  } catch (int n) {
    return std::to_string(n);
  }
}
template <class X>
Coro<std::string> outcome_of(X awaitable) {
  const auto ended = co_await sim::settle(std::move(awaitable));
  co_return ended.has_value() ? "ended" : text_of(ended.exception());
}

// Sleeps; counts and throws on a cancellation.
Coro<> counts_cancellation(int& cancelled) {
  const auto slept = co_await sim::settle(sim::sleep(5s));
  if (slept.cancelled()) ++cancelled;
  slept.value();
}
// Sleeps; answers a cancellation with an error.
Coro<> fails_in_cleanup(std::string what) {
  co_await sim::settle(sim::sleep(10s));
  throw std::runtime_error(what);
}

TEST(TaskGroup, AnErrorAfterTheBodyCancelsTheSiblingsAndNothingFollowsTheBlock) {
  const auto program = []() -> Coro<> {
    int cancelled = 0;
    bool went_on = false;
    Task<> sibling;
    const auto run = [&]() -> Coro<> {
      const auto body = [&](TaskGroup& group) -> Coro<> {
        group.create_task(fails_after(100ms, "boom"));
        sibling = group.create_task(counts_cancellation(cancelled));
        co_return;
      };
      co_await task_group(body);
      went_on = true;
    };
    EXPECT_EQ(co_await outcome_of(create_task(run())), "(boom)");
    EXPECT_FALSE(went_on);
    EXPECT_EQ(cancelled, 1);
    EXPECT_TRUE(sibling.cancelled());
  };
  sim::run(program());
}

TEST(TaskGroup, ErrorsOfOneInstantAreAllInTheGroup) {
  const auto program = []() -> Coro<> {
    int cancelled = 0;
    const auto run = [&]() -> Coro<> {
      const auto body = [&](TaskGroup& group) -> Coro<> {
        for (const char* name : {"a", "b", "c"}) group.create_task(fails_after(100ms, name));
        group.create_task(counts_cancellation(cancelled));
        co_await counts_cancellation(cancelled);
      };
      co_await task_group(body);
    };
    EXPECT_EQ(co_await outcome_of(create_task(run())), "(a b c)");
    EXPECT_EQ(cancelled, 2) << "the sibling and the body";
  };
  sim::run(program());
}

// Cancels a group of five children after 100 ms, with a body that ends or that sleeps.
Coro<> cancel_from_outside(bool body_sleeps) {
  int cancelled = 0;
  const auto run = [&]() -> Coro<> {
    const auto body = [&](TaskGroup& group) -> Coro<> {
      for (int i = 0; i < 5; ++i) group.create_task(counts_cancellation(cancelled));
      if (body_sleeps) co_await counts_cancellation(cancelled);
    };
    co_await task_group(body);
  };
  auto task = create_task(run());
  co_await sim::sleep(100ms);
  EXPECT_FALSE(task.done());
  task.cancel();
  co_await sim::settle(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(cancelled, body_sleeps ? 6 : 5);
}

TEST(TaskGroup, CancelledAfterItsBodyEveryChildIsCancelled) {
  sim::run(cancel_from_outside(false));
}

TEST(TaskGroup, CancelledInItsBodyEveryChildAndTheBodyAreCancelled) {
  sim::run(cancel_from_outside(true));
}

// What a task that runs block() ends with if it is cancelled after 100 ms.
template <class F>
Coro<std::string> cancelled_after_100ms(F block) {
  auto task = create_task(block());
  co_await sim::sleep(100ms);
  EXPECT_FALSE(task.done());
  task.cancel();
  co_return co_await outcome_of(task);
}

TEST(TaskGroup, ErrorsThatACancellationCausesAreThrownInsteadOfIt) {
  const auto program = []() -> Coro<> {
    const auto run = []() -> Coro<> {
      const auto body = [](TaskGroup& group) -> Coro<> {
        for (const char* name : {"a", "b", "c"}) group.create_task(fails_in_cleanup(name));
        co_await sim::sleep(10s);
      };
      co_await task_group(body);
    };
    EXPECT_EQ(co_await cancelled_after_100ms(run), "(a b c)");
  };
  sim::run(program());
}

// A body that fails at once or after a suspension, with two children.
Coro<> body_fails(bool at_once) {
  Task<int> first;
  Task<int> second;
  const auto body = [&](TaskGroup& group) -> Coro<> {
    first = group.create_task(number_after(1s, 1));
    second = group.create_task(number_after(2s, 2));
    if (!at_once) co_await sim::sleep(100ms);
    throw std::runtime_error("body");
  };
  EXPECT_EQ(co_await outcome_of(task_group(body)), "(body)");
  EXPECT_TRUE(first.cancelled());
  EXPECT_TRUE(second.cancelled());
  EXPECT_EQ(sim::uptime(), at_once ? 0ms : 100ms);
}

TEST(TaskGroup, ABodyThatFailsCancelsChildrenThatRun) { sim::run(body_fails(false)); }

TEST(TaskGroup, ABodyThatFailsCancelsChildrenThatHaveNotBegun) { sim::run(body_fails(true)); }

// A group in a group, cancelled from outside: the inner one's errors are a group in the outer's.
Coro<> cancel_nested(bool outer_has_a_child) {
  const auto run = [&]() -> Coro<> {
    const auto outer = [&](TaskGroup& group) -> Coro<> {
      if (outer_has_a_child) group.create_task(number_after(10s, 1));
      const auto inner = [](TaskGroup& nested) -> Coro<> {
        for (const char* name : {"a", "b"}) nested.create_task(fails_in_cleanup(name));
        co_await sim::sleep(10s);
      };
      co_await task_group(inner);
    };
    co_await task_group(outer);
  };
  EXPECT_EQ(co_await cancelled_after_100ms(run), "((a b))");
}

TEST(TaskGroup, OfANestedOneTheErrorsStayAGroup) { sim::run(cancel_nested(false)); }

TEST(TaskGroup, OfANestedOneBesideASiblingTheErrorsStayAGroup) { sim::run(cancel_nested(true)); }

// Which of two nested groups fails first, that of the outer or of the inner child.
Coro<std::string> nested_failure(sim::Duration outer_child, sim::Duration inner_child) {
  const auto outer = [&](TaskGroup& group) -> Coro<> {
    group.create_task(fails_after(outer_child, "outer"));
    const auto inner = [&](TaskGroup& nested) -> Coro<> {
      nested.create_task(fails_after(inner_child, "inner"));
      co_return;
    };
    co_await task_group(inner);
  };
  co_return co_await outcome_of(task_group(outer));
}

TEST(TaskGroup, AnErrorOfTheOuterCancelsTheInnerWithoutATrace) {
  EXPECT_EQ(sim::run(nested_failure(100ms, 10s)), "(outer)");
}

TEST(TaskGroup, AnErrorOfTheInnerIsAGroupInTheOuter) {
  EXPECT_EQ(sim::run(nested_failure(10s, 100ms)), "((inner))");
}

// A body that takes long to clean up after a cancellation, while a child fails.
Coro<> fails_during_the_cleanup() {
  const auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(fails_after(300ms, "boom"));
    const auto slept = co_await sim::settle(sim::sleep(10s));
    co_await sim::sleep(500ms);
    slept.value();
  };
  co_await task_group(body);
}

TEST(TaskGroup, AnErrorDuringTheCleanupAfterACancellationIsThrown) {
  const auto program = []() -> Coro<> {
    EXPECT_EQ(co_await cancelled_after_100ms(fails_during_the_cleanup), "(boom)");
    EXPECT_EQ(sim::uptime(), 300ms);
  };
  sim::run(program());
}

TEST(TaskGroup, AnErrorDuringTheCleanupReachesWhoAwaitsTheTask) {
  const auto program = []() -> Coro<> {
    const auto run = []() -> Coro<> { co_await create_task(fails_during_the_cleanup()); };
    EXPECT_EQ(co_await cancelled_after_100ms(run), "(boom)");
  };
  sim::run(program());
}

TEST(TaskGroup, CancelledWithoutChildrenItThrowsTheCancellation) {
  const auto program = []() -> Coro<> {
    int cancelled = 0;
    const auto run = [&]() -> Coro<> {
      const auto body = [&](TaskGroup&) -> Coro<> { co_await counts_cancellation(cancelled); };
      co_await task_group(body);
    };
    EXPECT_EQ(co_await cancelled_after_100ms(run), "cancelled");
    EXPECT_EQ(cancelled, 1);
  };
  sim::run(program());
}

TEST(TaskGroup, ABodyThatAnswersACancellationWithAnErrorThrowsTheGroup) {
  const auto program = []() -> Coro<> {
    const auto run = []() -> Coro<> {
      const auto body = [](TaskGroup&) -> Coro<> { co_await fails_in_cleanup("mine"); };
      co_await task_group(body);
    };
    EXPECT_EQ(co_await cancelled_after_100ms(run), "(mine)");
  };
  sim::run(program());
}

TEST(TaskGroup, TheBodysErrorComesBehindTheChilds) {
  const auto program = []() -> Coro<> {
    const auto body = [](TaskGroup& group) -> Coro<> {
      group.create_task(fails_after(100ms, "child"));
      co_await fails_in_cleanup("body");
    };
    EXPECT_EQ(co_await outcome_of(task_group(body)), "(child body)");
  };
  sim::run(program());
}

TEST(TaskGroup, CollectsWhatIsNoStandardExceptionToo) {
  const auto program = []() -> Coro<> {
    const auto throws_a_number = []() -> Coro<> {
      co_await sim::settle(sim::sleep(10s));
      throw 7;
    };
    const auto number_in_the_body = [&](TaskGroup& group) -> Coro<> {
      group.create_task(fails_after(100ms, "child"));
      co_await throws_a_number();
    };
    EXPECT_EQ(co_await outcome_of(task_group(number_in_the_body)), "(child 7)");
    const auto throws_at_once = []() -> Coro<> {
      co_await sim::sleep(100ms);
      throw 8;
    };
    const auto number_in_a_child = [&](TaskGroup& group) -> Coro<> {
      group.create_task(throws_at_once());
      co_await fails_in_cleanup("body");
    };
    EXPECT_EQ(co_await outcome_of(task_group(number_in_a_child)), "(8 body)");
  };
  sim::run(program());
}

Coro<> hydra(TaskGroup& group, int& heads) {
  if (++heads > 1000) co_return;  // far more than there is time for
  co_await sim::sleep(10ms);
  group.create_task(hydra(group, heads));
  group.create_task(hydra(group, heads));
}

TEST(TaskGroup, AnErrorStopsChildrenThatMakeEverMore) {
  const auto program = []() -> Coro<> {
    int heads = 0;
    const auto hercules = [&]() -> Coro<> {
      while (heads < 10) co_await sim::sleep(15ms);
      throw std::runtime_error("slain");
    };
    const auto body = [&](TaskGroup& group) -> Coro<> {
      group.create_task(hydra(group, heads));
      group.create_task(hercules());
      co_return;
    };
    EXPECT_EQ(co_await outcome_of(task_group(body)), "(slain)");
    EXPECT_GE(heads, 10);
    EXPECT_EQ(sim::all_tasks().size(), 1u);
  };
  sim::run(program());
}

TEST(TaskGroup, ACancelledSiblingCannotMakeOthers) {
  Findings findings;
  const auto program = []() -> Coro<> {
    const auto body = [](TaskGroup& group) -> Coro<> {
      const auto tries = [](TaskGroup& in) -> Coro<> {
        const auto slept = co_await sim::settle(sim::sleep(1s));
        EXPECT_TRUE(slept.cancelled());
        EXPECT_THROW(in.create_task(number_after(0s, 1)), std::runtime_error);
      };
      group.create_task(fails_after(1ms, "boom"));
      group.spawn(tries, std::ref(group));
      co_return;
    };
    EXPECT_EQ(co_await outcome_of(task_group(body)), "(boom)");
  };
  sim::run(program(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(TaskGroup, AnErrorOfAManagerThatIsLeftJoinsTheGroup) {
  struct Database {
    Coro<> aenter() { co_return; }
    Coro<> aexit(std::exception_ptr) {
      throw std::runtime_error("exit");
      co_return;
    }
  };
  const auto program = []() -> Coro<> {
    const auto child = []() -> Coro<> {
      throw std::runtime_error("child");
      co_return;
    };
    const auto body = [&](TaskGroup& group) -> Coro<> {
      Database database;
      const auto use = [&]() -> Coro<> {
        group.create_task(child());
        co_await sim::sleep(1s);
      };
      co_await sim::async_with(database, use);
    };
    EXPECT_EQ(co_await outcome_of(task_group(body)), "(child exit)");
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(program());
}

TEST(TaskGroup, AnErrorLeavesTheCountOfCancellationsAsItWas) {
  const auto program = []() -> Coro<> {
    const auto body = [](TaskGroup& group) -> Coro<> {
      group.create_task(fails_after(0s, "boom"));
      co_return;
    };
    EXPECT_EQ(co_await outcome_of(task_group(body)), "(boom)");
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(program());
}

TEST(TaskGroup, NestedOnesThatFailInOneTickEachThrowTheirOwn) {
  const auto program = []() -> Coro<> {
    const auto outer = [](TaskGroup& out) -> Coro<> {
      const auto inner = [&](TaskGroup& in) -> Coro<> {
        in.create_task(fails_after(0s, "inner"));
        out.create_task(fails_after(0s, "outer"));
        co_return;
      };
      EXPECT_EQ(co_await outcome_of(task_group(inner)), "(inner)");
      EXPECT_EQ(sim::current_task().cancelling(), 1) << "the outer one's";
    };
    EXPECT_EQ(co_await outcome_of(task_group(outer)), "(outer)");
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(program());
}

TEST(TaskGroup, ACancellationBesideAnErrorComesAtTheNextAwait) {
  const auto program = []() -> Coro<> {
    sim::Event started;
    const auto fails = [&]() -> Coro<> {
      started.set();
      co_await sim::yield();
      throw std::runtime_error("boom");
    };
    const auto run = [&]() -> Coro<> {
      const auto body = [&](TaskGroup& group) -> Coro<> {
        group.create_task(fails());
        co_await sim::sleep(1s);
        ADD_FAILURE() << "the sleep was to be cancelled";
      };
      EXPECT_EQ(co_await outcome_of(task_group(body)), "(boom)");
      EXPECT_EQ(sim::current_task().cancelling(), 1);
      co_await sim::sleep(1s);
      ADD_FAILURE() << "the sleep behind the group was to be cancelled";
    };
    auto task = create_task(run());
    co_await started.wait();
    EXPECT_EQ(task.cancelling(), 0);
    task.cancel();
    EXPECT_EQ(task.cancelling(), 1);
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::run(program());
}

}  // namespace
