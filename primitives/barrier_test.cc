#include "primitives/barrier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Barrier;
using sim::Coro;
using sim::create_task;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Barrier, TheExampleOfTheHeaderCompiles) {
  int phases = 0;
  const auto start_next_phase = [&] { ++phases; };
  sim::Barrier barrier(3);
  const auto worker = [&]() -> Coro<> {
    std::size_t index = co_await barrier.wait();  // suspends until three tasks stand here
    if (index == 0) start_next_phase();
  };
  const auto body = [&]() -> Coro<> { co_await sim::gather(worker(), worker(), worker()); };
  sim::run(body());
  EXPECT_EQ(phases, 1);
}

// What follows logs what happens to tasks at a barrier of three, and "STATE waiting" between.
// CPython 3.13 gives the same logs.
class BarrierLog : public testing::Test {
 protected:
  Coro<> passes(std::string name) {
    auto ended = co_await sim::settle(barrier_.wait());
    if (ended.has_value()) {
      log_.push_back(name + "=" + std::to_string(ended.value()));
    } else if (ended.cancelled()) {
      log_.push_back(name + " cancelled");
      ended.value();
    } else {
      EXPECT_THROW(ended.value(), sim::BrokenBarrierError);
      log_.push_back(name + " broken");
    }
  }
  Coro<> ticks(int n) {
    for (; n > 0; --n) {
      co_await sim::yield();
      log_.push_back("tick");
    }
  }
  void state() {
    log_.push_back(std::to_string(barrier_.n_waiting()) + " waiting" +
                   (barrier_.broken() ? ", broken" : ""));
  }

  Log log_;
  Barrier barrier_{3};
};

TEST_F(BarrierLog, ResetThrowsAtThoseWhoWaitAndMakesItAsNew) {
  const auto body = [&]() -> Coro<> {
    auto a = create_task(passes("a"));
    auto b = create_task(passes("b"));
    co_await ticks(1);
    state();
    co_await barrier_.reset();
    state();
    auto c = create_task(passes("c"));
    co_await ticks(3);
    state();
    co_await sim::gather(a, b);
    auto d = create_task(passes("d"));
    auto e = create_task(passes("e"));
    co_await ticks(3);
    state();
    co_await sim::gather(c, d, e);
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("tick", "2 waiting", "0 waiting", "a broken", "b broken", "tick",
                                "tick", "tick", "1 waiting", "e=2", "tick", "c=0", "d=1", "tick",
                                "tick", "0 waiting"));
}

TEST_F(BarrierLog, AbortThrowsAtThoseWhoWaitAndAtThoseWhoComeUntilItIsReset) {
  const auto body = [&]() -> Coro<> {
    auto a = create_task(passes("a"));
    co_await ticks(1);
    state();
    co_await barrier_.abort();
    state();
    auto b = create_task(passes("b"));
    co_await ticks(3);
    state();
    co_await barrier_.reset();
    state();
    co_await sim::gather(passes("c"), passes("d"), passes("e"));
    state();
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("tick", "1 waiting", "0 waiting, broken", "a broken", "b broken",
                                "tick", "tick", "tick", "0 waiting, broken", "0 waiting", "e=2",
                                "c=0", "d=1", "0 waiting"));
}

TEST_F(BarrierLog, ThoseWhoHaveBeenReleasedButHaveNotLeftAreResetToo) {
  const auto body = [&]() -> Coro<> {
    auto a = create_task(passes("a"));
    auto b = create_task(passes("b"));
    co_await ticks(1);
    co_await passes("main");
    state();
    co_await barrier_.reset();
    state();
    auto c = create_task(passes("c"));
    co_await ticks(3);
    state();
    c.cancel();
    co_await sim::settle(c);
    state();
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("tick", "main=2", "0 waiting", "0 waiting", "a broken", "b broken",
                                "tick", "tick", "tick", "1 waiting", "c cancelled", "0 waiting"));
}

TEST_F(BarrierLog, ThoseWhoHaveBeenReleasedButHaveNotLeftAreAbortedToo) {
  const auto body = [&]() -> Coro<> {
    auto a = create_task(passes("a"));
    auto b = create_task(passes("b"));
    co_await ticks(1);
    co_await passes("main");
    co_await barrier_.abort();
    state();
    co_await ticks(2);
    state();
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("tick", "main=2", "0 waiting, broken", "a broken", "b broken",
                                "tick", "tick", "0 waiting, broken"));
}

