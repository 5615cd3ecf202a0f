// What a person is shown of a failure, word for word. The programs come first: their lines are part
// of it.
#include "sim/explore/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using namespace std::chrono_literals;

sim::Coro<> serve(sim::Shared<int>& open, sim::Shared<int>& served) {
  if (open.get() == 0) co_return;
  co_await sim::yield();
  SIM_CHECK_EQ(open.get(), 1);
  served.fetch_add(1);
}
sim::Coro<> close(sim::Shared<int>& open) {
  co_await sim::yield();
  open.set(0);
}
sim::Coro<> closed_while_served() {
  sim::Shared<int> open(1);
  sim::Shared<int> served(0);
  co_await sim::gather(serve(open, served), close(open));
}

sim::Coro<> report(sim::Shared<int>& progress) {
  co_await sim::sleep(50ms);
  progress.fetch_add(1);
}
sim::Coro<> poll(sim::Shared<int>& progress) {
  co_await sim::yield();
  SIM_CHECK_EQ(progress.get(), 0);
}
sim::Coro<> late_poll() {
  sim::Shared<int> progress(0);
  co_await sim::gather(report(progress), poll(progress));
}

sim::Coro<> hold(sim::Lock& lock) {
  co_await lock.acquire();
  co_await sim::sleep(10ms);
  lock.release();
}
sim::Coro<> hold_twice() {
  sim::Lock lock;
  co_await sim::gather_settled(hold(lock), hold(lock));
}

std::string explanation(const sim::Body& body, sim::ExploreOptions options) {
  options.replay_command = "replay";
  const sim::Report report = sim::explore(body, options);
  if (report.failures.size() != 1) return report.verdict();
  std::string text = report.failures[0].explanation();
  text.resize(text.find("replay: "));
  return text;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
    text.replace(at, from.size(), to);
  }
}

// '@' stands for this file, whose name would not fit into these lines; HOLD for where a coroutine
// is before its first step: at its first line with clang, at its last with g++.
std::string in_this_file(std::string text) {
#ifdef __clang__
  constexpr std::string_view kHold = "47";
#else
  constexpr std::string_view kHold = "51";
#endif
  replace_all(text, "@", "sim/explore/explanation_test.cc");
  replace_all(text, "HOLD", kHold);
  return text;
}

TEST(Explanation, OfAnOrderThatAsyncioDoesNotHave) {
  EXPECT_EQ(explanation(closed_while_served, {}),
            in_this_file(R"(assertion: SIM_CHECK_EQ(open.get(), 1), with 0 and 1 failed at @:21
  at serve  @:20

1 decision that asyncio would not have made leads to it:
  1  0.000 s  close-2 ran before serve-1, which was ready first; it went on at close  @:25
minimal: it does not fail without
needs an executor that reorders ready tasks, as those of C++ may; not seen in asyncio's order

                serve-1      close-2
   0.000 s      :19 reads A
   0.000 s  *1               :26 writes A
   0.000 s      :21 reads A
  :N is line N of @
  A  Shared made at @:29

)"));
}

TEST(Explanation, OfATimerThatIsLate) {
  EXPECT_EQ(explanation(late_poll, {.time = sim::Time::slow_loop}),
            in_this_file(R"(assertion: SIM_CHECK_EQ(progress.get(), 0), with 1 and 0 failed at @:40
  at poll  @:39

2 decisions that asyncio would not have made lead to it:
  1  0.000 s  time went on to 0.050 s although tasks were ready; what was due by then joined them
  2  0.050 s  timer of report-1 ran before poll-2, which was ready first; it went on at report  @:35
minimal: none of the 4 schedules with fewer such decisions fails
where each task runs until it blocks, 1 decision would do
needs an executor that reorders ready tasks, as those of C++ may; not seen in asyncio's order

                 report-1       poll-2
   0.050 s  *1,2 :36 adds to A
   0.050 s                      :40 reads A
  :N is line N of @
  A  Shared made at @:43

)"));
}

TEST(Explanation, OfACancellationThatLeavesALockHeld) {
  EXPECT_EQ(explanation(hold_twice, {.cancellations = 1}),
            in_this_file(R"(destroyed_in_use: Lock made at @:53 was destroyed while held by hold-1
  at hold_twice  @:54

1 decision that asyncio would not have made leads to it:
  1  0.000 s  main was cancelled
minimal: it does not fail without
also under asyncio's FIFO order of ready tasks

                hold-1          hold-2  main
   0.000 s      :HOLD acquires A
   0.000 s  *1                  :HOLD
   0.000 s                              :54 destroys A
  :N is line N of @
  A  Lock made at @:53

)"));
}

}  // namespace
