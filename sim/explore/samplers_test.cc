// What all samplers promise: the same seed gives the same schedules, and the classic bugs are found
// soon.
#include <functional>
#include <map>
#include <ostream>
#include <utility>

#include "gmock/gmock.h"
#include "sim/explore/profile.h"
#include "sim/explore/test_programs.h"

namespace sim::test {
namespace {

using namespace std::chrono_literals;

struct Claim {
  const char* strategy;
  const char* program;
  std::uint64_t within;  // executions, of each of 20 seeds
  friend void PrintTo(const Claim& claim, std::ostream* out) {
    *out << claim.strategy << " on " << claim.program;
  }
};

Body program(const std::string& name) {
  if (name == "lost_update") return lost_update;
  if (name == "reorder_3") return [] { return reorder(2); };
  if (name == "reorder_4") return [] { return reorder(3); };
  if (name == "pingpong_2") return [] { return pingpong(2); };
  return account;
}

class Finds : public testing::TestWithParam<Claim> {};

TEST_P(Finds, TheBugFromEachSeed) {
  const Claim& claim = GetParam();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto search = make_search(Strategy::parse(claim.strategy), seed);
    EXPECT_NE(executions_to_failure(*search, program(claim.program), claim.within), 0u)
        << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Samplers, Finds,
    testing::Values(
        Claim{"random", "lost_update", 20}, Claim{"random", "reorder_3", 200},
        Claim{"random", "pingpong_2", 500}, Claim{"random", "account", 50},
        Claim{"pct:3", "lost_update", 50}, Claim{"pct:3", "reorder_3", 200},
        Claim{"pct:3", "reorder_4", 300}, Claim{"pct:4", "pingpong_2", 2000},
        Claim{"pct:3", "account", 50}, Claim{"pos", "lost_update", 20},
        Claim{"pos", "reorder_3", 200}, Claim{"pos", "pingpong_2", 500},
        Claim{"pos", "account", 50}, Claim{"urw", "lost_update", 20},
        Claim{"urw", "reorder_3", 200}, Claim{"urw", "pingpong_2", 500},
        Claim{"urw", "account", 50}, Claim{"surw", "lost_update", 20},
        Claim{"surw", "reorder_3", 100}, Claim{"surw", "reorder_4", 100},
        Claim{"surw", "pingpong_2", 200}, Claim{"surw", "account", 50},
        Claim{"delay:3", "lost_update", 50}, Claim{"delay:3", "reorder_3", 200},
        Claim{"delay:3", "pingpong_2", 500}, Claim{"delay:3", "account", 50}));

class EachSampler : public testing::TestWithParam<const char*> {
 public:
  static std::unique_ptr<Search> search(std::uint64_t seed) {
    return make_search(Strategy::parse(GetParam()), seed);
  }
};

using Tapes = std::vector<std::vector<Deviation>>;

Tapes tapes_of(Search& search, const Body& body, const RunOptions& options) {
  Execution execution(body, options);
  Tapes tapes;
  for (int i = 0; i < 50; ++i) tapes.push_back(execution.run(*search.next()).tape.deviations());
  return tapes;
}

// With everything there is to decide.
Coro<> busy_program() {
  Event done;
  Shared<int> x{0};
  const auto wait = [&]() -> Coro<> {
    co_await done.wait();
    x.set(choose(3));
  };
  const auto set = [&]() -> Coro<> {
    co_await sleep(1ms);
    const auto late = std::make_shared<Shared<int>>(0);  // main may be gone by then
    running_loop().call_soon([late] { late->set(1); });
    done.set();
  };
  co_await gather_settled(wait(), wait(), set(), add_one(x));
}

TEST_P(EachSampler, GivesTheSameTapesForTheSameSeed) {
  RunOptions options = any_order();
  options.cancellations = 1;
  options.time = Time::slow_loop;
  const Tapes tapes = tapes_of(*search(7), busy_program, options);
  EXPECT_EQ(tapes, tapes_of(*search(7), busy_program, options));
  EXPECT_NE(tapes, tapes_of(*search(8), busy_program, options));
}

TEST_P(EachSampler, SaysItsName) {
  EXPECT_TRUE(std::string(GetParam()).starts_with(search(1)->sampler()));
}

TEST_P(EachSampler, LetsATaskThatWaitsForAnotherByYieldingEnd) {
  const Body spin = []() -> Coro<> {
    Shared<bool> ready{false};
    const auto waits = [&]() -> Coro<> {
      while (!ready.get()) co_await yield();
    };
    const auto sets = [&]() -> Coro<> {
      co_await yield();
      ready.set(true);
    };
    co_await gather(waits(), sets(), waits());
  };
  EXPECT_EQ(executions_to_failure(*search(1), spin, 100), 0u);
}

TEST_P(EachSampler, InjectsAboutOneCancellationInARun) {
  const Body sleeper = []() -> Coro<> {
    const auto steps = []() -> Coro<> {
      for (int i = 0; i < 20; ++i) co_await yield();
    };
    co_await gather_settled(steps(), steps());
  };
  RunOptions options = any_order();
  options.cancellations = 10;
  Execution execution(sleeper, options);
  const auto sampler = search(1);
  struct Counting final : DecisionSource {
    std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& c) override {
      const std::uint32_t index = inner->pick(kind, n, c);
      cancelled += kind == DecisionKind::cancel && index != 0;
      return index;
    }
    internal::Watcher* watcher() override { return inner->watcher(); }
    DecisionSource* inner = nullptr;
    int cancelled = 0;
  } counting;
  for (int i = 0; i < 400; ++i) {
    counting.inner = sampler->next();
    execution.run(counting);
  }
  EXPECT_GT(counting.cancelled, 100);
  EXPECT_LT(counting.cancelled, 600);
}

INSTANTIATE_TEST_SUITE_P(Samplers, EachSampler,
                         testing::Values("random", "pct:1", "pct:3", "pos", "urw", "surw",
                                         "delay:2"));

// The orders of the steps of three tasks with two steps each, and how often a sampler took them.
std::vector<int> counts_of_orders(Search& search, int executions) {
  std::string order;
  std::map<std::string, int> counts;
  Execution execution(steps_of(order, {1, 1, 1}), any_order());
  for (int i = 0; i < executions + 2; ++i) {
    execution.run(*search.next());
    if (i >= 2) ++counts[order];  // the first know nothing of the program
  }
  std::vector<int> result;
  for (const auto& [each, count] : counts) result.push_back(count);
  return result;
}

TEST(Urw, IsUniformAmongInterleavings) {
  const auto urw = make_search(Strategy::urw(), 3);
  const std::vector<int> counts = counts_of_orders(*urw, 9'000);
  EXPECT_EQ(counts.size(), 90u);  // 6! / 2!^3
  EXPECT_LT(chi_square(counts, 100), 150);  // expected 89, give or take 13
}

// 'p' makes 'c' in its first step; then they and 'q' go on side by side.
TEST(Urw, IsUniformWhereATaskMakesAnother) {
  std::string order;
  Task<> child;
  const auto parent = [&]() -> Coro<> {
    order += 'p';
    child = create_task(say(order, 'c', 1));
    co_await yield();
    order += 'p';
  };
  const Body body = [&]() -> Coro<> {
    order.clear();
    co_await gather(parent(), say(order, 'q', 2));
    co_await std::exchange(child, {});
  };
  Execution execution(body, any_order());
  const auto urw = make_search(Strategy::urw(), 3);
  std::map<std::string, int> counts;
  for (int i = 0; i < 10'502; ++i) {
    execution.run(*urw->next());
    if (i >= 2) ++counts[order];
  }
  EXPECT_EQ(counts.size(), 105u);  // p, then p among c c: 3; three q among those four: 35
  std::vector<int> each;
  for (const auto& [key, count] : counts) each.push_back(count);
  EXPECT_LT(chi_square(each, 100), 170);  // expected 104, give or take 14
}

TEST(Urw, BeatsTheRandomWalkInThat) {
  const auto random = make_search(Strategy::random(), 3);
  EXPECT_GT(chi_square(counts_of_orders(*random, 9'000), 100), 1'000);
}

// Three tasks touch one variable, once, twice and three times, after more and more steps that touch
// nothing.
Coro<> touch_after(Shared<int>& x, std::string& order, char who, int steps, int touches) {
  for (int i = 0; i < steps; ++i) co_await yield();
  for (int i = 0; i < touches; ++i) {
    co_await yield();
    order += who;
    x.set(who);
  }
}

std::vector<int> counts_of_touches(Search& search, int executions) {
  std::string order;
  std::map<std::string, int> counts;
  const Body body = [&order]() -> Coro<> {
    order.clear();
    Shared<int> x;
    co_await gather(touch_after(x, order, 'a', 1, 1), touch_after(x, order, 'b', 5, 2),
                    touch_after(x, order, 'c', 10, 3));
  };
  Execution execution(body, any_order());
  for (int i = 0; i < executions + 2; ++i) {
    execution.run(*search.next());
    if (i >= 2) ++counts[order];
  }
  std::vector<int> result;
  for (const auto& [each, count] : counts) result.push_back(count);
  return result;
}

TEST(Surw, IsUniformAmongTheOrdersOfTheAccessesToOneObject) {
  const auto surw = make_search(Strategy::surw(), 3);
  const std::vector<int> counts = counts_of_touches(*surw, 6'000);
  EXPECT_EQ(counts.size(), 60u);  // 6! / (1! 2! 3!)
  EXPECT_LT(chi_square(counts, 100), 110);  // expected 59, give or take 11
}

TEST(Surw, BeatsUrwInThat) {
  const auto urw = make_search(Strategy::urw(), 3);
  EXPECT_GT(chi_square(counts_of_touches(*urw, 6'000), 100), 1'000);
}

TEST(Surw, LearnsFromWhatOtherSamplersRan) {
  const auto profile = std::make_shared<Profile>();
  const auto pos = make_search(Strategy::pos(), 1, profile);
  const auto surw = make_search(Strategy::surw(), 1, profile);
  Execution execution(lost_update, any_order());
  execution.run(*pos->next());
  surw->next();
  EXPECT_NE(profile->contended(), 0u);
}

// 'a' and 'b' write one variable, 'd' another. Of two that are pending behind 'a', 'b' draws anew
// and 'd' keeps a priority that was lower than that of 'a': so 'b' is before 'd' in 5 of 8.
TEST(Pos, LetsStepsThatConflictDrawAnewAndNoOthers) {
  std::string order;
  const Body body = [&order]() -> Coro<> {
    order.clear();
    Shared<int> x;
    Shared<int> y;
    const auto touch = [&order](Shared<int>& variable, char who) -> Coro<> {
      order += who;
      variable.set(1);
      co_return;
    };
    co_await gather(touch(x, 'a'), touch(x, 'b'), touch(y, 'd'));
  };
  Execution execution(body, any_order());
  const auto pos = make_search(Strategy::pos(), 1);
  std::map<std::string, int> counts;
  for (int i = 0; i < 12'000; ++i) {
    execution.run(*pos->next());
    ++counts[order];
  }
  const double share = counts["abd"] / double(counts["abd"] + counts["adb"]);
  EXPECT_GT(share, 0.60);
  EXPECT_LT(share, 0.65);
}

// The orders of 200 executions, less the first.
std::vector<std::string> orders_of(const Strategy& strategy, std::vector<int> yields) {
  const auto search = make_search(strategy, 5);
  std::string order;
  std::vector<std::string> orders;
  Execution execution(steps_of(order, std::move(yields)), any_order());
  for (int i = 0; i < 200; ++i) {
    execution.run(*search->next());
    if (i > 0) orders.push_back(order);
  }
  return orders;
}

TEST(Pct, OfDepthOneNeverPreempts) {
  EXPECT_THAT(orders_of(Strategy::pct(1), {5, 5, 5, 5}),
              testing::Each(testing::ResultOf(preemptions, 0)));
}

TEST(Pct, ChangesPrioritiesAtNoMoreThanItsChangePoints) {
  const auto orders = orders_of(Strategy::pct(3), {5, 5, 5, 5});
  EXPECT_THAT(orders, testing::Each(testing::ResultOf(preemptions, testing::Le(2))));
  EXPECT_THAT(orders, testing::Contains(testing::ResultOf(preemptions, 2)));
  EXPECT_THAT(orders, testing::Contains(testing::ResultOf(preemptions, 0)));
}

TEST(Pct, StartsWithAnyTask) {
  const auto orders = orders_of(Strategy::pct(1), {1, 1, 1});
  for (const char* first : {"a", "b", "c"}) {
    EXPECT_THAT(orders, testing::Contains(testing::StartsWith(first)));
  }
}

TEST(Pct, GivesAChainOfCallbacksOnePriority) {
  std::string order;
  const Body body = [&order]() -> Coro<> {
    order.clear();
    Event done;
    const std::function<void(char, int)> chain = [&](char who, int left) {
      order += who;
      if (order.size() == 6) done.set();
      if (left > 0) running_loop().call_soon([&chain, who, left] { chain(who, left - 1); });
    };
    running_loop().call_soon([&chain] { chain('a', 2); });
    running_loop().call_soon([&chain] { chain('b', 2); });
    co_await done.wait();
  };
  Execution execution(body, any_order());
  const auto pct = make_search(Strategy::pct(1), 1);
  std::map<std::string, int> orders;
  for (int i = 0; i < 50; ++i) {
    execution.run(*pct->next());
    ++orders[order];
  }
  EXPECT_THAT(orders, testing::UnorderedElementsAre(testing::Key("aaabbb"),
                                                    testing::Key("bbbaaa")));
}

TEST(Delay, InterruptsNoMoreOftenThanItsBound) {
  const auto orders = orders_of(Strategy::delay(2), {5, 5, 5, 5});
  EXPECT_THAT(orders, testing::Each(testing::ResultOf(preemptions, testing::Le(2))));
  EXPECT_THAT(orders, testing::Contains(testing::ResultOf(preemptions, 2)));
}

TEST(Delay, BeginsWithoutOne) {
  const auto delay = make_search(Strategy::delay(3), 1);
  std::string order;
  Execution execution(steps_of(order, {2, 2}), any_order());
  execution.run(*delay->next());
  EXPECT_EQ(order, "aaabbb");
}

std::string single_order(const Strategy& strategy) {
  const auto search = make_search(strategy, 0);
  std::string order;
  Execution execution(steps_of(order, {2, 1, 1}), any_order());
  execution.run(*search->next());
  EXPECT_EQ(search->next(), nullptr);
  EXPECT_FALSE(search->exhausted());
  return order;
}

TEST(SingleOrders, AreWhatTheyAreCalled) {
  EXPECT_EQ(single_order(Strategy::fifo()), "abcabca");
  EXPECT_EQ(single_order(Strategy::run_to_block()), "aaabbcc");
  EXPECT_EQ(single_order(Strategy::lifo()), "ccbbaaa");
}

TEST(SingleOrders, LetATaskThatWaitsByYieldingEnd) {
  const Body spin = []() -> Coro<> {
    Shared<bool> ready{false};
    const auto waits = [&]() -> Coro<> {
      while (!ready.get()) co_await yield();
    };
    const auto sets = [&]() -> Coro<> {
      ready.set(true);
      co_return;
    };
    co_await gather(waits(), sets(), waits());
  };
  for (const char* name : {"fifo", "run_to_block", "lifo"}) {
    const auto search = make_search(Strategy::parse(name), 0);
    EXPECT_EQ(executions_to_failure(*search, spin, 1), 0u) << name;
  }
}

}  // namespace
}  // namespace sim::test
