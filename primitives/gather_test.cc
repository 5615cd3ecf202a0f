#include "primitives/gather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "primitives/internal/test_coroutines.h"
#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Future;
using sim::Task;
using sim::create_task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::number_after;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Coro<int> number(int n) { co_return n; }
Coro<std::string> text(std::string t) { co_return t; }
Coro<std::unique_ptr<int>> unique(int n) { co_return std::make_unique<int>(n); }
Coro<> nothing() { co_return; }
Coro<> fail_after(sim::Duration d, const char* what) {
  co_await sim::sleep(d);
  throw std::runtime_error(what);
}

TEST(Gather, RunsItsChildrenConcurrently) {
  const auto body = []() -> Coro<> {
    auto [a, b, c] = co_await sim::gather(number_after(3s, 1), number_after(1s, 2), number(3));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, 3);
    EXPECT_EQ(sim::uptime(), 3s);
  };
  sim::run(body());
}

TEST(Gather, GivesATupleOfItsTypesWithMonostateForVoid) {
  const auto body = []() -> Coro<> {
    auto results = co_await sim::gather(nothing(), text("a"), number(2));
    static_assert(
        std::is_same_v<decltype(results), std::tuple<std::monostate, std::string, int>>);
    EXPECT_EQ(std::get<1>(results), "a");
  };
  sim::run(body());
}

TEST(Gather, TakesCoroutinesTasksAndFuturesMixed) {
  const auto body = []() -> Coro<> {
    auto task = create_task(number_after(1s, 2));
    auto future = sim::running_loop().create_future<std::string>();
    sim::running_loop().call_later(2s, [future] { future.set_result("three"); });
    auto [a, b, c] = co_await sim::gather(number(1), task, future);
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, "three");
    EXPECT_EQ(co_await task, 2) << "a result that others can ask for is copied";
    EXPECT_EQ(future.result(), "three");
  };
  sim::run(body());
}

TEST(Gather, TakesOperationsOfPrimitives) {
  const auto body = []() -> Coro<> {
    sim::Queue<int> queue;
    sim::Event event;
    sim::running_loop().call_later(1s, [&] {
      queue.put_nowait(4);
      event.set();
    });
    auto [item, set, slept] = co_await sim::gather(queue.get(), event.wait(), sim::sleep(2s));
    EXPECT_EQ(item, 4);
    static_assert(std::is_same_v<decltype(set), std::monostate>);
    static_assert(std::is_same_v<decltype(slept), std::monostate>);
    EXPECT_EQ(sim::uptime(), 2s);
  };
  sim::run(body());
}

TEST(Gather, OfAVectorGivesAVector) {
  const auto body = []() -> Coro<> {
    std::vector<Coro<int>> coros;
    for (int i = 0; i < 5; ++i) coros.push_back(number_after(std::chrono::seconds(5 - i), i));
    EXPECT_THAT(co_await sim::gather(std::move(coros)), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(co_await sim::gather(std::vector<Task<int>>()), IsEmpty());
    std::vector<Future<int>> futures;
    for (int i = 0; i < 2; ++i) futures.push_back(sim::running_loop().create_future<int>());
    futures[1].set_result(1);
    futures[0].set_result(0);
    EXPECT_THAT(co_await sim::gather(futures), ElementsAre(0, 1));
    auto none = co_await sim::gather();
    static_assert(std::is_same_v<decltype(none), std::tuple<>>);
  };
  sim::run(body());
}

TEST(Gather, MovesResultsThatCannotBeCopied) {
  const auto body = []() -> Coro<> {
    auto [a, b] = co_await sim::gather(unique(1), create_task(unique(2)));
    EXPECT_EQ(*a + *b, 3);
    std::vector<Coro<std::unique_ptr<int>>> coros;
    coros.push_back(unique(7));
    auto results = co_await sim::gather(std::move(coros));
    EXPECT_EQ(*results[0], 7);
  };
  sim::run(body());
}

TEST(Gather, AResultThatWasMovedOutIsItsException) {
  const auto body = []() -> Coro<> {
    auto task = create_task(unique(1));
    auto both = sim::gather(task, task);  // one result cannot be given twice
    const auto ended = co_await sim::settle(both);
    EXPECT_THROW(ended.value(), sim::InvalidStateError);
  };
  sim::run(body());
}

TEST(Gather, ACopyThatThrowsIsItsException) {
  struct Fragile {
    Fragile() = default;
    Fragile(const Fragile&) { throw 7; }
    Fragile(Fragile&&) noexcept {}
  };
  const auto body = []() -> Coro<> {
    const auto make = []() -> Coro<Fragile> { co_return Fragile(); };
    auto kept = create_task(make());
    const auto ended = co_await sim::settle(sim::gather(kept));
    EXPECT_TRUE(ended.exception() != nullptr);
  };
  sim::run(body());
}

TEST(Gather, TheFirstExceptionComesAtOnceAndTheSiblingsRunOn) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto survivor = [&]() -> Coro<> {
      co_await sim::sleep(5s);
      log.push_back("survived");
    };
    const auto all =
        sim::gather(fail_after(2s, "second"), fail_after(1s, "first"), survivor());
    const auto ended = co_await sim::settle(all);
    try {
      ended.value();
      ADD_FAILURE() << "nothing thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "first");
    }
    EXPECT_EQ(sim::uptime(), 1s);
    co_await sim::sleep(9s);
  };
  Findings findings;
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(log, ElementsAre("survived"));
  EXPECT_THAT(findings.kinds(), IsEmpty()) << "the second exception was looked at";
}

