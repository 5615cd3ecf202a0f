#include "primitives/async_generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::AsyncGenerator;
using sim::Coro;
using sim::create_task;
using sim::GeneratorExit;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AsyncGenerator<int> ticks(int n) {
  for (int i = 0; i < n; ++i) {
    co_await sim::sleep(1s);
    co_yield i;
  }
}

// Writes when it is entered and left. A scope's destructor is what Python's finally is without
// awaits.
struct Scope {
  Scope(Log& to, std::string n) : log(to), name(std::move(n)) { log.push_back("enter " + name); }
  ~Scope() { log.push_back("leave " + name); }
  Log& log;
  std::string name;
};

AsyncGenerator<int> scoped(Log& log) {
  const Scope scope(log, "body");
  co_yield 1;
  log.push_back("goes on");
  co_yield 2;
}

Coro<std::vector<int>> collect(AsyncGenerator<int> generator) {
  std::vector<int> values;
  while (const int* value = co_await generator.next()) values.push_back(*value);
  co_return values;
}

TEST(AsyncGenerator, YieldsAndAwaitsInsideTheTaskThatAsks) {
  const auto body = []() -> Coro<> {
    EXPECT_THAT(co_await collect(ticks(3)), ElementsAre(0, 1, 2));
    EXPECT_EQ(sim::uptime(), 3s);
    EXPECT_EQ(sim::all_tasks().size(), 1u);
  };
  sim::run(body());
}

TEST(AsyncGenerator, DoesNothingBeforeTheFirstNextAndNothingAfterItsEnd) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto generator = scoped(log);
    EXPECT_THAT(log, IsEmpty());
    co_await generator.next();
    co_await generator.next();
    EXPECT_EQ(co_await generator.next(), nullptr);
    EXPECT_THAT(log, ElementsAre("enter body", "goes on", "leave body"));
    EXPECT_EQ(co_await generator.next(), nullptr);
    co_await generator.aclose();
  };
  sim::run(body());
}

TEST(AsyncGenerator, AValueWithoutAnAwaitBeforeItTakesNoIteration) {
  const auto body = []() -> Coro<> {
    const auto numbers = []() -> AsyncGenerator<int> {
      co_yield 1;
      co_yield 2;
    };
    auto generator = numbers();
    const auto drain = [&]() -> Coro<> {
      while (co_await generator.next() != nullptr) {
      }
    };
    EXPECT_EQ(co_await sim::test::iterations(drain), 0);
  };
  sim::run(body());
}