TEST_F(BarrierLog, ACancellationOfOneWhoIsBeingResetLetsTheOthersIn) {
  const auto body = [&]() -> Coro<> {
    auto a = create_task(passes("a"));
    auto b = create_task(passes("b"));
    co_await ticks(1);
    co_await barrier_.reset();
    a.cancel();
    auto c = create_task(passes("c"));
    co_await ticks(3);
    state();
    c.cancel();
    co_await sim::settle(c);
    state();
  };
  sim::run(body());
  EXPECT_THAT(log_, ElementsAre("tick", "a cancelled", "b broken", "tick", "tick", "tick",
                                "1 waiting", "c cancelled", "0 waiting"));
}

TEST(Barrier, OfOneNeverSuspends) {
  const auto body = []() -> Coro<> {
    Barrier barrier(1);
    const auto pass = [&] { return barrier.wait(); };
    EXPECT_EQ(co_await sim::test::iterations(pass), 0);
    EXPECT_EQ(barrier.parties(), 1u);
    EXPECT_EQ(barrier.n_waiting(), 0u);
  };
  sim::run(body());
}

TEST(Barrier, OfOneLetsNobodyPassOnceItIsAborted) {
  const auto body = []() -> Coro<> {
    Barrier barrier(1);
    co_await barrier.abort();
    const auto ended = co_await sim::settle(barrier.wait());
    EXPECT_THROW(ended.value(), sim::BrokenBarrierError);
    EXPECT_TRUE(barrier.broken());
    co_await barrier.reset();
    EXPECT_EQ(co_await barrier.wait(), 0u);
  };
  sim::run(body());
}

TEST(Barrier, OfNoneIsRefusedWithItsPlace) {
  for (const int parties : {0, -1}) {
    try {
      Barrier barrier(parties);
      FAIL();
    } catch (const std::invalid_argument& e) {
      EXPECT_THAT(e.what(), HasSubstr("Barrier made at primitives/barrier_test.cc:"));
      EXPECT_THAT(e.what(), HasSubstr("parties must be > 0, not " + std::to_string(parties)));
    }
  }
}

TEST(Barrier, IsTheManagerOfABlock) {
  std::vector<std::size_t> indices;
  const auto body = [&]() -> Coro<> {
    Barrier barrier(2);
    const auto phase = [&]() -> Coro<> {
      const auto block = [&](std::size_t& index) -> Coro<> {
        indices.push_back(index);
        co_return;
      };
      co_await sim::async_with(barrier, block);
    };
    co_await sim::gather(phase(), phase());
  };
  sim::run(body());
  EXPECT_THAT(indices, ElementsAre(1, 0));
}

TEST(Barrier, ADeadlockNamesIt) {
  const auto body = []() -> Coro<> {
    Barrier barrier(2);
    co_await barrier.wait();
  };
  try {
    sim::run(body());
    FAIL();
  } catch (const sim::DeadlockError& e) {
    EXPECT_THAT(e.what(), HasSubstr("main waits for Barrier made at primitives/barrier_test.cc:"));
  }
}

// Who waits is cancelled, or was released already; nobody touches what is gone. AddressSanitizer
// judges.
TEST(Barrier, DestroyedWhileWaitedForIsAFinding) {
  for (const bool released : {false, true}) {
    Findings findings;
    const auto body = [&]() -> Coro<> {
      std::unique_ptr<Barrier> barrier(new Barrier(3));  // named by this line
      auto a = create_task(barrier->wait());
      auto b = create_task(barrier->wait());
      co_await sim::yield();
      if (released) co_await barrier->wait();
      barrier = nullptr;
      if (!released) a.cancel();
      if (!released) b.cancel();
      co_await sim::gather_settled(a, b);
      EXPECT_EQ(a.cancelled(), !released);
      EXPECT_EQ(b.cancelled(), !released);
      EXPECT_EQ(!a.cancelled() && a.exception() != nullptr, released);
    };
    sim::run(body(), observed_by(findings));
    ASSERT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::destroyed_in_use));
    EXPECT_THAT(findings.all()[0].message,
                HasSubstr("Barrier made at primitives/barrier_test.cc:"));
    EXPECT_THAT(findings.all()[0].message, HasSubstr("waited for by wait-1, wait-2"));
  }
}

}  // namespace
