#include "primitives/operation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::FindingKind;
using sim::test::Findings;
using sim::test::Log;
using sim::test::observed_by;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Primitives {
  sim::Lock lock;
  sim::Semaphore semaphore{1};
  sim::Event event;
  sim::Condition condition;
  sim::Queue<int> queue;
};

// What a run of body(primitives) in a task reports.
template <class F>
std::vector<std::string> findings_of(F body) {
  Findings findings;
  const auto main = [&]() -> Coro<> {
    Primitives primitives;
    body(primitives);
    co_await sim::sleep(1s);
  };
  sim::run(main(), observed_by(findings));
  std::vector<std::string> messages;
  for (const sim::Finding& finding : findings.all()) {
    messages.push_back(std::string(to_string(finding.kind)) + ": " + finding.message);
  }
  return messages;
}

// The operation is made and dropped, which is found, moved or not.
template <class F>
void expect_found(F make, const std::string& name) {
  const std::string message = "never_awaited: '" + name + "' was never awaited, in task main";
  EXPECT_THAT(findings_of([&](Primitives& p) { auto dropped = make(p); }), ElementsAre(message));
  const auto moved = [&](Primitives& p) {
    auto first = make(p);
    auto second = std::move(first);
  };
  EXPECT_THAT(findings_of(moved), ElementsAre(message));
}

TEST(Operation, EveryOperationThatNobodyAwaitsIsFound) {
  expect_found([](Primitives&) { return sim::sleep(1s); }, "sleep");
  expect_found([](Primitives&) { return sim::sleep_until(sim::now()); }, "sleep");
  expect_found([](Primitives&) { return sim::yield(); }, "yield");
  expect_found([](Primitives& p) { return p.lock.acquire(); }, "Lock.acquire");
  expect_found([](Primitives& p) { return p.lock.guard(); }, "Lock.acquire");
  expect_found([](Primitives& p) { return p.semaphore.acquire(); }, "Semaphore.acquire");
  expect_found([](Primitives& p) { return p.semaphore.guard(); }, "Semaphore.acquire");
  expect_found([](Primitives& p) { return p.event.wait(); }, "Event.wait");
  expect_found([](Primitives& p) { return p.condition.acquire(); }, "Lock.acquire");
  expect_found([](Primitives& p) { return p.queue.get(); }, "Queue.get");
  expect_found([](Primitives& p) { return p.queue.put(1); }, "Queue.put");
}

TEST(Operation, ACoroutineOfThePrimitivesIsFoundByItsName) {
  EXPECT_THAT(findings_of([](Primitives& p) { auto dropped = p.condition.wait(); }),
              ElementsAre(HasSubstr("coroutine 'wait' (")));
  const auto body = [](sim::Timeout&) -> Coro<> { co_return; };
  EXPECT_THAT(findings_of([&](Primitives&) { auto dropped = sim::timeout(1s, body); }),
              ElementsAre(HasSubstr("never_awaited: coroutine ")));
  const auto work = []() -> Coro<> { co_return; };
  EXPECT_THAT(findings_of([&](Primitives&) { auto dropped = sim::wait_for(work(), 1s); }),
              testing::Contains(HasSubstr("never_awaited: coroutine 'wait_for")));
}

TEST(Operation, WhatIsAwaitedIsNotFound) {
  Findings findings;
  const auto body = []() -> Coro<> {
    Primitives p;
    auto acquire = p.lock.acquire();
    co_await std::move(acquire);
    co_await p.queue.put(1);
    co_await p.queue.get();
    co_await sim::gather(sim::sleep(1s), sim::yield(), p.semaphore.acquire());
    const auto slept = co_await sim::settle(sim::sleep(1s));
    EXPECT_TRUE(slept.has_value());
    p.lock.release();
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(Operation, WhatATaskWasMadeOfIsNotFoundWhenTheTaskNeverBegins) {
  EXPECT_THAT(findings_of([](Primitives& p) {
                create_task(sim::sleep(1s)).cancel();
                create_task(sim::yield()).cancel();
                create_task(p.lock.acquire()).cancel();
                create_task(p.lock.guard()).cancel();
                create_task(p.semaphore.acquire()).cancel();
                create_task(p.event.wait()).cancel();
                create_task(p.queue.get()).cancel();
                create_task(p.queue.put(1)).cancel();
                create_task(p.condition.wait()).cancel();
              }),
              IsEmpty());
}

TEST(Operation, WhatIsCancelledBeforeItBeginsIsNotFound) {
  Findings findings;
  const auto body = []() -> Coro<> {
    Primitives p;
    auto all = sim::gather(p.queue.get(), sim::sleep(1s));
    all.cancel();
    const auto gathered = co_await sim::settle(std::move(all));
    EXPECT_TRUE(gathered.exception() != nullptr);
    auto shielded = create_task(sim::shield(p.event.wait()));
    co_await sim::yield();
    const auto none = co_await sim::settle(sim::wait_for(p.lock.acquire(), 0s));
    EXPECT_THROW(none.value(), sim::TimeoutError);
    p.event.set();
    co_await shielded;
  };
  sim::run(body(), observed_by(findings));
  EXPECT_THAT(findings.kinds(), IsEmpty());
}

TEST(Operation, OutsideARunNothingIsReported) {
  testing::internal::CaptureStderr();
  {
    sim::Lock lock;
    auto acquire = lock.acquire();
    auto sleep = sim::sleep(1s);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Operation, ACallbackHasNoTaskToName) {
  Findings findings;
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_soon([] { auto dropped = sim::sleep(1s); });
    co_await sim::sleep(1s);
  };
  sim::run(body(), observed_by(findings));
  ASSERT_THAT(findings.kinds(), ElementsAre(FindingKind::never_awaited));
  EXPECT_EQ(findings.all()[0].message, "'sleep' was never awaited");
}

}  // namespace
