// use_after_scope: an access to a Shared or a primitive that has been destroyed, where the run is
// watched. The memory of the dead stays alive here, as that of frames does in an exploration.
#include "sim/object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::Coro;
using sim::FindingKind;
using testing::HasSubstr;
using testing::IsEmpty;

// Holds a T that may die while its memory stays.
template <class T>
struct Grave {
  alignas(T) unsigned char memory[sizeof(T)];
  T* object = nullptr;
  template <class... Args>
  void make(Args&&... args) {
    object = new (memory) T(std::forward<Args>(args)...);
  }
};

sim::Report explore_every(const sim::Body& body) {
  return sim::explore(body, {.strategy = sim::Strategy::parse("dfs"), .shrink = false});
}

template <class T, class Use>
void expect_use_after_scope(Use use, const std::string& what) {
  const sim::Report report = explore_every([&]() -> Coro<> {
    auto grave = std::make_unique<Grave<T>>();
    grave->make();
    const auto late = [&]() -> Coro<> {
      co_await sim::yield();
      co_await use(*grave->object);
    };
    auto task = sim::create_task(late(), "late");
    co_await sim::yield();
    grave->object->~T();
    std::memset(grave->memory, 0xdb, 16);  // as malloc does with what is given back
    co_await task;
  });
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::use_after_scope);
  EXPECT_THAT(report.failures[0].message, HasSubstr("late " + what));
  EXPECT_THAT(report.failures[0].message, HasSubstr(", which has been destroyed"));
}

TEST(UseAfterScope, OfASharedVariable) {
  using Shared = sim::Shared<std::string>;
  const auto get = [](Shared& s) -> Coro<> { s.get(); co_return; };
  const auto set = [](Shared& s) -> Coro<> { s.set("x"); co_return; };
  const auto update = [](Shared& s) -> Coro<> { s.update([](std::string&) {}); co_return; };
  const auto exchange = [](Shared& s) -> Coro<> { s.compare_exchange("a", "b"); co_return; };
  expect_use_after_scope<Shared>(get, "reads Shared made at ");
  expect_use_after_scope<Shared>(set, "writes Shared made at ");
  expect_use_after_scope<Shared>(update, "updates Shared made at ");
  expect_use_after_scope<Shared>(exchange, "uses Shared made at ");
}

TEST(UseAfterScope, OfPrimitives) {
  const auto acquire = [](auto& lock) -> Coro<> { co_await lock.acquire(); };
  const auto wait = [](sim::Event& event) -> Coro<> { co_await event.wait(); };
  const auto put = [](sim::Queue<int>& queue) -> Coro<> { co_await queue.put(1); };
  expect_use_after_scope<sim::Lock>(acquire, "acquires Lock made at ");
  expect_use_after_scope<sim::Semaphore>(acquire, "acquires Semaphore made at ");
  expect_use_after_scope<sim::Event>(wait, "waits for Event made at ");
  expect_use_after_scope<sim::Queue<int>>(put, "uses Queue made at ");
}

TEST(UseAfterScope, OfAQueueThatWasShutDown) {
  const auto last_item = [](sim::Queue<int>& queue) -> Coro<> { co_await queue.get(); };
  struct Closed : sim::Queue<int> {
    Closed() {
      put_nowait(1);
      shutdown();
    }
  };
  expect_use_after_scope<Closed>(last_item, "uses Queue made at ");
}

Coro<> borrows(sim::Shared<int>& shared) {
  co_await sim::yield();
  co_await sim::yield();
  shared.set(1);
}
Coro<> lends() {
  sim::Shared<int> local(0);
  sim::create_task(borrows(local), "borrower");
  co_await sim::yield();
}

TEST(UseAfterScope, OfALocalWhoseCoroutineHasEnded) {
  if (!sim::internal::kArenaRecycles) GTEST_SKIP() << "AddressSanitizer sees it first";
  const sim::Report report = explore_every([]() -> Coro<> {
    co_await lends();
    const auto another = [](int n) -> Coro<int> { co_return n; };
    for (int i = 0; i < 3; ++i) co_await another(i);
    co_await sim::sleep(std::chrono::seconds(1));
  });
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::use_after_scope);
  EXPECT_THAT(report.failures[0].message, HasSubstr("borrower writes Shared made at "));
}

TEST(UseAfterScope, IsNoneOfANewObjectInThePlaceOfADeadOne) {
  const sim::Report report = explore_every([]() -> Coro<> {
    auto grave = std::make_unique<Grave<sim::Shared<int>>>();
    for (int i = 0; i < 3; ++i) {
      grave->make();
      grave->object->set(1);
      co_await sim::yield();
      SIM_CHECK_EQ(grave->object->get(), 1);
      grave->object->~Shared();
    }
  });
  EXPECT_TRUE(report.ok()) << report.failures[0].explanation();
}

TEST(UseAfterScope, IsNoneOfWhatIsDestroyedWithTheRun) {
  const sim::Report report = explore_every([]() -> Coro<> {
    sim::Lock lock;
    sim::Shared<int> shared(0);
    const auto child = [&]() -> Coro<> {
      const auto guard = co_await lock.guard();
      shared.set(1);
      co_await sim::yield();
      shared.set(2);
    };
    co_await sim::gather(child(), child());
  });
  EXPECT_TRUE(report.ok()) << report.failures[0].explanation();
}

}  // namespace
