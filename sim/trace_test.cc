#include "sim/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::Trace;
using sim::TraceEvent;
using Kind = sim::TraceEvent::Kind;
using testing::ElementsAre;

sim::RunOptions traced() {
  sim::RunOptions options;
  options.trace = true;
  return options;
}

template <class Main>
std::uint64_t hash_of(Main main, sim::RunOptions options = traced()) {
  sim::Runner runner(options);
  runner.run(main());
  return runner.stats().trace_hash;
}

TEST(Trace, KeepsWhatIsRecorded) {
  Trace trace;
  trace.record(Kind::task, 5, 7);
  trace.record(Kind::decision, 6, 3, 2);
  ASSERT_EQ(trace.events().size(), 2u);
  EXPECT_EQ(trace.events()[1].kind, Kind::decision);
  EXPECT_EQ(trace.events()[1].time, 6);
  EXPECT_EQ(trace.events()[1].subject, 3u);
  EXPECT_EQ(trace.events()[1].value, 2u);
  EXPECT_EQ(trace.forgotten(), 0u);
}

TEST(Trace, ItsHashDependsOnEveryPartOfEveryEventAndOnTheirOrder) {
  const auto hash = [](std::vector<TraceEvent> events) {
    Trace trace;
    for (const TraceEvent& e : events) trace.record(e.kind, e.time, e.subject, e.value);
    return trace.hash();
  };
  const TraceEvent plain{5, 7, 1, Kind::access};
  const auto base = hash({plain, plain});
  EXPECT_EQ(hash({plain, plain}), base);
  EXPECT_NE(hash({plain}), base);
  EXPECT_NE(hash({plain, {6, 7, 1, Kind::access}}), base);
  EXPECT_NE(hash({plain, {5, 8, 1, Kind::access}}), base);
  EXPECT_NE(hash({plain, {5, 7, 0, Kind::access}}), base);
  EXPECT_NE(hash({plain, {5, 7, 1, Kind::mark}}), base);
  EXPECT_NE(hash({{5, 7, 1, Kind::task}, {6, 8, 1, Kind::task}}),
            hash({{6, 8, 1, Kind::task}, {5, 7, 1, Kind::task}}));
  EXPECT_NE(hash({}), hash({{0, 0, 0, Kind::task}}));
}

TEST(Trace, ForgetsTheOldestEventsOfALongRunButNotTheirHash) {
  constexpr std::uint64_t kEvents = 3'000'000;
  Trace trace;
  for (std::uint64_t i = 0; i < kEvents; ++i) trace.record(Kind::task, 1, i);
  EXPECT_EQ(trace.events().size() + trace.forgotten(), kEvents);
  EXPECT_EQ(trace.events().size(), std::size_t{1} << 16);
  EXPECT_EQ(trace.events().back().subject, kEvents - 1);
  EXPECT_EQ(trace.events().front().subject, trace.forgotten());
  Trace other;
  for (std::uint64_t i = 0; i < kEvents; ++i) other.record(Kind::task, 1, i == 5 ? 6 : i);
  EXPECT_NE(trace.hash(), other.hash()) << "they differ in an event that is forgotten";
}

TEST(Trace, ClearMakesItAsNew) {
  Trace trace;
  const auto empty = trace.hash();
  trace.record(Kind::task, 5, 7);
  trace.clear();
  EXPECT_EQ(trace.hash(), empty);
  EXPECT_TRUE(trace.events().empty());
}

TEST(RunTrace, HasOneEventForEachStep) {
  sim::Runner runner(traced());
  const auto main = []() -> Coro<> {
    sim::running_loop().call_soon([] {});
    co_await sim::yield();
    co_await sim::sleep(1s);
  };
  runner.run(main());
  std::vector<Kind> kinds;
  for (const TraceEvent& event : runner.trace().events()) kinds.push_back(event.kind);
  EXPECT_THAT(kinds, ElementsAre(Kind::task, Kind::callback, Kind::task, Kind::timer, Kind::task,
                                 Kind::callback));
  EXPECT_EQ(runner.stats().steps, kinds.size());
  EXPECT_EQ(runner.trace().events().back().time, 1'000'000'000);
  runner.close();
  EXPECT_EQ(runner.trace().events().size(), kinds.size()) << "also when it is closed";
}

// A program that uses a bit of everything.
Coro<> busy_program() {
  sim::Lock lock;
  sim::Queue<int> queue(2);
  sim::Shared<int> total(0);
  const auto producer = [&]() -> Coro<> {
    for (int i = 0; i < 5; ++i) {
      co_await sim::sleep(sim::rng().uniform(1ms, 20ms));
      co_await queue.put(i);
    }
  };
  const auto consumer = [&]() -> Coro<> {
    for (int i = 0; i < 5; ++i) {
      const int item = co_await queue.get();
      auto guard = co_await lock.guard();
      co_await sim::yield();
      total.fetch_add(item);
    }
  };
  const auto late = []() -> Coro<> { co_await sim::sleep(1h); };
  co_await sim::gather(producer(), consumer(), producer(), consumer());
  co_await sim::settle(sim::wait_for(late(), 1s));
}

TEST(RunTrace, TheSameSeedGivesTheSameHash) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sim::RunOptions options = traced();
    options.seed = seed;
    sim::RandomSource first(seed);
    options.source = &first;
    options.order = sim::Order::any;
    const auto hash = hash_of(busy_program, options);
    sim::RandomSource second(seed);
    options.source = &second;
    EXPECT_EQ(hash_of(busy_program, options), hash);
    options.seed = seed + 1;
    sim::RandomSource third(seed);
    options.source = &third;
    EXPECT_NE(hash_of(busy_program, options), hash) << "the program draws from rng()";
  }
}

TEST(RunTrace, ItsHashIsTheSameWithEveryCompiler) {
  sim::RunOptions options = traced();
  options.seed = 42;
  EXPECT_EQ(hash_of(busy_program, options), 10504613503710318309u);
  sim::RandomSource source(42);
  options.source = &source;
  options.order = sim::Order::any;
  EXPECT_EQ(hash_of(busy_program, options), 13052157059096349749u);
}

TEST(RunTrace, TracingDoesNotChangeARun) {
  const auto steps = [](bool trace) {
    sim::RunOptions options;
    options.trace = trace;
    sim::Runner runner(options);
    runner.run(busy_program());
    return std::pair(runner.stats().steps, runner.stats().virtual_time);
  };
  EXPECT_EQ(steps(true), steps(false));
}

TEST(RunTrace, AnOtherProgramHasAnOtherHash) {
  const auto sleeper = [](sim::Duration d) { return [d]() -> Coro<> { co_await sim::sleep(d); }; };
  const auto one = sleeper(1s);
  const auto two = sleeper(2s);
  EXPECT_EQ(hash_of(one), hash_of(one));
  EXPECT_NE(hash_of(one), hash_of(two));
  const auto yields = []() -> Coro<> { co_await sim::yield(); };
  const auto ends = []() -> Coro<> { co_return; };
  EXPECT_NE(hash_of(yields), hash_of(ends));
}

}  // namespace
