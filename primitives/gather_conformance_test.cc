// gather(): what CPython's own tests show of it and no other test here does (docs/conformance.md).
#include "primitives/gather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Future;
using sim::gather;
using sim::gather_settled;
using sim::Task;
using testing::ElementsAre;

std::vector<Future<int>> futures(int n) {
  std::vector<Future<int>> made;
  for (int i = 0; i < n; ++i) made.push_back(sim::running_loop().create_future<int>());
  return made;
}
Coro<int> value_of(Future<int> future) { co_return co_await future; }
// Coroutines that await the futures.
std::vector<Coro<int>> coroutines(const std::vector<Future<int>>& of) {
  std::vector<Coro<int>> made;
  for (const auto& future : of) made.push_back(value_of(future));
  return made;
}
// Runs what is ready, and what that makes ready.
Coro<> let_everything_run() {
  for (int i = 0; i < 10; ++i) co_await sim::yield();
}
// A gather with a count of how often its callback ran.
template <class F>
struct Watched {
  explicit Watched(F f) : all(std::move(f)) {
    all.add_done_callback([this] { ++called; });
  }
  F all;
  int called = 0;
};

TEST(Gather, EndsWhenTheLastOfItsFuturesHas) {
  const auto body = []() -> Coro<> {
    auto of = futures(3);
    Watched future_gather(gather(of));
    Watched coroutine_gather(gather(coroutines(of)));
    of[1].set_result(1);
    of[0].set_result(2);
    co_await let_everything_run();
    EXPECT_FALSE(future_gather.all.done() || coroutine_gather.all.done());
    EXPECT_EQ(future_gather.called + coroutine_gather.called, 0);
    of[2].set_result(3);
    co_await let_everything_run();
    EXPECT_EQ(future_gather.called, 1);
    EXPECT_EQ(coroutine_gather.called, 1);
    EXPECT_THAT(future_gather.all.result(), ElementsAre(2, 1, 3));
    EXPECT_THAT(coroutine_gather.all.result(), ElementsAre(2, 1, 3));
  };
  sim::run(body());
}

TEST(Gather, SettledEndsWhenTheLastOfItsFuturesHas) {
  const auto body = []() -> Coro<> {
    auto of = futures(3);
    Watched settled(gather_settled(of));
    of[1].set_result(1);
    of[0].set_result(2);
    co_await let_everything_run();
    EXPECT_FALSE(settled.all.done());
    of[2].set_result(3);
    co_await let_everything_run();
    EXPECT_EQ(settled.called, 1);
    const auto& outcomes = settled.all.result();
    EXPECT_EQ(outcomes[0].value(), 2);
    EXPECT_EQ(outcomes[1].value(), 1);
    EXPECT_EQ(outcomes[2].value(), 3);
  };
  sim::run(body());
}

TEST(Gather, EndsWithTheFirstExceptionWhateverTheOthersDoLater) {
  const auto body = []() -> Coro<> {
    auto of = futures(5);
    Watched watched(gather(of));
    of[0].set_result(1);
    of[1].set_exception(std::runtime_error("first"));
    co_await let_everything_run();
    EXPECT_TRUE(watched.all.done());
    EXPECT_EQ(watched.called, 1);
    EXPECT_TRUE(watched.all.exception() == of[1].exception());
    of[2].set_result(3);
    of[3].cancel();
    of[4].set_exception(std::runtime_error("late"));
    EXPECT_NE(of[4].exception(), nullptr);
    co_await let_everything_run();
    EXPECT_EQ(watched.called, 1);
  };
  sim::run(body());
}

TEST(Gather, SettledWaitsForAllAndKeepsTheirExceptions) {
  const auto body = []() -> Coro<> {
    auto of = futures(4);
    Watched watched(gather_settled(of));
    of[1].set_result(1);
    of[2].set_exception(std::runtime_error("one"));
    of[0].set_result(3);
    co_await let_everything_run();
    EXPECT_FALSE(watched.all.done());
    of[3].set_exception(std::out_of_range("two"));
    co_await let_everything_run();
    EXPECT_EQ(watched.called, 1);
    const auto& outcomes = watched.all.result();
    EXPECT_EQ(outcomes[0].value(), 3);
    EXPECT_EQ(outcomes[1].value(), 1);
    EXPECT_TRUE(outcomes[2].exception() == of[2].exception());
    EXPECT_TRUE(outcomes[3].exception() == of[3].exception());
  };
  sim::run(body());
}

TEST(Gather, AChildThatIsCancelledIsItsExceptionAndNotItsCancellation) {
  const auto body = []() -> Coro<> {
    auto of = futures(5);
    Watched watched(gather(of));
    of[0].set_result(1);
    of[1].cancel("gone");
    co_await let_everything_run();
    EXPECT_TRUE(watched.all.done());
    EXPECT_EQ(watched.called, 1);
    EXPECT_FALSE(watched.all.cancelled());
    EXPECT_EQ(sim::internal::cancel_message(watched.all.exception()), "gone");
    of[2].set_result(3);
    of[3].cancel();
    of[4].set_exception(std::runtime_error("late"));
    EXPECT_NE(of[4].exception(), nullptr);
    co_await let_everything_run();
  };
  sim::run(body());
}

