#include "sim/explore/fault_dice.h"

#include <deque>
#include <vector>

#include "gmock/gmock.h"
#include "sim/explore/test_programs.h"

namespace sim::test {
namespace {

using namespace std::chrono_literals;

TEST(Injections, AreAboutOneInARun) {
  Rng rng(1);
  internal::Injections injections;
  int injected = 0;
  for (int run = 0; run < 8'000; ++run) {
    injections.begin(rng);
    for (int offer = 0; offer < 10; ++offer) {
      if (!injections.due()) continue;
      injections.done();
      ++injected;
    }
  }
  EXPECT_GT(injected, 8'000);
  EXPECT_LT(injected, 11'000);
}

TEST(Injections, LearnHowManyOffersThereAre) {
  constexpr int kOffers = 1'000;
  Rng rng(1);
  internal::Injections injections;
  std::vector<int> tenths(10);
  for (int run = 0; run < 8'000; ++run) {
    injections.begin(rng);
    for (int offer = 0; offer < kOffers; ++offer) {
      if (!injections.due()) continue;
      injections.done();
      ++tenths[static_cast<std::size_t>(offer / 100)];
    }
  }
  EXPECT_LT(chi_square(tenths, 1'000), 30);  // expected 9, give or take 4
}

// asyncio's lock as it was before bpo-27585: who is cancelled between its wake-up and its turn
// wakes nobody.
class ForgetfulLock {
 public:
  Coro<> acquire() {
    if (!held_ && waiters_.empty()) {
      held_ = true;
      co_return;
    }
    Future<> turn = running_loop().create_future();
    waiters_.push_back(turn);
    try {
      co_await turn;
    } catch (const CancelledError&) {
      std::erase_if(waiters_, [&](const Future<>& each) { return each == turn; });
      throw;
    }
    std::erase_if(waiters_, [&](const Future<>& each) { return each == turn; });
    held_ = true;
  }
  void release() {
    held_ = false;
    for (Future<>& each : waiters_) {
      if (each.done()) continue;
      each.set_result();
      return;
    }
  }

 private:
  bool held_ = false;
  std::deque<Future<>> waiters_;
};

Coro<> use(ForgetfulLock& lock) {
  co_await lock.acquire();
  co_await yield();
  lock.release();
}
Coro<> three_users() {
  ForgetfulLock lock;
  co_await gather_settled(use(lock), use(lock), use(lock));
}

class Faults : public testing::TestWithParam<const char*> {};

TEST_P(Faults, HitTheWindowBetweenAWakeUpAndTheTurn) {
  RunOptions options = any_order();
  options.cancellations = 1;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto search = make_search(Strategy::parse(GetParam()), seed);
    EXPECT_NE(executions_to_failure(*search, three_users, 100, options), 0u) << "seed " << seed;
  }
}

// Counts the cancellations, and those of a task that has been woken and has not run.
struct CountingCancellations final : DecisionSource {
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    const std::uint32_t index = inner->pick(kind, n, context);
    if (kind != DecisionKind::cancel || index == 0) return index;
    ++all;
    const auto* waiter = context.loop->scheduler().cancellable()[index - 1]->waiter();
    in_window += waiter != nullptr && waiter->status() == internal::WaitStatus::woken;
    return index;
  }
  internal::Watcher* watcher() override { return inner->watcher(); }
  DecisionSource* inner = nullptr;
  int all = 0;
  int in_window = 0;
};

TEST_P(Faults, OftenCancelInThatWindow) {
  const Body rarely_woken = []() -> Coro<> {
    Event event;
    const auto wait = [&]() -> Coro<> { co_await event.wait(); };
    const auto set = [&]() -> Coro<> {
      for (int i = 0; i < 20; ++i) co_await yield();
      event.set();
      for (int i = 0; i < 20; ++i) co_await yield();
    };
    co_await gather_settled(wait(), set());
  };
  RunOptions options = any_order();
  options.cancellations = 1;
  Execution execution(rarely_woken, options);
  const auto search = make_search(Strategy::parse(GetParam()), 1);
  CountingCancellations counting;
  for (int i = 0; i < 400; ++i) {
    counting.inner = search->next();
    execution.run(counting);
  }
  EXPECT_GT(counting.all, 200);
  EXPECT_GT(counting.in_window, counting.all / 6);
  EXPECT_LT(counting.in_window, counting.all * 2 / 3);
}

// A timeout that comes although what it waits for is ready, only later in the queue.
Coro<> impatient() {
  const auto answer = []() -> Coro<int> {
    for (int i = 0; i < 10; ++i) co_await yield();
    co_return 1;
  };
  co_await wait_for(answer(), 1h);
}

TEST_P(Faults, LetTimersFireWhileTasksAreReady) {
  RunOptions options = any_order();
  options.time = Time::slow_loop;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto search = make_search(Strategy::parse(GetParam()), seed);
    EXPECT_NE(executions_to_failure(*search, impatient, 100, options), 0u) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Samplers, Faults,
                         testing::Values("random", "pct:3", "pos", "urw", "surw", "delay:3"));

}  // namespace
}  // namespace sim::test
