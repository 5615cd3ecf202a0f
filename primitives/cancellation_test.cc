// Cancellation at each suspension of each primitive: a small world with a victim is run again and
// again, and each time the victim is cancelled at another moment: before its first step, while it
// waits, between its wake-up and its resumption, once more in the same tick, during its cleanup.
// Whatever the moment: a cancel() that says true ends the victim cancelled, the others get what is
// theirs, and nothing is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Task;
using sim::test::Findings;
using sim::test::observed_by;
using testing::IsEmpty;

// When the victim is cancelled: some yields after an instant, by a task made before or after it.
struct Moment {
  sim::Duration at;
  int yields;
  bool canceller_first;
  enum class Again { no, same_step, next_step } again;

  friend void PrintTo(const Moment& moment, std::ostream* out) {
    *out << "at " << moment.at / 1ms << " ms + " << moment.yields << " yields, canceller "
         << (moment.canceller_first ? "first" : "last") << ", again "
         << static_cast<int>(moment.again);
  }
};

std::vector<Moment> moments() {
  std::vector<Moment> all;
  for (const sim::Duration at : {0s, 1s, 2s}) {
    for (int yields = 0; yields < 7; ++yields) {
      for (const bool first : {true, false}) {
        for (const auto again :
             {Moment::Again::no, Moment::Again::same_step, Moment::Again::next_step}) {
          all.push_back({at, yields, first, again});
        }
      }
    }
  }
  return all;
}

Coro<> cancel_at(Moment moment, const Task<>* victim, bool& told) {
  if (moment.at > 0s) co_await sim::sleep(moment.at);
  for (int i = 0; i < moment.yields; ++i) co_await sim::yield();
  told = victim->cancel();
  if (moment.again == Moment::Again::same_step) victim->cancel();
  if (moment.again == Moment::Again::next_step) {
    co_await sim::yield();
    victim->cancel();
  }
}

// Runs a World at every moment. It has others(), which begins first and ends when all that is not
// the victim's has happened, victim(), and check(cancelled).
template <class World>
void at_every_moment() {
  for (const Moment& moment : moments()) {
    SCOPED_TRACE(testing::PrintToString(moment));
    Findings findings;
    const auto body = [&]() -> Coro<> {
      World world;
      bool told = false;
      Task<> victim;
      std::optional<Task<>> canceller;
      if (moment.canceller_first) canceller = create_task(cancel_at(moment, &victim, told));
      auto others = create_task(world.others());
      victim = create_task(world.victim());
      if (!canceller) canceller = create_task(cancel_at(moment, &victim, told));
      const auto ended = co_await sim::settle(victim);
      co_await others;
      co_await *canceller;
      EXPECT_EQ(ended.cancelled(), told);
      EXPECT_EQ(ended.has_value(), !told);
      world.check(ended.cancelled());
    };
    sim::run(body(), observed_by(findings));
    EXPECT_THAT(findings.kinds(), IsEmpty());
  }
}

struct SleepWorld {
  Coro<> victim() {
    co_await sim::sleep(1s);
    co_await sim::yield();
    co_await sim::sleep_until(sim::now() + 500ms);
  }
  Coro<> others() { co_await sim::sleep(3s); }
  void check(bool) {}
};

struct LockWorld {
  sim::Lock lock;
  int next = 0;
  Coro<> victim() {
    auto guard = co_await lock.guard();
    co_await sim::yield();
  }
  Coro<> queue() {
    auto guard = co_await lock.guard();
    ++next;
  }
  Coro<> others() {
    auto guard = co_await lock.guard();
    co_await sim::yield();  // the victim stands in line
    auto behind = sim::gather(queue(), queue());
    co_await sim::sleep(1s);
    guard.release();
    co_await behind;
  }
  void check(bool) {
    EXPECT_FALSE(lock.locked());
    EXPECT_EQ(next, 2);
  }
};

struct SemaphoreWorld {
  sim::Semaphore semaphore{0};
  int next = 0;
  Coro<> victim() {
    auto permit = co_await semaphore.guard();
    co_await sim::sleep(500ms);
  }
  Coro<> queue() {
    auto permit = co_await semaphore.guard();
    ++next;
  }
  Coro<> others() {
    auto all = sim::gather(queue(), queue());
    co_await sim::sleep(1s);
    semaphore.release();
    semaphore.release();
    co_await all;
  }
  void check(bool) {
    EXPECT_EQ(semaphore.value(), 2);
    EXPECT_EQ(next, 2);
  }
};

struct EventWorld {
  sim::Event event;
  int next = 0;
  Coro<> victim() { co_await event.wait(); }
  Coro<> queue() {
    co_await event.wait();
    ++next;
  }
  Coro<> others() {
    auto waiting = create_task(queue());
    co_await sim::sleep(1s);
    event.set();
    event.clear();
    co_await waiting;
    event.set();  // for a victim that came later
  }
  void check(bool) { EXPECT_EQ(next, 1); }
};

