// The text of deadlock reports, in full: who waits for what, held by whom, awaited where.
#include "sim/wait_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Lock;
using sim::Task;

// The programs. Places in the reports are given as lines below this one.
constexpr int kAnchor = __LINE__;
Coro<> take(Lock& lock) {
  co_await lock.acquire();  // +2
}
Coro<> take_in_turn(Lock& first, Lock& second) {
  co_await first.acquire();
  co_await sim::sleep(1s);
  co_await take(second);  // +7
}
Coro<> embrace() {
  Lock a;  // +10
  Lock b;  // +11
  auto one = create_task(take_in_turn(a, b), "one");
  auto two = create_task(take_in_turn(b, a), "two");
  co_await sim::gather(one, two);  // +14
}
Coro<> never() {
  co_await sim::running_loop().create_future<int>();  // +17
}
Coro<> wait_for(Task<>& other) {
  co_await other;  // +20
}
Coro<> lonely() {
  co_await never();  // +23
}
Coro<> ring_of_three() {
  Task<> a;
  Task<> b;
  Task<> c;
  a = create_task(wait_for(b), "a");
  b = create_task(wait_for(c), "b");
  c = create_task(wait_for(a), "c");
  auto outside = create_task(wait_for(b), "outside");
  co_await outside;  // +33
}
Coro<> release_nothing() {
  Lock lock;  // +36
  co_await create_task(take(lock), "careless");
  co_await take(lock);  // +38
}
Coro<> everything() {
  sim::Event event;           // +41
  sim::Queue<int> queue(1);   // +42
  sim::Semaphore permits(0);  // +43
  queue.put_nowait(1);
  auto in_event = [&]() -> Coro<> { co_await event.wait(); };         // +45
  auto in_queue = [&]() -> Coro<> { co_await queue.put(2); };         // +46
  auto in_permits = [&]() -> Coro<> { co_await permits.acquire(); };  // +47
  auto event_task = create_task(in_event(), "event");
  auto queue_task = create_task(in_queue(), "queue");
  auto permit_task = create_task(in_permits(), "permit");
  co_await sim::gather(event_task, queue_task, permit_task);  // +51
}
Coro<> held_by_a_callback() {
  Lock lock;  // +54
  sim::running_loop().call_soon([&] { static_cast<void>(lock.acquire().make_awaiter().ready()); });
  co_await sim::yield();
  co_await take(lock);  // +57
}

// The report with "+N" for each place, N being the lines from the anchor.
std::string with_places_from_anchor(std::string text) {
  const std::string file = __FILE__ ":";
  for (auto at = text.find(file); at != text.npos; at = text.find(file, at)) {
    std::size_t digits = 0;
    const int line = std::stoi(text.substr(at + file.size()), &digits);
    text.replace(at, file.size() + digits, "+" + std::to_string(line - kAnchor));
  }
  return text;
}

std::string deadlock_of(Coro<> (*main)()) {
  sim::test::Findings findings;
  std::string what = "no deadlock";
  try {
    sim::run(main(), sim::test::observed_by(findings));
  } catch (const sim::DeadlockError& error) {
    what = error.what();
  }
  EXPECT_THAT(findings.kinds(), testing::ElementsAre(sim::FindingKind::deadlock));
  EXPECT_EQ(findings.all().at(0).message, what);
  return with_places_from_anchor(what);
}

TEST(WaitReport, OfADeadlyEmbraceNamesTheLocksTheirHoldersAndTheCycle) {
  EXPECT_EQ(deadlock_of(embrace),
            "3 tasks wait and nothing can wake them\n"
            "main waits for gather of 2\n"
            "  at embrace  +14\n"
            "one waits for Lock made at +11, held by two\n"
            "  at take  +2\n"
            "  at take_in_turn  +7\n"
            "two waits for Lock made at +10, held by one\n"
            "  at take  +2\n"
            "  at take_in_turn  +7\n"
            "cycle: one -> two -> one");
}

TEST(WaitReport, OfALonelyTaskShowsItsAsyncStack) {
  EXPECT_EQ(deadlock_of(lonely),
            "1 task waits and nothing can wake it\n"
            "main waits for Future\n"
            "  at never  +17\n"
            "  at lonely  +23");
}

TEST(WaitReport, OfTasksThatWaitForOneAnotherNamesTheCycleAndNotWhoStandsOutside) {
  EXPECT_EQ(deadlock_of(ring_of_three),
            "5 tasks wait and nothing can wake them\n"
            "main waits for task outside\n"
            "  at ring_of_three  +33\n"
            "a waits for task b\n"
            "  at wait_for  +20\n"
            "b waits for task c\n"
            "  at wait_for  +20\n"
            "c waits for task a\n"
            "  at wait_for  +20\n"
            "outside waits for task b\n"
            "  at wait_for  +20\n"
            "cycle: b -> c -> a -> b");
}

TEST(WaitReport, OfALockWhoseHolderHasEndedSaysSo) {
  EXPECT_EQ(deadlock_of(release_nothing),
            "1 task waits and nothing can wake it\n"
            "main waits for Lock made at +36, held by careless, which ended without releasing it\n"
            "  at take  +2\n"
            "  at release_nothing  +38");
}

TEST(WaitReport, NamesEveryKindOfObject) {
  EXPECT_EQ(deadlock_of(everything),
            "4 tasks wait and nothing can wake them\n"
            "main waits for gather of 3\n"
            "  at everything  +51\n"
            "event waits for Event made at +41\n"
            "  at lambda  +45\n"
            "queue waits for room in Queue made at +42\n"
            "  at lambda  +46\n"
            "permit waits for a permit of Semaphore made at +43\n"
            "  at lambda  +47");
}

TEST(WaitReport, OfALockThatACallbackTookSaysSo) {
  EXPECT_EQ(deadlock_of(held_by_a_callback),
            "1 task waits and nothing can wake it\n"
            "main waits for Lock made at +54, held by a callback\n"
            "  at take  +2\n"
            "  at held_by_a_callback  +57");
}

TEST(WaitReport, ShowsTheFirstTwentyTasksOnly) {
  const auto body = []() -> Coro<> {
    std::vector<Task<>> tasks;
    for (int i = 1; i < 30; ++i) tasks.push_back(create_task(never()));
    co_await tasks.back();
  };
  std::string report;
  try {
    sim::run(body());
  } catch (const sim::DeadlockError& error) {
    report = error.what();
  }
  EXPECT_THAT(report, testing::StartsWith("30 tasks wait and nothing can wake them\n"));
  EXPECT_THAT(report, testing::HasSubstr("never-19 waits"));
  EXPECT_THAT(report, testing::Not(testing::HasSubstr("never-20 waits")));
  EXPECT_THAT(report, testing::EndsWith("... and 10 more"));
}

TEST(WaitReport, ADeadlockIsFoundAfterTheLastTimer) {
  const auto body = []() -> Coro<> {
    sim::running_loop().call_later(5s, [] {});
    co_await sim::running_loop().create_future<>();
  };
  sim::Runner runner;
  EXPECT_THROW(runner.run(body()), sim::DeadlockError);
  EXPECT_EQ(runner.stats().virtual_time, 5s);
}

}  // namespace
