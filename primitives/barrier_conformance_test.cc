// Barriers: what CPython's own tests show of them and no other test here does
// (docs/conformance.md).
#include "primitives/barrier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Barrier;
using sim::Coro;
using sim::create_task;
using sim::Task;
using testing::UnorderedElementsAre;

constexpr int kParties = 5;

template <class F>
std::vector<Task<>> tasks(int n, F& body) {
  std::vector<Task<>> made;
  for (int i = 0; i < n; ++i) made.push_back(create_task(body()));
  return made;
}
template <class F>
Coro<> run_all(int n, F& body) {
  co_await sim::gather(tasks(n, body));
}
// What wait() gives; nothing where the barrier was reset or aborted.
Coro<std::optional<std::size_t>> pass(Barrier& barrier) {
  const auto ended = co_await sim::settle(barrier.wait());
  if (ended.has_value()) co_return ended.value();
  EXPECT_THROW(ended.value(), sim::BrokenBarrierError);
  co_return std::nullopt;
}
Coro<bool> broke(Barrier& barrier) {
  const auto index = co_await pass(barrier);
  co_return !index.has_value();
}

TEST(Barrier, RefusesFewerPartiesThanOne) {
  EXPECT_THROW(Barrier(0), std::invalid_argument);
  EXPECT_THROW(Barrier(-4), std::invalid_argument);
  EXPECT_EQ(Barrier(5).parties(), 5u);
  EXPECT_FALSE(sim::internal::Awaitable<Barrier&>);
}

TEST(Barrier, EveryPartyGetsAnIndexOfItsOwn) {
  const auto body = []() -> Coro<> {
    Barrier barrier(3);
    std::vector<std::size_t> indices;
    const auto party = [&]() -> Coro<> {
      const auto inside = [&](std::size_t i) -> Coro<> {
        indices.push_back(i);
        co_return;
      };
      co_await sim::async_with(barrier, inside);
    };
    co_await run_all(3, party);
    EXPECT_THAT(indices, UnorderedElementsAre(0u, 1u, 2u));
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, OfOnePartyGivesTheSameIndexAgainAndAgain) {
  const auto body = []() -> Coro<> {
    Barrier barrier(1);
    auto first = create_task(barrier.wait());
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 0u);
    auto second = create_task(barrier.wait());
    co_await sim::yield();
    EXPECT_TRUE(first.done() && second.done());
    EXPECT_EQ(first.result(), second.result());
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, FillsPartyByParty) {
  const auto body = []() -> Coro<> {
    Barrier barrier(3);
    auto a = create_task(barrier.wait());
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 1u);
    auto b = create_task(barrier.wait());
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 2u);
    auto c = create_task(barrier.wait());
    co_await sim::yield();
    co_await sim::wait({}, a, b, c);
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, ServesOneGenerationAfterAnother) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int first = 0;
    std::vector<std::size_t> second;
    const auto party = [&]() -> Coro<> {
      co_await barrier.wait();
      ++first;
      const std::size_t index = co_await barrier.wait();
      EXPECT_EQ(first, kParties) << "nobody is a round ahead";
      second.push_back(index);
    };
    co_await run_all(kParties, party);
    EXPECT_EQ(first, kParties);
    EXPECT_THAT(second, UnorderedElementsAre(0u, 1u, 2u, 3u, 4u));
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, WhoComesWhileItDrainsIsCountedOnceTheLastHasLeft) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    std::vector<std::size_t> waiting;  // as each party leaves, with a newcomer at the door
    Task<std::size_t> newcomer;
    const auto party = [&]() -> Coro<> {
      co_await barrier.wait();
      if (!newcomer) newcomer = create_task(barrier.wait());
      waiting.push_back(barrier.n_waiting());
    };
    co_await run_all(kParties, party);
    EXPECT_EQ(waiting.size(), static_cast<std::size_t>(kParties));
    EXPECT_TRUE(std::ranges::all_of(waiting, [](std::size_t n) { return n == 0; }));
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 1u);
    newcomer.cancel();
    co_await sim::settle(newcomer);
  };
  sim::run(body());
}

TEST(Barrier, PartiesThatComeBackWhileItDrainsWaitForTheNextRound) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    Barrier those_who_left(kParties - 2);
    int comes_back = 2;
    const auto party = [&]() -> Coro<> {
      co_await barrier.wait();
      if (comes_back > 0) {
        --comes_back;
        co_await barrier.wait();
      } else {
        co_await those_who_left.wait();
        co_await barrier.wait();
      }
    };
    co_await run_all(kParties, party);
    EXPECT_EQ(barrier.n_waiting(), 0u);
  };
  sim::run(body());
}

TEST(Barrier, ACancelledPartyLeavesItsPlaceToAnother) {
  const auto body = []() -> Coro<> {
    Barrier barrier(3);
    int passed = 0;
    const auto party = [&]() -> Coro<> {
      co_await barrier.wait();
      ++passed;
    };
    auto a = create_task(party());
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 1u);
    auto b = create_task(party());
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 2u);
    a.cancel();
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 1u);
    co_await sim::settle(a);
    EXPECT_TRUE(a.cancelled());
    auto c = create_task(party());
    co_await sim::yield();
    EXPECT_EQ(barrier.n_waiting(), 2u);
    auto d = create_task(party());
    co_await sim::gather(b, c, d);
    EXPECT_EQ(passed, 3);
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, ResetOfAnEmptyOneChangesNothingAndAbortBreaksIt) {
  const auto body = []() -> Coro<> {
    Barrier barrier(1);
    auto reset = create_task(barrier.reset());
    co_await sim::yield();
    EXPECT_TRUE(reset.done());
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
    auto abort = create_task(barrier.abort());
    co_await sim::yield();
    EXPECT_TRUE(abort.done());
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_TRUE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, ResetThrowsOutThoseWhoWait) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int broken = 0;
    const auto party = [&]() -> Coro<> { broken += co_await broke(barrier); };
    auto waiting = tasks(kParties - 1, party);
    co_await sim::yield();
    auto reset = create_task(barrier.reset());
    co_await sim::gather(std::move(waiting));
    EXPECT_EQ(broken, kParties - 1);
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
    co_await reset;
  };
  sim::run(body());
}