TEST(Gather, OneThatHasEndedCancelsNobody) {
  const auto body = []() -> Coro<> {
    auto sibling = create_task(sim::sleep(5s));
    auto all = sim::gather(fail_after(1s, "first"), sibling);
    const auto ended = co_await sim::settle(all);
    EXPECT_FALSE(ended.has_value());
    EXPECT_FALSE(all.cancel());
    co_await sibling;
    EXPECT_EQ(sim::uptime(), 5s);
  };
  sim::run(body());
}

TEST(Gather, SettledGivesEveryOutcome) {
  const auto body = []() -> Coro<> {
    auto victim = create_task(number_after(1h, 1));
    sim::running_loop().call_later(1s, [victim] { victim.cancel(); });
    auto [a, b, c] = co_await sim::gather_settled(number(1), fail_after(1s, "b"), victim);
    EXPECT_EQ(a.value(), 1);
    EXPECT_THROW(b.value(), std::runtime_error);
    EXPECT_TRUE(c.cancelled());
    EXPECT_EQ(sim::uptime(), 1s);
    std::vector<Coro<>> coros;
    coros.push_back(nothing());
    coros.push_back(fail_after(1s, "x"));
    const auto outcomes = co_await sim::gather_settled(std::move(coros));
    EXPECT_TRUE(outcomes[0].has_value());
    EXPECT_FALSE(outcomes[1].has_value());
  };
  sim::run(body());
}

TEST(Gather, CancellingItCancelsItsChildrenWithTheMessage) {
  const auto body = []() -> Coro<> {
    auto a = create_task(number_after(1h, 1));
    auto all = sim::gather(a, number_after(1h, 2));
    co_await sim::yield();
    EXPECT_TRUE(all.cancel("enough"));
    EXPECT_FALSE(all.done()) << "it waits for the children to end";
    EXPECT_EQ(co_await sim::test::cancellation_of(all), "enough");
    EXPECT_EQ(sim::test::cancel_message_of([&] { a.result(); }), "enough");
    EXPECT_FALSE(all.cancel());
  };
  sim::run(body());
}

TEST(Gather, AChildThatSwallowsTheCancellationStillEndsItCancelled) {
  const auto body = []() -> Coro<> {
    const auto stubborn = []() -> Coro<int> {
      const auto ended = co_await sim::settle(sim::sleep(1h));
      EXPECT_TRUE(ended.cancelled());
      co_return 1;
    };
    auto all = sim::gather(stubborn());
    co_await sim::yield();
    all.cancel();
    const auto ended = co_await sim::settle(all);
    EXPECT_TRUE(ended.cancelled());
  };
  sim::run(body());
}

TEST(Gather, StartsItsChildrenAlsoWhereItIsNeverAwaited) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto child = [&]() -> Coro<> {
      log.push_back("ran");
      co_return;
    };
    { auto dropped = sim::gather(child()); }
    co_await sim::sleep(1s);
  };
  Findings findings;
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(log, ElementsAre("ran"));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(Gather, AnExceptionThatNobodyLooksAtIsFound) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto dropped = sim::gather(fail_after(1s, "lost"));
    co_await sim::sleep(2s);
  };
  sim::run(body(), observed_by(findings));
  ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::exception_never_retrieved));
  EXPECT_THAT(findings.all()[0].message, HasSubstr("lost"));
}

// What the exception handler is told of exceptions nobody looked at, each with the time in seconds.
Coro<> log_unretrieved(Log& log, Coro<> program) {
  sim::running_loop().set_exception_handler(
      [&](sim::EventLoop&, const sim::ExceptionContext& context) {
        log.push_back(std::to_string(sim::uptime() / 1s) + " " +
                      sim::internal::describe_exception(context.exception));
      });
  co_await std::move(program);
}

