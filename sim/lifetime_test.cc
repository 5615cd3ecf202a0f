// Who outlives whom: loops that go while tasks are suspended, and handles that outlive their loop.
// Most of these tests are there for the sanitizers; a token counts what has not been destroyed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Future;
using sim::running_loop;
using sim::Task;
using sim::test::Log;
using testing::ElementsAre;

using Witness = std::shared_ptr<int>;

// Breaks a run off with a failed check: nothing can run any more, so all is destroyed where it
// stands.
template <class Main>
void break_off(Main main) {
  sim::test::Findings findings;
  const auto failing = [&]() -> Coro<> {
    create_task(main());
    co_await sim::sleep(1s);
    SIM_CHECK(false);
  };
  EXPECT_ANY_THROW(sim::run(failing(), sim::test::observed_by(findings)));
  EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::assertion))
      << "a loop that is torn down reports nothing more";
}

TEST(Lifetime, ATaskGoesWithItsLoopWhereverItStands) {
  const Witness token = std::make_shared<int>(0);
  sim::Lock held;
  sim::Event event;
  sim::Queue<Witness> empty;
  sim::Queue<Witness> full(1);
  full.put_nowait(nullptr);
  sim::Semaphore none(0);
  const auto forever = []() -> Coro<> { co_await running_loop().create_future<>(); };
  const auto sleep_in_a_timeout = [](sim::Timeout&) -> Coro<> { co_await sim::sleep(1h); };
  const std::vector<std::function<Coro<>()>> waits = {
      [&]() -> Coro<> { co_await sim::sleep(1h); },
      [&]() -> Coro<> { for (;;) co_await sim::yield(); },
      [&]() -> Coro<> { co_await running_loop().create_future<Witness>(); },
      [&]() -> Coro<> { co_await create_task(forever()); },
      [&]() -> Coro<> { co_await forever(); },
      [&]() -> Coro<> { co_await held.acquire(); },
      [&]() -> Coro<> { const auto guard = co_await held.guard(); },
      [&]() -> Coro<> { co_await event.wait(); },
      [&]() -> Coro<> { co_await empty.get(); },
      [&]() -> Coro<> { co_await full.put(token); },
      [&]() -> Coro<> { co_await none.acquire(); },
      [&]() -> Coro<> { co_await sim::gather(forever(), forever()); },
      [&]() -> Coro<> { co_await sim::gather_settled(forever(), forever()); },
      [&]() -> Coro<> { co_await sim::shield(forever()); },
      [&]() -> Coro<> { co_await sim::wait({}, create_task(forever()), create_task(forever())); },
      [&]() -> Coro<> { co_await sim::wait(sim::WaitOptions(1h), create_task(forever())); },
      [&]() -> Coro<> { co_await sim::wait_for(forever(), 1h); },
      [&]() -> Coro<> { co_await sim::timeout(1h, sleep_in_a_timeout); },
      [&]() -> Coro<> { co_await sim::settle(sim::settle(forever())); },
      [&]() -> Coro<> { co_await sim::finally_do(forever, forever); },
  };
  for (const auto& wait : waits) {
    const auto waiting = [&](Witness argument) -> Coro<> {
      const Witness local = argument;
      co_await wait();
    };
    const auto main = [&]() -> Coro<> {
      auto task = create_task(waiting(token));
      co_await held.acquire();
      running_loop().call_later(1s, [] { running_loop().stop(); });
      co_await task;
    };
    sim::RunOptions options;
    options.max_steps = 500;  // for the one that only yields
    sim::test::Findings findings;
    options.observer = &findings;
    EXPECT_ANY_THROW(sim::run(main(), options));
    EXPECT_LE(findings.all().size(), 1u);  // the livelock
    EXPECT_EQ(token.use_count(), 1);
    held.release();
  }
}

TEST(Lifetime, TasksGoNewestFirstAndALeafBeforeItsAwaiter) {
  Log log;
  struct Leaving {
    Log& log;
    std::string name;
    ~Leaving() { log.push_back(name); }
  };
  const auto leaf = [&](std::string name) -> Coro<> {
    const Leaving leaving{log, name + " leaf"};
    co_await running_loop().create_future<>();
  };
  const auto root = [&](std::string name) -> Coro<> {
    const Leaving leaving{log, name + " root"};
    co_await leaf(name);
  };
  const auto main = [&]() -> Coro<> {
    create_task(root("old"));
    create_task(root("new"));
    co_return;
  };
  break_off(main);
  EXPECT_THAT(log, ElementsAre("new leaf", "new root", "old leaf", "old root"));
}