TEST(Barrier, ResetWhileItDrainsThrowsOutThoseWhoHaveNotLeft) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int broken = 0;
    int passed = 0;
    const auto party = [&]() -> Coro<> {
      if (co_await broke(barrier)) {
        ++broken;
      } else if (++passed == kParties - 2) {
        co_await barrier.reset();
      }
    };
    co_await run_all(kParties, party);
    EXPECT_EQ(broken, 2);
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, ResetWhileItDrainsLeavesThoseAtTheDoorForTheNextRound) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int broken = 0;
    int broken_at_the_door = 0;
    int passed = 0;
    const auto party = [&]() -> Coro<> {
      if (co_await broke(barrier)) {
        ++broken;
        co_await barrier.wait();
      } else if (++passed > 2) {
        co_await barrier.reset();
        co_await barrier.wait();
      } else {
        broken_at_the_door += co_await broke(barrier);
      }
    };
    co_await run_all(kParties, party);
    EXPECT_EQ(broken, 2);
    EXPECT_EQ(broken_at_the_door, 0);
    EXPECT_EQ(barrier.n_waiting(), 0u);
    EXPECT_FALSE(barrier.broken());
  };
  sim::run(body());
}

TEST(Barrier, AfterAResetTheSamePartiesMayWaitAgain) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int broken = 0;
    int passed = 0;
    const auto party = [&]() -> Coro<> {
      broken += co_await broke(barrier);
      co_await barrier.wait();
      ++passed;
    };
    const auto last = [&]() -> Coro<> {
      co_await barrier.wait();
      ++passed;
    };
    auto waiting = tasks(kParties - 1, party);
    auto reset = create_task(barrier.reset());
    co_await sim::yield();
    auto late = create_task(last());
    co_await sim::gather(std::move(waiting));
    co_await sim::gather(reset, late);
    EXPECT_FALSE(barrier.broken());
    EXPECT_EQ(broken, kParties - 1);
    EXPECT_EQ(passed, kParties);
    EXPECT_EQ(barrier.n_waiting(), 0u);
  };
  sim::run(body());
}

TEST(Barrier, ResetByTheLastToLeaveDisturbsNobody) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int left = 0;
    int passed_again = 0;
    int broken = 0;
    int ended = 0;
    const auto party = [&]() -> Coro<> {
      co_await barrier.wait();
      if (++left == kParties) {
        co_await barrier.reset();
        co_await barrier.wait();
      } else if (co_await broke(barrier)) {
        ++broken;
      } else {
        ++passed_again;
      }
      co_await barrier.wait();
      ++ended;
    };
    co_await run_all(kParties, party);
    EXPECT_FALSE(barrier.broken());
    EXPECT_EQ(passed_again, kParties - 1);
    EXPECT_EQ(broken, 0);
    EXPECT_EQ(ended, kParties);
    EXPECT_EQ(barrier.n_waiting(), 0u);
  };
  sim::run(body());
}

TEST(Barrier, AbortWhileItDrainsThrowsOutThoseInsideAndThoseAtTheDoor) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int broken_inside = 0;
    int broken_at_the_door = 0;
    int passed = 0;
    const auto party = [&]() -> Coro<> {
      if (co_await broke(barrier)) {
        ++broken_inside;
      } else if (++passed > 2) {
        co_await barrier.abort();
      } else {
        broken_at_the_door += co_await broke(barrier);
      }
    };
    co_await run_all(kParties, party);
    EXPECT_TRUE(barrier.broken());
    EXPECT_EQ(broken_inside, 2);
    EXPECT_EQ(broken_at_the_door, 2);
    EXPECT_EQ(barrier.n_waiting(), 0u);
  };
  sim::run(body());
}

TEST(Barrier, APartyThatFailsMayAbortItForTheOthers) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    int passed = 0;
    int broken = 0;
    const auto party = [&]() -> Coro<> {
      const auto index = co_await pass(barrier);
      if (index == kParties / 2) {  // fails
        co_await barrier.abort();
      } else if (!index || co_await broke(barrier)) {
        ++broken;
      } else {
        ++passed;
      }
    };
    co_await run_all(kParties, party);
    EXPECT_TRUE(barrier.broken());
    EXPECT_EQ(passed, 0);
    EXPECT_EQ(broken, kParties - 1);
    EXPECT_EQ(barrier.n_waiting(), 0u);
  };
  sim::run(body());
}

TEST(Barrier, AResetMendsOneThatWasAborted) {
  const auto body = []() -> Coro<> {
    Barrier barrier(kParties);
    Barrier other(kParties);
    int broken = 0;
    int ended = 0;
    const auto party = [&]() -> Coro<> {
      const auto index = co_await pass(barrier);
      if (index == kParties / 2) {  // fails
        co_await barrier.abort();
      } else {
        broken += !index || co_await broke(barrier);
      }
      if (co_await other.wait() == kParties / 2) co_await barrier.reset();
      co_await other.wait();
      co_await barrier.wait();
      ++ended;
    };
    co_await run_all(kParties, party);
    EXPECT_FALSE(barrier.broken());
    EXPECT_EQ(broken, kParties - 1);
    EXPECT_EQ(ended, kParties);
    EXPECT_EQ(barrier.n_waiting(), 0u);
  };
  sim::run(body());
}

}  // namespace
