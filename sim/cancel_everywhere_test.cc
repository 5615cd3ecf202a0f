// A program that stands everywhere a task can stand, cancelled at every instant, in every
// iteration, in front of and behind what else is due, once and twice. Whatever it held is free
// afterwards, its helpers get on, and nothing leaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::running_loop;
using sim::Task;

using Witness = std::shared_ptr<int>;

// What the victim shares with its helpers.
struct World {
  explicit World(Witness t) : token(std::move(t)) {}
  Witness token;
  sim::Lock lock;
  sim::Semaphore permits{2};
  sim::Event event;
  sim::Queue<Witness> queue{1};
  sim::Condition condition;
  int cleanups_begun = 0;
  int cleanups_ended = 0;
};

Coro<int> leaf(Witness token, sim::Duration d) {
  const Witness local = token;
  co_await sim::sleep(d);
  co_await sim::yield();
  co_return 1;
}

Coro<> cleanup(World& world) {
  ++world.cleanups_begun;
  const auto ended = co_await sim::settle(sim::sleep(1ms));
  ++world.cleanups_ended;
  ended.value();
}

// Contends for everything: holds the lock and a permit at times, sets the event, feeds the queue.
Coro<> helper(World& world) {
  for (int i = 0; i < 4; ++i) {
    {
      const auto guard = co_await world.lock.guard();
      const auto permit = co_await world.permits.guard();
      co_await sim::sleep(1ms);
    }
    co_await sim::yield();
    world.event.set();
    if (!world.queue.full()) world.queue.put_nowait(world.token);
    const auto condition = co_await world.condition.guard();
    world.condition.notify_all();
  }
}

Coro<int> hold_locks(World& world) {
  const auto guard = co_await world.lock.guard();
  const auto one = co_await world.permits.guard();
  const auto two = co_await world.permits.guard();
  co_await sim::yield();
  co_return co_await leaf(world.token, 1ms);
}
Coro<int> use_the_queue(World& world) {
  const Witness item = co_await world.queue.get();
  co_await world.queue.put(item);
  co_await world.queue.put(item);  // somebody takes one, or the timeout comes
  co_return 1;
}
Coro<int> wait_for_signals(World& world) {
  world.event.clear();
  co_await sim::wait_for(world.event.wait(), 3ms);
  const auto condition = co_await world.condition.guard();
  co_await sim::wait_for(world.condition.wait(), 2ms);
  co_return 1;
}
Coro<int> run_others(World& world) {
  auto shielded = create_task(leaf(world.token, 1ms));
  auto [a, b, c] = co_await sim::gather(leaf(world.token, 1ms), leaf(world.token, 2ms),
                                        sim::shield(shielded));
  auto task = create_task(leaf(world.token, 2ms));
  const auto waited = co_await sim::wait(sim::WaitOptions(1ms), task);
  const int d = co_await task;
  co_return a + b + c + d + static_cast<int>(waited.pending.size());
}
Coro<> victim(World& world) {
  const auto kept = world.token;
  const auto body = [&]() -> Coro<> {
    co_await hold_locks(world);
    co_await sim::settle(sim::wait_for(use_the_queue(world), 2ms));
    co_await sim::settle(wait_for_signals(world));
    co_await run_others(world);
    const auto slow = [&](sim::Timeout&) -> Coro<> { co_await leaf(world.token, 1h); };
    co_await sim::settle(sim::timeout(1ms, slow));
  };
  const auto clean = [&]() -> Coro<> { co_await cleanup(world); };
  co_await sim::finally_do(body, clean);
}

struct Cancellation {
  sim::Duration at;
  int iterations_later;
  bool before_the_victim;  // whether its timer is in front of the victim's of the same instant
  std::optional<int> again_after;  // iterations after the first one
};

// Cancels `victim` as the plan says.
void arm(const Cancellation& plan, std::shared_ptr<Task<>> victim) {
  struct Countdown {
    std::shared_ptr<Task<>> victim;
    std::optional<int> again_after;
    int left;
    void operator()() {
      if (left-- > 0) {
        running_loop().call_soon(*this);
        return;
      }
      if (*victim) victim->cancel("planned");
      if (!again_after) return;
      left = *again_after;
      again_after.reset();
      (*this)();
    }
  };
  running_loop().call_at(sim::TimePoint(plan.at),
                         Countdown{std::move(victim), plan.again_after, plan.iterations_later});
}

struct HowItEnded {
  bool cancelled = false;
  sim::Duration at{};
};

