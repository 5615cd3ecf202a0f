// stale_read: found where a write is based on a read that a foreign write has overtaken, and only
// there.
#include "sim/explore/stale_reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/explore/dfs.h"
#include "sim/explore/explore.h"
#include "sim/internal/test_support.h"

namespace {

using sim::Coro;
using sim::FindingKind;
using sim::Shared;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Whether an exploration of all schedules finds that a read was stale.
bool finds_stale_read(const sim::Body& body) {
  const sim::Report report = sim::explore(
      body, {.strategy = sim::Strategy::parse("dfs"), .max_executions = 3000, .shrink = false});
  for (const sim::Failure& failure : report.failures) {
    EXPECT_EQ(failure.kind, FindingKind::stale_read) << failure.message;
  }
  return !report.ok();
}

// The same of a program of two tasks.
template <class A, class B>
bool finds_stale_read(A a, B b) {
  return finds_stale_read([&]() -> Coro<> {
    Shared<int> shared(0);
    co_await sim::gather(a(shared), b(shared));
  });
}

int read_line = 0;
int write_line = 0;
Coro<> increment(Shared<int>& shared) {
  read_line = __LINE__ + 1;
  const int read = shared.get();
  co_await sim::yield();
  write_line = __LINE__ + 1;
  shared.set(read + 1);
}
Coro<> set_to_7(Shared<int>& shared) {
  shared.set(7);
  co_return;
}

TEST(StaleRead, NamesTheReadTheForeignWriteAndTheWriteWithTheirSteps) {
  sim::internal::Detectors detectors;
  sim::test::Findings findings;
  const auto body = [&]() -> Coro<> {
    Shared<int> shared(0);
    co_await sim::gather(increment(shared), increment(shared));
  };
  sim::run(body(), {.observer = &findings, .detectors = &detectors});
  ASSERT_THAT(findings.kinds(), ElementsAre(FindingKind::stale_read));
  const sim::Finding& finding = findings.all()[0];
  const std::string read = __FILE__ + (":" + std::to_string(read_line));
  const std::string write = __FILE__ + (":" + std::to_string(write_line));
  EXPECT_THAT(finding.message, HasSubstr("increment-2 wrote Shared made at "));
  EXPECT_THAT(finding.message, HasSubstr("by what it had read before increment-1 wrote it\n"
                                         "  step 3: increment-2 reads it  " + read + "\n"
                                         "  step 4: increment-1 writes it  " + write + "\n"
                                         "  step 5: increment-2 writes it  " + write));
  EXPECT_EQ(sim::to_string(finding.place), write);
}

TEST(StaleRead, IsFoundInWhicheverScheduleHasIt) {
  EXPECT_TRUE(finds_stale_read(increment, increment));
  EXPECT_TRUE(finds_stale_read(increment, set_to_7));
  EXPECT_TRUE(finds_stale_read(increment, [](Shared<int>& shared) -> Coro<> {
    shared.fetch_add(1);
    co_return;
  }));
}

TEST(StaleRead, TheForeignWriterMayBeACallback) {
  EXPECT_TRUE(finds_stale_read([]() -> Coro<> {
    Shared<int> shared(0);
    sim::running_loop().call_soon([&] { shared.set(1); });
    co_await increment(shared);
    co_await sim::yield();
  }));
}

TEST(StaleRead, IsNoneWhereTheVariableIsReadAnew) {
  EXPECT_FALSE(finds_stale_read(set_to_7, [](Shared<int>& shared) -> Coro<> {
    int read = shared.get();
    co_await sim::yield();
    read = shared.get();
    shared.set(read + 1);
  }));
}

TEST(StaleRead, IsNoneWhereReadAndWriteAreOneAccess) {
  EXPECT_FALSE(finds_stale_read(set_to_7, [](Shared<int>& shared) -> Coro<> {
    const int read = shared.get();
    co_await sim::yield();
    shared.compare_exchange(read, read + 1);
    shared.get();
    co_await sim::yield();
    shared.fetch_add(1);
    shared.get();
    co_await sim::yield();
    shared.update([](int& value) { ++value; });
    co_await sim::yield();
    shared.set(0);  // blindly: what was read has been used
  }));
}

TEST(StaleRead, IsNoneOfABlindWrite) {
  const auto sets = [](Shared<int>& shared) -> Coro<> {
    for (int i = 0; i < 3; ++i) {
      shared.set(i);
      co_await sim::yield();
    }
  };
  EXPECT_FALSE(finds_stale_read(sets, sets));
}

TEST(StaleRead, IsNoneOfAFlagThatIsTakenAndSetBack) {
  EXPECT_FALSE(finds_stale_read([](Shared<int>& busy) -> Coro<> {
    if (busy.get() != 0) co_return;
    busy.set(1);
    co_await sim::yield();
    busy.set(0);
  }, set_to_7));
}

TEST(StaleRead, IsNoneWithoutAnAwaitBetween) {
  const auto increments = [](Shared<int>& shared) -> Coro<> {
    for (int i = 0; i < 3; ++i) {
      shared.set(shared.get() + 1);
      co_await sim::yield();
    }
  };
  EXPECT_FALSE(finds_stale_read(increments, increments));
}

TEST(StaleRead, IsNoneUnderALock) {
  EXPECT_FALSE(finds_stale_read([]() -> Coro<> {
    sim::Lock lock;
    Shared<int> shared(0);
    const auto increments = [&]() -> Coro<> {
      const auto guard = co_await lock.guard();
      co_await increment(shared);
    };
    co_await sim::gather(increments(), increments());
  }));
}

TEST(StaleRead, IsNoneOfAnotherVariable) {
  EXPECT_FALSE(finds_stale_read([]() -> Coro<> {
    Shared<int> mine(0);
    Shared<int> other(0);
    co_await sim::gather(increment(mine), set_to_7(other));
  }));
}

TEST(StaleRead, AProgramThatOverwritesItsResultBetweenRoundsIsFine) {
  EXPECT_FALSE(finds_stale_read([]() -> Coro<> {
    Shared<int> sum(0);
    const auto adds = [&]() -> Coro<> {
      co_await sim::yield();
      sum.fetch_add(1);
    };
    for (int round = 0; round < 2; ++round) {
      sum.set(0);
      co_await sim::gather(adds(), adds());
      SIM_CHECK_EQ(sum.get(), 2);
    }
  }));
}

TEST(StaleRead, IsSilentWhereNobodyWatches) {
  sim::test::Findings findings;
  const auto body = []() -> Coro<> {
    Shared<int> shared(0);
    co_await sim::gather(increment(shared), increment(shared));
  };
  sim::run(body(), sim::test::observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(StaleRead, OfSeveralTasksAtOnePlaceIsToldOfEach) {
  const auto three = []() -> Coro<> {
    Shared<int> shared(0);
    co_await sim::gather(increment(shared), increment(shared), increment(shared));
  };
  sim::Execution execution(three, sim::run_options({}));
  sim::Dfs first;
  const std::vector<sim::Finding> told = execution.run(*first.next()).findings;
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0].message, HasSubstr("increment-2 wrote "));
  EXPECT_THAT(told[1].message, HasSubstr("increment-3 wrote "));
  sim::Dfs again;
  const sim::ExecutionResult& second = execution.run(*again.next());
  EXPECT_TRUE(second.failed);
  EXPECT_EQ(second.findings.size(), 2u) << "counted, if not told again";
}

TEST(StaleRead, IsNoneWhereTheReaderHasStartedTheWriterSince) {
  const auto tally = [](bool before) -> sim::Body {
    return [before]() -> Coro<> {
      Shared<int> shared(0);
      if (before) static_cast<void>(shared.get());
      auto child = sim::create_task(set_to_7(shared));
      if (!before) static_cast<void>(shared.get());
      co_await child;
      shared.set(1);
    };
  };
  EXPECT_FALSE(finds_stale_read(tally(true)));
  EXPECT_TRUE(finds_stale_read(tally(false))) << "the child may write without being waited for";
}
TEST(StaleRead, IsFoundBehindAWriteOfTheReadersOwnChild) {
  const auto has_it_added_to = [](Shared<int>& shared) -> Coro<> {
    const int read = shared.get();
    co_await sim::yield();
    co_await sim::yield();
    co_await sim::create_task(set_to_7(shared));
    shared.set(read + 1);
  };
  EXPECT_TRUE(finds_stale_read(has_it_added_to, set_to_7));
  EXPECT_FALSE(finds_stale_read(has_it_added_to, [](Shared<int>&) -> Coro<> { co_return; }));
}
TEST(StaleRead, IsNoneAfterACompareExchangeThatFailed) {
  const auto takes_and_gives_back = [](Shared<int>& shared) -> Coro<> {
    while (!shared.compare_exchange(0, 1)) co_await sim::yield();
    co_await sim::yield();
    shared.set(0);
  };
  const auto gives_up = [](Shared<int>& shared) -> Coro<> {
    static_cast<void>(shared.compare_exchange(5, 6));
    co_await sim::yield();
    shared.set(0);
  };
  EXPECT_FALSE(finds_stale_read(takes_and_gives_back, gives_up));
}

// What a monitor reads its step's task has not read.
Coro<> increment_slowly(Shared<int>& shared) {
  const int read = shared.get();
  for (int i = 0; i < 5; ++i) co_await sim::sleep(std::chrono::milliseconds(1));
  shared.set(read + 1);
}
Coro<> increment_meanwhile(Shared<int>& shared) {
  co_await sim::sleep(std::chrono::microseconds(1500));
  shared.fetch_add(1);
}
Coro<> set_twice(Shared<int>& shared) {
  shared.set(1);
  co_await sim::yield();
  shared.set(2);
}
sim::Body monitored(Coro<> (*first)(Shared<int>&), Coro<> (*second)(Shared<int>&)) {
  return [first, second]() -> Coro<> {
    Shared<int> shared(0);
    sim::always("it is not negative", [&shared] { return shared.get() >= 0; });
    co_await sim::gather(first(shared), second(shared));
  };
}
TEST(StaleRead, IsNotHiddenByAMonitor) {
  EXPECT_TRUE(finds_stale_read(monitored(increment_slowly, increment_meanwhile)));
}
TEST(StaleRead, IsNoneOfAMonitor) {
  EXPECT_FALSE(finds_stale_read(monitored(set_twice, set_twice)));
}

}  // namespace
