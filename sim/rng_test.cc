// The numbers here were computed apart, in Python: the same with every compiler and library.
#include "sim/rng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Rng;
using testing::ElementsAre;

static_assert(std::uniform_random_bit_generator<Rng>);

TEST(Rng, IsSplitMix64) {
  constexpr auto drawn = [] {
    Rng rng(1234567);
    std::array<std::uint64_t, 5> numbers{};
    for (auto& number : numbers) number = rng();
    return numbers;
  }();
  EXPECT_THAT(drawn, ElementsAre(6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                 4593380528125082431u, 16408922859458223821u));
}

TEST(Rng, BelowHasKnownValues) {
  Rng rng(42);
  std::vector<std::uint64_t> drawn;
  for (int i = 0; i < 12; ++i) drawn.push_back(rng.below(10));
  EXPECT_THAT(drawn, ElementsAre(7, 1, 2, 3, 0, 8, 2, 8, 3, 6, 2, 4));
}

TEST(Rng, BelowRejectsSoThatEachNumberIsAsLikely) {
  Rng rng(5);
  const std::uint64_t n = (std::uint64_t{1} << 63) + 1;  // nearly half of the draws are rejected
  std::vector<std::uint64_t> drawn;
  for (int i = 0; i < 4; ++i) drawn.push_back(rng.below(n));
  EXPECT_THAT(drawn, ElementsAre(6938807493011938172u, 2146363211429306531u, 916244348587400354u,
                                 1733626130553941730u));
}