HowItEnded run_with(const Cancellation& plan) {
  HowItEnded ended;
  const Witness token = std::make_shared<int>(0);
  sim::test::Findings findings;
  const auto main = [&]() -> Coro<> {
    World world(token);
    auto task = std::make_shared<Task<>>();
    if (plan.before_the_victim) arm(plan, task);
    auto help = create_task(helper(world));
    *task = create_task(victim(world));
    if (!plan.before_the_victim) arm(plan, task);
    const auto outcome = co_await sim::settle(*task);
    ended = {outcome.cancelled(), sim::uptime()};
    EXPECT_TRUE(outcome.has_value() || outcome.cancelled());
    co_await help;
    co_await sim::sleep(1s);  // shielded work ends
    EXPECT_FALSE(world.lock.locked());
    EXPECT_FALSE(world.permits.locked());
    co_await world.permits.acquire();
    co_await world.permits.acquire();
    EXPECT_TRUE(world.permits.locked()) << "there are two permits, no more";
    EXPECT_LE(world.cleanups_begun, 1);
    EXPECT_EQ(world.cleanups_ended, world.cleanups_begun);
    EXPECT_EQ(sim::all_tasks().size(), 1u);
  };
  try {
    sim::run(main(), sim::test::observed_by(findings));
  } catch (const sim::DeadlockError& error) {
    ADD_FAILURE() << error.what();
  }
  EXPECT_EQ(token.use_count(), 1);
  for (const sim::Finding& finding : findings.all()) ADD_FAILURE() << finding.message;
  return ended;
}

std::string describe(const Cancellation& plan) {
  return "cancelled at " + std::to_string(plan.at / 1us) + " us + " +
         std::to_string(plan.iterations_later) + " iterations, " +
         (plan.before_the_victim ? "in front" : "behind") +
         (plan.again_after ? ", again after " + std::to_string(*plan.again_after) : "");
}

// Runs the program with a cancellation at each place; gives how many cancelled it.
int cancel_at_every_step(const std::vector<std::optional<int>>& again) {
  const HowItEnded whole = run_with({1h, 0, true, std::nullopt});
  EXPECT_FALSE(whole.cancelled);
  EXPECT_GT(whole.at, 10ms);
  int cancelled = 0;
  for (sim::Duration at{}; at <= whole.at; at += 500us) {
    for (int iterations = 0; iterations < 9; ++iterations) {
      for (const bool before : {true, false}) {
        for (const std::optional<int>& after : again) {
          const Cancellation plan{at, iterations, before, after};
          SCOPED_TRACE(describe(plan));
          cancelled += run_with(plan).cancelled ? 1 : 0;
          if (testing::Test::HasFailure()) return cancelled;
        }
      }
    }
  }
  return cancelled;
}

TEST(CancelEverywhere, OnceFreesWhatItHeldAndLeavesNothing) {
  EXPECT_GT(cancel_at_every_step({std::nullopt}), 200);
}

TEST(CancelEverywhere, TwiceFreesWhatItHeldAndLeavesNothing) {
  EXPECT_GT(cancel_at_every_step({0, 1, 2, 3}), 800);
}

TEST(CancelEverywhere, UnderRandomSchedulesToo) {
  const std::uint64_t seeds = sim::test::long_run() ? 20000 : 1000;
  int cancelled = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    sim::RandomSource source(seed);
    sim::test::Findings findings;
    sim::RunOptions options = sim::test::observed_by(findings);
    options.source = &source;
    options.order = seed % 2 == 0 ? sim::Order::any : sim::Order::fifo;
    options.seed = seed;
    const Witness token = std::make_shared<int>(0);
    const auto main = [&]() -> Coro<> {
      World world(token);
      auto help = create_task(helper(world));
      auto task = create_task(victim(world));
      co_await sim::sleep(sim::rng().uniform(0us, 16ms));
      for (int left = sim::rng().uniform(0, 8); left > 0; --left) co_await sim::yield();
      task.cancel();
      const auto outcome = co_await sim::settle(task);
      cancelled += outcome.cancelled() ? 1 : 0;
      co_await help;
      co_await sim::sleep(1s);
      EXPECT_FALSE(world.lock.locked() || world.permits.locked());
    };
    sim::run(main(), options);
    ASSERT_EQ(token.use_count(), 1) << "seed " << seed;
    ASSERT_TRUE(findings.all().empty()) << "seed " << seed << ": " << findings.all()[0].message;
  }
  EXPECT_GT(cancelled, static_cast<int>(seeds) / 4);
}

}  // namespace