TEST(Gather, SettledKeepsCancellationsAmongTheOthers) {
  const auto body = []() -> Coro<> {
    auto of = futures(6);
    Watched watched(gather_settled(of));
    of[0].set_result(1);
    of[1].set_exception(std::runtime_error("one"));
    of[2].cancel();
    co_await let_everything_run();
    EXPECT_FALSE(watched.all.done());
    of[3].set_result(3);
    of[4].cancel();
    of[5].set_exception(std::out_of_range("two"));
    const auto outcomes = co_await watched.all;
    EXPECT_EQ(outcomes[0].value(), 1);
    EXPECT_FALSE(outcomes[1].cancelled() || outcomes[1].has_value());
    EXPECT_TRUE(outcomes[2].cancelled());
    EXPECT_EQ(outcomes[3].value(), 3);
    EXPECT_TRUE(outcomes[4].cancelled());
    EXPECT_THROW(outcomes[5].value(), std::out_of_range);
    EXPECT_EQ(watched.called, 1);
  };
  sim::run(body());
}

TEST(Gather, RefusesACancellationOnceItsChildrenAreDone) {
  const auto body = []() -> Coro<> {
    auto of = futures(1);
    auto all = gather(coroutines(of));
    co_await sim::yield();  // the child waits
    bool accepted = true;
    of[0].add_done_callback([&] { accepted = all.cancel(); });
    of[0].set_result(42);
    EXPECT_THAT(co_await all, ElementsAre(42));
    EXPECT_FALSE(accepted);
    EXPECT_FALSE(all.cancelled());
  };
  sim::run(body());
}

TEST(Gather, SettledThrowsACancellationOfWhoAwaitsItWithItsMessage) {
  const auto body = []() -> Coro<> {
    for (const std::string message : {"", "my message"}) {
      const auto again_and_again = []() -> Coro<> {
        for (int i = 0; i < 20; ++i) co_await gather_settled(sim::sleep(50ms));
      };
      auto task = create_task(again_and_again());
      co_await sim::sleep(200ms);
      task.cancel(message);
      EXPECT_EQ(co_await sim::test::cancellation_of(task), message);
      EXPECT_TRUE(task.cancelled());
    }
  };
  sim::run(body());
}

TEST(Gather, OneTaskGivenSeveralTimesGivesItsResultAtEachPlace) {
  const auto body = []() -> Coro<> {
    const auto text = [](std::string t) -> Coro<std::string> { co_return t; };
    auto abc = create_task(text("abc"));
    auto def = create_task(text("def"));
    std::vector<Task<std::string>> tasks{abc, abc, def, abc};
    EXPECT_THAT(co_await gather(tasks), ElementsAre("abc", "abc", "def", "abc"));
  };
  sim::run(body());
}

TEST(Gather, CancellingWhoAwaitsItReachesEveryChildAndWhatItAwaits) {
  const auto body = []() -> Coro<> {
    int proof = 0;
    auto waiter = futures(1)[0];
    const auto inner = [&]() -> Coro<> {
      co_await waiter;
      proof += 1;
    };
    auto a = create_task(inner());
    auto b = create_task(inner());
    std::vector<Task<>> children{a, b};
    auto all = gather(children);
    const auto outer = [&]() -> Coro<> {
      co_await all;
      proof += 100;
    };
    auto task = create_task(outer());
    co_await sim::yield();
    EXPECT_TRUE(task.cancel());
    co_await sim::settle(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_FALSE(all.cancel());
    EXPECT_TRUE(waiter.cancelled());
    EXPECT_TRUE(a.cancelled() && b.cancelled());
    co_await sim::yield();
    EXPECT_EQ(proof, 0);
  };
  sim::run(body());
}

TEST(Gather, ExceptionsAfterTheFirstAreLookedAt) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    auto of = futures(2);
    const auto inner = [](Future<int> future) -> Coro<> {
      co_await future;
      throw std::runtime_error("not to be ignored");
    };
    const auto outer = [&]() -> Coro<> { co_await gather(inner(of[0]), inner(of[1])); };
    auto task = create_task(outer());
    co_await let_everything_run();
    of[0].set_result(0);
    co_await let_everything_run();
    of[1].set_result(0);
    co_await let_everything_run();
    EXPECT_NE(task.exception(), nullptr);
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), testing::IsEmpty())
      << (findings.all().empty() ? "" : findings.all()[0].message);
}

TEST(Gather, OfCoroutinesNeedsARun) {
  const auto number = [](int n) -> Coro<int> { co_return n; };
  EXPECT_THROW(static_cast<void>(gather(number(1), number(2))), std::runtime_error);
}

}  // namespace