TEST(Lifetime, ATaskThatNeverStartedGoesWithoutAWord) {
  const Witness token = std::make_shared<int>(0);
  const auto child = [](Witness) -> Coro<> { co_return; };
  const auto main = [&]() -> Coro<> {
    running_loop().call_later(1s, [&] { create_task(child(token)); });
    co_return;
  };
  break_off(main);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Lifetime, CallbacksThatNeverRunAreDestroyed) {
  const Witness token = std::make_shared<int>(0);
  const auto main = [&]() -> Coro<> {
    running_loop().call_later(1h, [token] {});
    running_loop().call_later(1h, [token] {}).cancel();
    const auto pending = running_loop().create_future<>();
    pending.add_done_callback([token] {});
    running_loop().call_later(1s, [token, pending] {
      running_loop().call_soon([token] {});
      pending.set_result();  // schedules its callback, too late
    });
    co_return;
  };
  break_off(main);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Lifetime, DestructorsMayUseTheLoopWhileItGoes) {
  const Witness token = std::make_shared<int>(0);
  sim::Event event;
  struct Uses {
    std::function<void()> use;
    ~Uses() { use(); }
  };
  const auto forever = [](Witness) -> Coro<> { co_await running_loop().create_future<>(); };
  const auto main = [&]() -> Coro<> {
    auto future = running_loop().create_future<>();
    future.add_done_callback([token] {});
    auto other = create_task(forever(token));
    const auto waiter = [&]() -> Coro<> { co_await event.wait(); };
    create_task(waiter());
    const Uses uses{[&, future, other] {
      running_loop().call_soon([token] {});
      running_loop().call_later(1h, [token] {});
      create_task(forever(token));
      event.set();
      future.set_result();
      other.cancel();
      sim::spawn(forever, token);
    }};
    co_await running_loop().create_future<>();
  };
  break_off(main);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Lifetime, CallbacksMayUseTheLoopAsTheyAreDestroyed) {
  const Witness token = std::make_shared<int>(0);
  struct Uses {
    Witness token;
    explicit Uses(Witness t) : token(std::move(t)) {}
    Uses(Uses&& other) noexcept : token(std::move(other.token)) {}
    ~Uses() {
      if (token == nullptr) return;
      for (int i = 0; i < 100; ++i) {
        running_loop().call_later(1h, [kept = token] {});
        running_loop().call_soon([kept = token] {});
      }
    }
  };
  const auto main = [&]() -> Coro<> {
    running_loop().call_later(1h, [uses = Uses(token)] {});
    running_loop().call_later(2h, [uses = Uses(token)] {});
    co_return;
  };
  break_off(main);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Lifetime, HandlesOutliveTheirLoop) {
  const Witness token = std::make_shared<int>(0);
  std::optional<Task<Witness>> ended;
  std::optional<Task<>> pending;
  std::optional<sim::AnyTask> any;
  std::optional<Future<Witness>> set;
  std::optional<Future<>> unset;
  sim::Handle timer;
  sim::Handle ran;
  const auto give = [](Witness t) -> Coro<Witness> { co_return t; };
  const auto forever = [](Witness) -> Coro<> { co_await running_loop().create_future<>(); };
  const auto main = [&]() -> Coro<> {
    ended = create_task(give(token));
    pending = create_task(forever(token), "pending");
    any = *pending;
    set = running_loop().create_future<Witness>();
    set->set_result(token);
    unset = running_loop().create_future<>();
    unset->add_done_callback([token] {});
    timer = running_loop().call_later(1h, [token] {});
    ran = running_loop().call_soon([] {});
    co_await *ended;
  };
  break_off(main);
  EXPECT_EQ(*ended->result(), 0);
  EXPECT_TRUE(pending->done());
  EXPECT_TRUE(any->cancelled()) << "nothing is left of it to run";
  EXPECT_EQ(pending->name(), "pending");
  EXPECT_EQ(pending->stack(), "");
  EXPECT_FALSE(pending->cancel());
  EXPECT_THROW(pending->result(), sim::CancelledError);
  EXPECT_EQ(*set->result(), 0);
  EXPECT_FALSE(unset->done());
  EXPECT_THROW(unset->set_result(), std::runtime_error) << "there is no loop to run its callback";
  timer.cancel();
  ran.cancel();
  for (const auto& handle : {timer, ran}) EXPECT_LE(handle.when(), sim::TimePoint(1h));
  ended.reset();
  pending.reset();
  any.reset();
  set.reset();
  unset.reset();
  timer = ran = sim::Handle();
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Lifetime, AFutureForgetsWhoAwaitedItInALoopThatIsGone) {
  std::optional<Future<>> future;
  const auto main = [&]() -> Coro<> {
    future = running_loop().create_future<>();
    co_await *future;
  };
  break_off(main);
  future->set_result();
  EXPECT_TRUE(future->done());
  future.reset();
}