// One notification for the victim and one who waits behind it: it must not be lost.
struct ConditionWorld {
  sim::Condition condition;
  int items = 0;
  int taken = 0;
  Coro<> victim() { return take(); }
  Coro<> take() {
    auto guard = co_await condition.guard();
    co_await condition.wait_for([this] { return items > 0; });
    EXPECT_TRUE(condition.locked());
    --items;
    ++taken;
    co_await sim::yield();
  }
  Coro<> give() {
    auto guard = co_await condition.guard();
    ++items;
    condition.notify();
    co_await sim::yield();
  }
  Coro<> others() {
    auto other = create_task(take());
    co_await sim::sleep(1s);
    co_await give();
    co_await sim::sleep(1s);
    co_await give();
    co_await other;
  }
  void check(bool) {
    EXPECT_FALSE(condition.locked());
    EXPECT_EQ(items + taken, 2);
    EXPECT_GE(taken, 1);
  }
};

struct GetWorld {
  sim::Queue<int> queue;
  std::vector<int> got;
  Coro<> victim() { got.push_back(co_await queue.get()); }
  Coro<> take() { got.push_back(co_await queue.get()); }
  Coro<> others() {
    auto a = create_task(take());
    co_await sim::sleep(1s);
    queue.put_nowait(1);
    queue.put_nowait(2);
    co_await a;
  }
  void check(bool cancelled) {
    EXPECT_EQ(got.size() + queue.size(), 2u);
    if (!cancelled) {
      EXPECT_EQ(got.size(), 2u);
    }
    while (!queue.empty()) got.push_back(queue.get_nowait());
    EXPECT_EQ(std::set<int>(got.begin(), got.end()), (std::set<int>{1, 2}));
  }
};

struct PutWorld {
  sim::Queue<int> queue{1};
  std::set<int> got;
  PutWorld() { queue.put_nowait(0); }
  Coro<> victim() { co_await queue.put(1); }
  Coro<> others() {
    auto other = create_task(queue.put(2));
    co_await sim::sleep(1s);
    while (!queue.empty() || !other.done()) got.insert(co_await queue.get());
  }
  void check(bool cancelled) {
    EXPECT_TRUE(got.contains(2));
    if (!cancelled) {
      EXPECT_TRUE(got.contains(1));
    }
  }
};

struct JoinWorld {
  sim::Queue<int> queue;
  JoinWorld() { queue.put_nowait(1); }
  Coro<> victim() { co_await queue.join(); }
  Coro<> others() {
    co_await sim::sleep(1s);
    co_await queue.get();
    queue.task_done();
    co_await queue.join();
  }
  void check(bool) {}
};

struct GatherWorld {
  int ended = 0;
  Coro<> child(sim::Duration d) {
    const auto slept = co_await sim::settle(sim::sleep(d));
    ++ended;
    slept.value();
  }
  Coro<> victim() { co_await sim::gather(child(500ms), child(1s), child(1s)); }
  Coro<> others() { co_await sim::sleep(3s); }
  void check(bool cancelled) {
    if (!cancelled) {
      EXPECT_EQ(ended, 3);
    }
  }
};

struct SettledWorld : GatherWorld {
  Coro<> victim() { co_await sim::gather_settled(child(0s), child(1s)); }
  void check(bool) {}
};

struct WaitWorld {
  Task<> task;
  Coro<> child() { co_await sim::sleep(1s); }
  Coro<> victim() {
    task = create_task(child());
    co_await sim::wait(sim::WaitOptions(1s, sim::ReturnWhen::first_completed), task);
  }
  Coro<> others() { co_await sim::sleep(3s); }
  void check(bool) {
    if (task) {
      EXPECT_TRUE(task.done() && !task.cancelled()) << "wait() cancels nothing";
    }
  }
};

struct WaitForWorld {
  bool cleaned_up = true;
  Coro<> slow() {
    cleaned_up = false;
    const auto slept = co_await sim::settle(sim::sleep(2s));
    cleaned_up = true;
    slept.value();
  }
  Coro<> victim() {
    const auto ended = co_await sim::settle(sim::wait_for(slow(), 1s));
    if (ended.cancelled()) ended.value();
    auto task = create_task(slow());
    co_await sim::wait_for(task, 5s);
  }
  Coro<> others() { co_await sim::sleep(9s); }
  void check(bool) { EXPECT_TRUE(cleaned_up); }
};

struct TimeoutWorld {
  Coro<> victim() {
    const auto inner = [](sim::Timeout&) -> Coro<> { co_await sim::sleep(9s); };
    const auto outer = [&](sim::Timeout&) -> Coro<> {
      const auto ended = co_await sim::settle(sim::timeout(1s, inner));
      if (ended.cancelled()) ended.value();
      co_await sim::sleep(500ms);
    };
    co_await sim::timeout(2s, outer);
    EXPECT_EQ(sim::current_task().cancelling(), 0);
  }
  Coro<> others() { co_await sim::sleep(9s); }
  void check(bool) {}
};

