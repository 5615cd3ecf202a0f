// Asynchronous generators: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/async_generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::AsyncGenerator;
using sim::Coro;
using sim::create_task;
using sim::test::Findings;
using testing::ElementsAre;
using testing::HasSubstr;

AsyncGenerator<int> one_two() {
  co_yield 1;
  co_yield 2;
}

TEST(AsyncGenerator, MayYieldOnAfterAnExceptionAndThrowItThen) {
  const auto body = []() -> Coro<> {
    const auto finally_yields = []() -> AsyncGenerator<int> {
      std::exception_ptr error;
      try {
        co_yield 1;
        throw std::out_of_range("far");
      } catch (const std::out_of_range&) {
        error = std::current_exception();
      }
      co_yield 2;
      co_await sim::yield();
      co_yield 3;
      std::rethrow_exception(error);
    };
    auto generator = finally_yields();
    std::vector<int> values;
    for (int i = 0; i < 3; ++i) values.push_back(*co_await generator.next());
    EXPECT_THAT(values, ElementsAre(1, 2, 3));
    const auto ended = co_await sim::settle(generator.next());
    EXPECT_THROW(ended.value(), std::out_of_range);
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

// Sets `unwound` as it goes.
struct Unwinding {
  ~Unwinding() { unwound = true; }
  bool& unwound;
};

TEST(AsyncGenerator, AnExceptionOfWhatItAwaitsUnwindsIt) {
  const auto body = []() -> Coro<> {
    bool unwound = false;
    const auto crash = []() -> Coro<> {
      co_await sim::sleep(10ms);
      throw std::out_of_range("far");
    };
    const auto fails = [&]() -> AsyncGenerator<int> {
      const Unwinding unwinding{unwound};
      co_await sim::sleep(10ms);
      co_yield 1;
      co_await crash();
      ADD_FAILURE() << "it has thrown";
      co_yield 2;
    };
    auto generator = fails();
    EXPECT_EQ(*co_await generator.next(), 1);
    const auto ended = co_await sim::settle(generator.next());
    EXPECT_THROW(ended.value(), std::out_of_range);
    EXPECT_TRUE(unwound);
  };
  sim::run(body());
}

TEST(AsyncGenerator, ACancelledTaskThatItAwaitsUnwindsIt) {
  const auto body = []() -> Coro<> {
    bool unwound = false;
    const auto waits = [&]() -> AsyncGenerator<int> {
      const Unwinding unwinding{unwound};
      co_yield 1;
      auto sleeping = create_task(sim::sleep(10ms));
      sim::running_loop().call_later(5ms, [sleeping] { sleeping.cancel(); });
      co_await sleeping;
      ADD_FAILURE() << "it was cancelled";
      co_yield 2;
    };
    auto generator = waits();
    EXPECT_EQ(*co_await generator.next(), 1);
    const auto ended = co_await sim::settle(generator.next());
    EXPECT_TRUE(sim::internal::is_cancelled_error(ended.exception()));
    EXPECT_TRUE(unwound);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  };
  sim::run(body());
}

TEST(AsyncGenerator, ItsCleanupMayAwaitATaskThatFails) {
  const auto body = []() -> Coro<> {
    bool caught = false;
    const auto target = []() -> Coro<> {
      co_await sim::sleep(10ms);
      throw std::out_of_range("far");
    };
    const auto careful = [&]() -> AsyncGenerator<int> {
      auto task = create_task(target());
      try {
        co_yield 1;
      } catch (const sim::GeneratorExit&) {
      }
      const auto ended = co_await sim::settle(task);
      caught = !ended.has_value();
    };
    auto generator = careful();
    co_await generator.next();
    co_await generator.aclose();
    EXPECT_TRUE(caught);
    EXPECT_EQ(sim::uptime(), 10ms);
  };
  sim::run(body());
}

TEST(AsyncGenerator, OneNextIsAwaitedOnce) {
  const auto body = []() -> Coro<> {
    auto generator = one_two();
    auto next = generator.next();
    EXPECT_EQ(*co_await std::move(next), 1);
    std::string error;
    try {
      co_await std::move(next);  // NOLINT: that is the claim
    } catch (const std::runtime_error& e) {
      error = e.what();
    }
    EXPECT_EQ(error, "cannot reuse an already awaited AsyncGenerator.next");
    EXPECT_EQ(*co_await generator.next(), 2) << "the second await took nothing";
  };
  sim::run(body());
}

TEST(AsyncGenerator, MayBeClosedTwice) {
  const auto body = []() -> Coro<> {
    auto generator = one_two();
    co_await generator.aclose();
    co_await generator.aclose();
    EXPECT_EQ(co_await generator.next(), nullptr);
  };
  sim::run(body());
}

TEST(AsyncGenerator, ANextThatNobodyAwaitsIsFound) {
  Findings findings;
  const auto body = []() -> Coro<> {
    auto generator = one_two();
    { auto dropped = generator.next(); }
    { auto dropped = generator.aclose(); }
    EXPECT_EQ(*co_await generator.next(), 1);
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::never_awaited,
                                            sim::FindingKind::never_awaited));
  EXPECT_THAT(findings.all()[0].message, HasSubstr("AsyncGenerator.next"));
}

}  // namespace