TEST(Rng, BelowOneIsZero) {
  Rng rng(1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(rng.below(1), 0u);
}

TEST(Rng, UniformHasKnownValues) {
  Rng rng(42);
  std::vector<int> drawn;
  for (int i = 0; i < 12; ++i) drawn.push_back(rng.uniform(-3, 3));
  EXPECT_THAT(drawn, ElementsAre(2, -2, -2, -1, -3, 3, -2, 2, -1, 1, -2, 0));
}

TEST(Rng, UniformReachesBothBoundsAndNothingBeyond) {
  Rng rng(9);
  std::array<int, 6> seen{};
  for (int i = 0; i < 600; ++i) ++seen.at(static_cast<std::size_t>(rng.uniform(10, 15) - 10));
  for (const int times : seen) EXPECT_NEAR(times, 100, 50);
  EXPECT_EQ(rng.uniform(7, 7), 7);
}

template <class T>
void full_range_is_drawn() {
  Rng rng(3);
  bool high = false;
  bool low = false;
  for (int i = 0; i < 64; ++i) {
    const T drawn = rng.uniform(std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    (drawn > std::numeric_limits<T>::max() / 2 ? high : low) = true;
  }
  EXPECT_TRUE(high && low);
}

TEST(Rng, UniformDrawsFromTheWholeRangeOfAType) {
  full_range_is_drawn<std::int8_t>();
  full_range_is_drawn<std::int64_t>();
  full_range_is_drawn<std::uint64_t>();
}

TEST(Rng, UniformRefusesBoundsInTheWrongOrder) {
  Rng rng(1);
  EXPECT_THROW(rng.uniform(1, 0), std::invalid_argument);
  EXPECT_THROW(rng.uniform(1.0, 0.5), std::invalid_argument);
  EXPECT_THROW(rng.uniform(2ms, 1ms), std::invalid_argument);
}

TEST(Rng, RealHasKnownValuesBelowOne) {
  Rng rng(42);
  EXPECT_EQ(rng.real(), 0x1.7bae644c5fd6dp-1);
  EXPECT_EQ(rng.real(), 0x1.477f199d93378p-3);
  EXPECT_EQ(rng.real(), 0x1.1d499d5c4c3e6p-2);
  for (int i = 0; i < 10000; ++i) {
    const double real = rng.real();
    EXPECT_TRUE(real >= 0 && real < 1);
  }
}

TEST(Rng, UniformDurationsAreInTheFinerUnit) {
  Rng rng(8);
  bool between = false;
  for (int i = 0; i < 100; ++i) {
    const std::chrono::microseconds drawn = rng.uniform(1ms, 2000us);
    EXPECT_TRUE(drawn >= 1ms && drawn <= 2ms);
    between |= drawn % 1ms != 0us;
  }
  EXPECT_TRUE(between);
}

TEST(Rng, BernoulliKeepsToItsProbability) {
  Rng rng(6);
  int hits = 0;
  for (int i = 0; i < 10000; ++i) hits += rng.bernoulli(0.3) ? 1 : 0;
  EXPECT_NEAR(hits, 3000, 200);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(rng.bernoulli(0));
    EXPECT_TRUE(rng.bernoulli(1));
  }
}

TEST(Rng, ShuffleHasAKnownOutcome) {
  Rng rng(42);
  std::vector<int> numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  rng.shuffle(numbers);
  EXPECT_THAT(numbers, ElementsAre(8, 3, 6, 5, 4, 0, 9, 2, 1, 7));
  std::vector<int> none;
  rng.shuffle(none);
  std::array<int, 1> one = {4};
  rng.shuffle(one);
  EXPECT_EQ(one[0], 4);
}

TEST(Rng, MixHasKnownValuesAndAnOrder) {
  EXPECT_EQ(sim::internal::mix(0, 0), 0u);
  EXPECT_EQ(sim::internal::mix(1, 2), 0xf8f76353b6d877c5u);
  EXPECT_EQ(sim::internal::mix(2, 1), 0xe85028e6b31f8e7au);
}

sim::RunOptions seeded(std::uint64_t seed) {
  sim::RunOptions options;
  options.seed = seed;
  return options;
}

Coro<std::uint64_t> draw() { co_return sim::rng()(); }
Coro<std::uint64_t> draw_in_a_child() { co_return co_await sim::create_task(draw()); }

TEST(TaskRng, IsDerivedFromTheSeedAndTheIdentityOfTheTask) {
  EXPECT_EQ(sim::run(draw(), seeded(42)), 17590003872152993574u);
  EXPECT_EQ(sim::run(draw_in_a_child(), seeded(42)), 410474423344585337u);
  EXPECT_NE(sim::run(draw(), seeded(43)), 17590003872152993574u);
}

// What each of three children draws, when they first yield as often as `turns` says.
Coro<std::vector<std::uint64_t>> draws_after(std::array<int, 3> turns) {
  std::vector<std::uint64_t> drawn(3);
  const auto child = [&](std::size_t i) -> Coro<> {
    for (int turn = 0; turn < turns[i]; ++turn) co_await sim::yield();
    drawn[i] = sim::rng()();
  };
  co_await sim::gather(child(0), child(1), child(2));
  co_return drawn;
}

TEST(TaskRng, DoesNotDependOnTheOrderOfTheTasks) {
  const auto in_order = sim::run(draws_after({0, 0, 0}), seeded(1));
  EXPECT_EQ(sim::run(draws_after({5, 1, 0}), seeded(1)), in_order);
  EXPECT_NE(in_order[0], in_order[1]);
  EXPECT_NE(in_order[1], in_order[2]);
}

TEST(TaskRng, ACallbackDrawsFromTheLoopsStream) {
  const auto body = []() -> Coro<std::uint64_t> {
    auto drawn = sim::running_loop().create_future<std::uint64_t>();
    sim::running_loop().call_soon([=] { drawn.set_result(sim::rng()()); });
    sim::rng()();  // another stream
    co_return co_await drawn;
  };
  EXPECT_EQ(sim::run(body(), seeded(1)), sim::run(body(), seeded(1)));
  EXPECT_EQ(sim::run(body(), seeded(1)), Rng(sim::internal::mix(1, 0))());
}

TEST(TaskRng, OutsideARunThereIsNone) { EXPECT_THROW(sim::rng(), std::runtime_error); }

}  // namespace