struct ShieldWorld {
  bool committed = false;
  Task<> commit;
  Coro<> work() {
    co_await sim::sleep(1s);
    co_await sim::yield();
    committed = true;
  }
  Coro<> victim() {
    commit = create_task(work());
    co_await sim::shield(commit);
  }
  Coro<> others() { co_await sim::sleep(3s); }
  void check(bool) { EXPECT_EQ(committed, static_cast<bool>(commit)); }
};

struct GeneratorWorld {
  int closed = 0;
  struct Closing {
    ~Closing() { ++count; }
    int& count;
  };
  sim::AsyncGenerator<int> ticks() {
    const Closing closing{closed};
    for (int i = 0; i < 2; ++i) {
      co_await sim::sleep(500ms);
      co_yield i;
    }
  }
  bool began = false;
  Coro<> victim() {
    began = true;
    auto generator = ticks();
    while (co_await generator.next() != nullptr) co_await sim::yield();
    co_await generator.aclose();
  }
  Coro<> others() { co_await sim::sleep(3s); }
  void check(bool) { EXPECT_EQ(closed, began ? 1 : 0); }
};

struct AsyncWithWorld {
  int entered = 0;
  int left = 0;
  Coro<> aenter() {
    co_await sim::yield();
    ++entered;
  }
  Coro<> aexit(std::exception_ptr) {
    ++left;
    co_await sim::sleep(500ms);
  }
  Coro<> victim() {
    const auto body = []() -> Coro<> { co_await sim::sleep(1s); };
    co_await sim::async_with(*this, body);
  }
  Coro<> others() { co_await sim::sleep(3s); }
  void check(bool) { EXPECT_EQ(entered, left); }
};

// Cleans up with the primitive that it waited for, so that a second cancellation meets the cleanup.
struct CleanupWorld {
  sim::Lock lock;
  int cleanups = 0;
  bool began = false;
  Coro<> victim() {
    began = true;
    const auto body = [&]() -> Coro<> {
      auto guard = co_await lock.guard();
      co_await sim::sleep(1s);
    };
    const auto cleanup = [&]() -> Coro<> {
      ++cleanups;
      auto guard = co_await lock.guard();
      co_await sim::yield();
    };
    co_await sim::finally_do(body, cleanup);
  }
  Coro<> others() {
    auto guard = co_await lock.guard();
    co_await sim::sleep(1s);
  }
  void check(bool) {
    EXPECT_EQ(cleanups, began ? 1 : 0);
    EXPECT_FALSE(lock.locked());
  }
};

struct FutureWorld {
  sim::Future<int> future = sim::running_loop().create_future<int>();
  Coro<> victim() { co_await future; }
  Coro<> others() {
    co_await sim::sleep(1s);
    if (!future.done()) future.set_result(1);
  }
  void check(bool cancelled) {
    if (!cancelled) {
      EXPECT_EQ(future.result(), 1);
    }
  }
};

TEST(Cancellation, OfSleepAndYield) { at_every_moment<SleepWorld>(); }
TEST(Cancellation, OfALock) { at_every_moment<LockWorld>(); }
TEST(Cancellation, OfASemaphore) { at_every_moment<SemaphoreWorld>(); }
TEST(Cancellation, OfAnEvent) { at_every_moment<EventWorld>(); }
TEST(Cancellation, OfACondition) { at_every_moment<ConditionWorld>(); }
TEST(Cancellation, OfAGetter) { at_every_moment<GetWorld>(); }
TEST(Cancellation, OfAPutter) { at_every_moment<PutWorld>(); }
TEST(Cancellation, OfAJoin) { at_every_moment<JoinWorld>(); }
TEST(Cancellation, OfAGather) { at_every_moment<GatherWorld>(); }
TEST(Cancellation, OfASettledGather) { at_every_moment<SettledWorld>(); }
TEST(Cancellation, OfAWait) { at_every_moment<WaitWorld>(); }
TEST(Cancellation, OfWaitFor) { at_every_moment<WaitForWorld>(); }
TEST(Cancellation, OfNestedTimeouts) { at_every_moment<TimeoutWorld>(); }
TEST(Cancellation, OfAShield) { at_every_moment<ShieldWorld>(); }
TEST(Cancellation, OfAGenerator) { at_every_moment<GeneratorWorld>(); }
TEST(Cancellation, OfAsyncWith) { at_every_moment<AsyncWithWorld>(); }
TEST(Cancellation, OfACleanup) { at_every_moment<CleanupWorld>(); }
TEST(Cancellation, OfAFuture) { at_every_moment<FutureWorld>(); }

}  // namespace