TEST(AsyncGenerator, AValueMayBeMovedOutAndChanged) {
  const auto body = []() -> Coro<> {
    const auto make = []() -> AsyncGenerator<std::unique_ptr<int>> {
      auto value = std::make_unique<int>(1);
      co_yield value;
      EXPECT_EQ(value, nullptr) << "the caller took it";
      co_yield std::make_unique<int>(2);
    };
    auto generator = make();
    const std::unique_ptr<int> first = std::move(*co_await generator.next());
    EXPECT_EQ(*first, 1);
    const auto* second = co_await generator.next();
    EXPECT_EQ(**second, 2);
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

TEST(AsyncGenerator, AYieldedConstantStaysAsItIs) {
  const auto body = []() -> Coro<> {
    const auto make = []() -> AsyncGenerator<std::string> {
      const std::string constant = "one";
      co_yield constant;
      EXPECT_EQ(constant, "one");
    };
    auto generator = make();
    std::string* const value = co_await generator.next();
    *value += ", changed";
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

TEST(AsyncGenerator, AnExceptionComesOutOnceAndEndsIt) {
  const auto body = []() -> Coro<> {
    const auto fails = []() -> AsyncGenerator<int> {
      co_yield 1;
      co_await sim::yield();
      throw std::out_of_range("far");
    };
    auto generator = fails();
    co_await generator.next();
    const auto ended = co_await sim::settle(generator.next());
    EXPECT_THROW(ended.value(), std::out_of_range);
    EXPECT_EQ(co_await generator.next(), nullptr);
    co_await generator.aclose();
  };
  sim::run(body());
}

TEST(AsyncGenerator, ACancellationComesToItsBodyAndEndsIt) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto waits = [&]() -> AsyncGenerator<int> {
      const Scope scope(log, "body");
      co_await sim::sleep(1h);
      co_yield 1;
    };
    auto generator = waits();
    const auto ask = [&]() -> Coro<> { co_await generator.next(); };
    auto task = create_task(ask());
    co_await sim::sleep(1s);
    task.cancel("enough");
    EXPECT_EQ(co_await sim::test::cancellation_of(task), "enough");
    EXPECT_THAT(log, ElementsAre("enter body", "leave body"));
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

TEST(AsyncGenerator, ABodyThatSwallowsACancellationGoesOn) {
  const auto body = []() -> Coro<> {
    const auto stubborn = []() -> AsyncGenerator<int> {
      for (int i = 0;; ++i) {
        const auto slept = co_await sim::settle(sim::sleep(1s));
        co_yield slept.cancelled() ? 99 : i;
      }
    };
    auto generator = stubborn();
    const auto ask = [&]() -> Coro<int> { co_return *co_await generator.next(); };
    auto task = create_task(ask());
    co_await sim::yield();
    task.cancel();
    EXPECT_EQ(co_await task, 99);
    EXPECT_EQ(co_await ask(), 1);
    co_await generator.aclose();
  };
  sim::run(body());
}

TEST(AsyncGenerator, ACancelledTaskLeavesOneThatStandsAtAYieldAlone) {
  const auto body = []() -> Coro<> {
    auto generator = ticks(3);
    const auto consume = [&]() -> Coro<> {
      co_await generator.next();
      co_await sim::sleep(1h);
    };
    auto consumer = create_task(consume());
    co_await sim::sleep(2s);
    consumer.cancel();
    co_await sim::settle(consumer);
    const int* value = co_await generator.next();
    EXPECT_EQ(*value, 1);
  };
  sim::run(body());
}

TEST(AsyncGenerator, OneThatRunsCannotBeAskedOrClosedByOthers) {
  const auto body = []() -> Coro<> {
    auto generator = ticks(1);
    const auto ask = [&]() -> Coro<int> { co_return *co_await generator.next(); };
    auto task = create_task(ask());
    co_await sim::yield();
    const auto next = co_await sim::settle(generator.next());
    EXPECT_TRUE(next.exception() != nullptr);
    const auto close = co_await sim::settle(generator.aclose());
    EXPECT_THROW(close.value(), std::runtime_error);
    EXPECT_EQ(co_await task, 0) << "whoever was first is not disturbed";
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

TEST(AsyncGenerator, AskedFromWithinItselfThrows) {
  const auto body = []() -> Coro<> {
    std::optional<AsyncGenerator<int>> generator;
    const auto curious = [&]() -> AsyncGenerator<int> {
      const auto next = co_await sim::settle(generator->next());
      EXPECT_TRUE(next.exception() != nullptr);
      co_yield 1;
    };
    generator.emplace(curious());
    const int* value = co_await generator->next();
    EXPECT_EQ(*value, 1);
  };
  sim::run(body());
}

TEST(AsyncGenerator, AcloseThrowsGeneratorExitAtTheYieldAndAwaitsTheCleanup) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto careful = [&]() -> AsyncGenerator<int> {
      bool exiting = false;
      try {
        co_yield 1;
      } catch (const GeneratorExit&) {
        exiting = true;
      }
      if (exiting) co_await sim::sleep(2s);
      log.push_back("closed");
    };
    auto generator = careful();
    co_await generator.next();
    co_await generator.aclose();
    EXPECT_EQ(sim::uptime(), 2s);
    EXPECT_EQ(co_await generator.next(), nullptr);
    co_await generator.aclose();
  };
  sim::run(body());
  EXPECT_THAT(log, ElementsAre("closed"));
}

TEST(AsyncGenerator, AcloseUnwindsABodyThatCatchesNothing) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto generator = scoped(log);
    co_await generator.next();
    co_await generator.aclose();
    EXPECT_THAT(log, ElementsAre("enter body", "leave body"));
  };
  sim::run(body());
}

TEST(AsyncGenerator, ACloseBeforeTheFirstNextRunsNothing) {
  Log log;
  const auto body = [&]() -> Coro<> {
    auto generator = scoped(log);
    co_await generator.aclose();
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
  EXPECT_THAT(log, IsEmpty());
}

TEST(AsyncGenerator, ABodyThatYieldsInsteadOfEndingThrowsAndGoesOn) {
  const auto body = []() -> Coro<> {
    const auto stubborn = []() -> AsyncGenerator<int> {
      bool exiting = false;
      try {
        co_yield 1;
      } catch (const GeneratorExit&) {
        exiting = true;
      }
      if (exiting) co_yield 2;
      co_yield 3;
    };
    auto generator = stubborn();
    co_await generator.next();
    const auto closed = co_await sim::settle(generator.aclose());
    EXPECT_THROW(closed.value(), std::runtime_error);
    const int* value = co_await generator.next();
    EXPECT_EQ(*value, 3);
    EXPECT_EQ(co_await generator.next(), nullptr);
    co_await generator.aclose();
  };
  sim::run(body());
}

TEST(AsyncGenerator, AnExceptionOfItsCleanupComesOutOfAclose) {
  const auto body = []() -> Coro<> {
    const auto fails = []() -> AsyncGenerator<int> {
      try {
        co_yield 1;
      } catch (const GeneratorExit&) {
        throw 7;
      }
    };
    auto generator = fails();
    co_await generator.next();
    const auto closed = co_await sim::settle(generator.aclose());
    EXPECT_THROW(closed.value(), int);
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

TEST(AsyncGenerator, ACancelledAcloseEndsIt) {
  const auto body = []() -> Coro<> {
    const auto slow = []() -> AsyncGenerator<int> {
      bool exiting = false;
      try {
        co_yield 1;
      } catch (const GeneratorExit&) {
        exiting = true;
      }
      if (exiting) co_await sim::sleep(1h);
    };
    auto generator = slow();
    co_await generator.next();
    auto closing = create_task(generator.aclose());
    co_await sim::yield();
    const auto asked = co_await sim::settle(generator.next());
    EXPECT_TRUE(asked.exception() != nullptr) << "it is closing";
    closing.cancel();
    const auto ended = co_await sim::settle(closing);
    EXPECT_TRUE(ended.cancelled());
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

TEST(AsyncGenerator, DestroyedUnfinishedItRunsItsDestructors) {
  Log log;
  Findings findings;
  const auto body = [&]() -> Coro<> {
    {
      auto generator = scoped(log);
      co_await generator.next();
    }
    EXPECT_THAT(log, ElementsAre("enter body", "leave body"));
    { auto never_asked = scoped(log); }
    auto replaced = scoped(log);
    co_await replaced.next();
    replaced = ticks(1);
    EXPECT_THAT(log, ElementsAre("enter body", "leave body", "enter body", "leave body"));
    EXPECT_THAT(co_await collect(std::move(replaced)), ElementsAre(0));
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(AsyncGenerator, DestroyedWhileATaskAwaitsItTheTaskIsTold) {
  Log log;
  Findings findings;
  const auto body = [&]() -> Coro<> {
    const auto waits = [&]() -> AsyncGenerator<int> {
      const Scope scope(log, "body");
      co_await sim::sleep(2s);
      co_yield 1;
    };
    auto generator = std::make_unique<AsyncGenerator<int>>(waits());
    const auto wait = [&]() -> Coro<> { co_await generator->next(); };
    auto asking = create_task(wait());
    co_await sim::sleep(1s);
    generator = nullptr;
    EXPECT_THAT(log, ElementsAre("enter body")) << "the body belongs to who awaits it";
    const auto ended = co_await sim::settle(asking);
    EXPECT_THROW(ended.value(), std::runtime_error);
    EXPECT_THAT(log, ElementsAre("enter body", "leave body"));
  };
  sim::run(body(), observed_by(findings));
  ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::destroyed_in_use));
  EXPECT_THAT(findings.all()[0].message, HasSubstr("asynchronous generator"));
}

TEST(AsyncGenerator, DestroyedWhileATaskAwaitsItTheTaskCanBeCancelled) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto generator = std::make_unique<AsyncGenerator<int>>(ticks(3));
    const auto wait = [&]() -> Coro<> { co_await generator->next(); };
    auto asking = create_task(wait());
    co_await sim::yield();
    generator = nullptr;
    asking.cancel();
    const auto ended = co_await sim::settle(asking);
    EXPECT_TRUE(ended.cancelled());
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::destroyed_in_use));
}

TEST(AsyncGenerator, OneGeneratorMayAskAnother) {
  const auto body = []() -> Coro<> {
    const auto doubled = [](AsyncGenerator<int> inner) -> AsyncGenerator<int> {
      while (const int* value = co_await inner.next()) {
        co_yield *value;
        co_yield *value * 10;
      }
    };
    EXPECT_THAT(co_await collect(doubled(ticks(3))), ElementsAre(0, 0, 1, 10, 2, 20));
  };
  sim::run(body());
}

TEST(AsyncGenerator, LeftBehindAtTheEndOfTheRunItIsDestroyed) {
  Log log;
  const auto body = [&]() -> Coro<> {
    const auto forever = [&]() -> AsyncGenerator<int> {
      const Scope scope(log, "body");
      co_await sim::running_loop().create_future<>();
      co_yield 1;
    };
    auto generator = forever();
    co_await generator.next();
  };
  EXPECT_THROW(sim::run(body()), sim::DeadlockError);
  EXPECT_THAT(log, ElementsAre("enter body", "leave body"));
}

TEST(AsyncGenerator, AMillionValuesGrowNoStack) {
  const auto body = []() -> Coro<> {
    const auto count = []() -> AsyncGenerator<int> {
      for (int i = 0; i < 1'000'000; ++i) co_yield i;
    };
    auto generator = count();
    std::int64_t sum = 0;
    while (const int* value = co_await generator.next()) sum += *value;
    EXPECT_EQ(sum, 499'999'500'000);
  };
  sim::run(body());
}

}  // namespace