TEST(Lifetime, AHandleOfOneRunMayBeReadInTheNextAndNotAwaitedWhileItIsPending) {
  std::optional<Task<int>> task;
  std::optional<Future<int>> future;
  sim::Handle timer;
  const auto number = []() -> Coro<int> { co_return 5; };
  const auto first = [&]() -> Coro<> {
    task = create_task(number());
    future = running_loop().create_future<int>();
    timer = running_loop().call_later(1h, [] { ADD_FAILURE(); });
    co_await *task;
  };
  const auto second = [&]() -> Coro<int> {
    timer.cancel();
    const int five = co_await *task;
    EXPECT_THROW(co_await *future, std::runtime_error) << "as in asyncio";
    future->set_result(1);
    co_return five + co_await *future;
  };
  sim::run(first());
  EXPECT_EQ(sim::run(second()), 6);
  task.reset();
  future.reset();
}

TEST(Lifetime, ATaskMayHoldItsOwnHandle) {
  const Witness token = std::make_shared<int>(0);
  const auto child = [](Witness, std::shared_ptr<Task<>> self) -> Coro<> {
    co_await sim::sleep(1s);
    static_cast<void>(self);
  };
  const auto hold_itself = [&](sim::Duration until) {
    return [&, until]() -> Coro<> {
      auto self = std::make_shared<Task<>>();
      *self = create_task(child(token, self));
      co_await sim::sleep(until);
    };
  };
  const auto ends = hold_itself(2s);
  sim::run(ends());
  EXPECT_EQ(token.use_count(), 1);
  const auto breaks_off = hold_itself(10s);
  break_off(breaks_off);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Lifetime, AnExceptionThatAHandleKeepsOutlivesTheLoop) {
  std::optional<Task<>> kept;
  const auto failing = []() -> Coro<> {
    throw std::out_of_range("kept");
    co_return;
  };
  const auto main = [&]() -> Coro<> {
    kept = create_task(failing());
    co_await sim::settle(*kept);
  };
  sim::run(main());
  EXPECT_THROW(kept->result(), std::out_of_range);
}

TEST(Lifetime, LoopsMayLiveSideBySide) {
  sim::Runner a;
  sim::Runner b;
  const auto body = []() -> Coro<sim::TimePoint> {
    create_task(sim::sleep(1h));
    co_await sim::sleep(1s);
    co_return sim::now();
  };
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(a.run(body()), sim::TimePoint(1s * i));
    EXPECT_EQ(b.run(body()), sim::TimePoint(1s * i));
  }
  a.close();
  EXPECT_EQ(b.run(body()), sim::TimePoint(5s));
}

TEST(Lifetime, AnExceptionFromADecisionSourceBreaksTheRunOff) {
  class Broken final : public sim::DecisionSource {
   public:
    std::uint32_t pick(sim::DecisionKind, std::uint32_t, const sim::DecisionContext&) override {
      throw std::logic_error("broken source");
    }
  };
  const Witness token = std::make_shared<int>(0);
  Broken broken;
  sim::RunOptions options;
  options.source = &broken;
  options.order = sim::Order::any;
  const auto child = [](Witness) -> Coro<> { co_await sim::sleep(1s); };
  const auto main = [&]() -> Coro<> { co_await sim::gather(child(token), child(token)); };
  EXPECT_THROW(sim::run(main(), options), std::logic_error);
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