TEST(Gather, OneThatWasDroppedReportsTheFirstExceptionWhenAllHaveEnded) {
  Log log;
  const auto body = []() -> Coro<> {
    sim::gather(fail_after(1s, "first"), fail_after(2s, "second"), number_after(3s, 1));
    co_await sim::sleep(4s);
    sim::gather(sim::gather(fail_after(1s, "inner"), fail_after(2s, "x")), number_after(3s, 1));
    co_await sim::sleep(4s);
    sim::gather_settled(fail_after(1s, "first"), fail_after(2s, "second"));
    co_await sim::sleep(4s);
  };
  Findings findings;
  sim::run(log_unretrieved(log, body()), observed_by(findings));
  EXPECT_THAT(log, ElementsAre("3 std::runtime_error: first", "7 std::runtime_error: inner"));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::exception_never_retrieved,
                                            sim::FindingKind::exception_never_retrieved));
}

TEST(Gather, OneThatWasDroppedIsToldOfFuturesThatOthersEnd) {
  Log log;
  const auto body = []() -> Coro<> {
    auto first = sim::running_loop().create_future<int>();
    auto second = sim::running_loop().create_future<int>();
    sim::gather(first, second);
    co_await sim::sleep(1s);
    first.set_exception(std::runtime_error("first"));
    first = {};
    co_await sim::sleep(1s);
    second.set_exception(std::runtime_error("second"));
    co_await sim::sleep(1s);
  };
  Findings findings;
  sim::run(log_unretrieved(log, body()), observed_by(findings));
  EXPECT_THAT(log, ElementsAre("2 std::runtime_error: first"));
}

TEST(Gather, OneThatWasDroppedCallsItsCallbacks) {
  Log log;
  const auto body = [&]() -> Coro<> {
    sim::gather(number_after(2s, 1), number_after(1s, 2)).add_done_callback([&](const auto& all) {
      const auto [a, b] = all.result();
      log.push_back(std::to_string(a) + ", " + std::to_string(b));
    });
    co_await sim::sleep(3s);
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("1, 2"));
}

TEST(Gather, OneThatWasDroppedGoesWithAFutureThatNobodyCanEnd) {
  const auto body = []() -> Coro<> {
    const auto token = std::make_shared<int>(0);
    auto child = create_task(number_after(1s, 1));
    {
      const auto future = sim::running_loop().create_future<int>();
      sim::gather(future, future, future).add_done_callback([token] {});
      auto all = sim::gather(future, child);
      all.add_done_callback([token] {});
      EXPECT_EQ(token.use_count(), 3);
    }
    EXPECT_EQ(token.use_count(), 2) << "one of its children will end";
    sim::gather(sim::running_loop().create_future<int>()).add_done_callback([token] {});
    EXPECT_EQ(token.use_count(), 2);
    co_await child;
    co_await sim::yield();
    EXPECT_EQ(token.use_count(), 1);
  };
  sim::run(body());
}

TEST(Gather, CancellingACycleThroughItThrows) {
  Findings findings;
  const auto body = []() -> Coro<> {
    std::vector<Task<>> tasks;
    const auto wait = [&]() -> Coro<> { co_await sim::gather(tasks); };
    tasks.push_back(create_task(wait(), "a"));
    tasks.push_back(create_task(wait(), "b"));
    co_await sim::yield();
    EXPECT_THROW(tasks[0].cancel(), std::runtime_error);
    const auto again = [&]() -> Coro<> { co_await tasks[1]; };
    const auto limited = co_await sim::settle(sim::wait_for(again(), 1s));
    static_cast<void>(limited);
  };
  EXPECT_THROW(sim::run(body(), observed_by(findings)), sim::DeadlockError);
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::unhandled_exception,
                                            sim::FindingKind::deadlock));
}

TEST(Gather, ADeadlockReportNamesItsChildren) {
  const auto body = []() -> Coro<> {
    sim::Event never;
    auto child = create_task(never.wait(), "child");
    co_await sim::gather(child, number(1));
  };
  try {
    sim::run(body());
    FAIL() << "no deadlock";
  } catch (const sim::DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("main waits for gather of 2"));
    EXPECT_THAT(error.what(), HasSubstr("child waits for Event made at"));
  }
}

TEST(Gather, OutsideARunThrows) {
  EXPECT_THROW(sim::gather(std::vector<Task<int>>()), std::runtime_error);
}

}  // namespace
