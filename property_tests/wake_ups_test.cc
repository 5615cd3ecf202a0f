// Who is woken, and in which order, whoever is cancelled meanwhile.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "property_tests/programs.h"

namespace {

using property::Program;

// Those who asked and have not got it, in the order of asking.
class Line {
 public:
  // The place of one who asks now.
  int ask() {
    waiting_.emplace_back(++last_, sim::current_task());
    return last_;
  }
  // Whether everybody who asked before is on the way out.
  bool is_next(int place) const {
    return std::all_of(waiting_.begin(), waiting_.end(), [&](const auto& other) {
      return other.first >= place || other.second.cancelling() > 0;
    });
  }
  void leave(int place) {
    std::erase_if(waiting_, [&](const auto& other) { return other.first == place; });
  }
  bool empty() const { return waiting_.empty(); }
  void clear() { waiting_.clear(); }

 private:
  std::deque<std::pair<int, sim::AnyTask>> waiting_;
  int last_ = 0;
};

template <class Primitive>
sim::Coro<> use_in_turn(Primitive& primitive, Line& line) {
  const int place = line.ask();
  const auto acquired = co_await sim::settle(primitive.acquire());
  if (acquired.has_value()) RC_ASSERT(line.is_next(place));
  line.leave(place);
  acquired.value();
  const auto slept = co_await sim::settle(sim::yield());
  primitive.release();
  slept.value();
}

// Also where any ready handle may run next: only the head of the line is woken.
RC_GTEST_PROP(Lock, GoesDownTheLineOfThoseWhoAreNotCancelled, ()) {
  const Program program = *property::program();
  sim::Lock lock;
  Line line;
  const auto use = [&](int) -> sim::Coro<> { return use_in_turn(lock, line); };
  property::run(program, use, [&] { RC_ASSERT(line.empty() && !lock.locked()); });
}

RC_GTEST_PROP(Semaphore, OfOnePermitGoesDownTheLineOfThoseWhoAreNotCancelled, ()) {
  const Program program = *property::program();
  sim::BoundedSemaphore semaphore(1);
  Line line;
  const auto use = [&](int) -> sim::Coro<> { return use_in_turn(semaphore, line); };
  property::run(program, use, [&] { RC_ASSERT(line.empty() && semaphore.value() == 1); });
}

// Of several permits each goes to the first in line, though those who got one may run in any order.
RC_GTEST_PROP(Semaphore, NeverLetsAPermitLieWhileSomebodyWaits, ()) {
  const Program program = *property::program();
  sim::Semaphore semaphore(0);
  int waiting = 0;
  int released = 0;
  int held = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    if (index % 2 == 0) {
      semaphore.release();
      ++released;
      co_return;
    }
    ++waiting;
    const auto acquired = co_await sim::settle(semaphore.acquire());
    --waiting;
    if (acquired.has_value()) ++held;
    acquired.value();
  };
  const auto at_rest = [&] { RC_ASSERT(waiting == 0 || semaphore.value() == 0); };
  property::run(program, use, at_rest, [&] { RC_ASSERT(semaphore.value() == released - held); });
}

RC_GTEST_PROP(Queue, NeverLetsAnItemOrASlotLieWhileSomebodyWaitsForIt, ()) {
  const Program program = *property::program();
  const auto maxsize = *rc::gen::inRange<std::ptrdiff_t>(0, 3);
  sim::Queue<int> queue(maxsize);
  int getters = 0;
  int putters = 0;
  int put = 0;
  int got = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    if (index % 2 == 0) {
      ++putters;
      const auto outcome = co_await sim::settle(queue.put(index));
      --putters;
      outcome.value();
      ++put;
    } else {
      ++getters;
      const auto outcome = co_await sim::settle(queue.get());
      --getters;
      outcome.value();
      ++got;
    }
    RC_ASSERT(maxsize == 0 || queue.size() <= static_cast<std::size_t>(maxsize));
  };
  const auto at_rest = [&] {
    RC_ASSERT(queue.empty() || getters == 0);
    RC_ASSERT(queue.full() || putters == 0);
  };
  property::run(program, use, at_rest, [&] {
    RC_ASSERT(queue.size() == static_cast<std::size_t>(put - got));
    RC_ASSERT(getters == 0 && putters == 0);
  });
}

RC_GTEST_PROP(Queue, ShutDownLeavesNobodyWaiting, ()) {
  const Program program = *property::program();
  const bool immediate = *rc::gen::arbitrary<bool>();
  sim::Queue<int> queue(1);
  int uses = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    if (++uses == 7) queue.shutdown(immediate);
    if (index % 2 == 0) {
      const auto outcome = co_await sim::settle(queue.put(index));
      if (outcome.cancelled()) outcome.value();
    } else {
      const auto outcome = co_await sim::settle(queue.get());
      if (outcome.cancelled()) outcome.value();
    }
  };
  bool all_done = false;
  const auto at_rest = [&] { all_done = sim::all_tasks().size() == 1; };
  property::run(program, use, at_rest, [&] {
    if (queue.is_shut_down()) RC_ASSERT(all_done);
  });
}

RC_GTEST_PROP(Condition, NeverLetsAnItemLieWhileSomebodyWaitsForIt, ()) {
  const Program program = *property::program();
  sim::Condition condition;
  int items = 0;
  int waiting = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    auto guard = co_await condition.guard();
    if (index % 2 == 0) {
      ++items;
      condition.notify();
      co_return;
    }
    ++waiting;
    const auto available = [&] { return items > 0; };
    const auto outcome = co_await sim::settle(condition.wait_for(available));
    --waiting;
    RC_ASSERT(condition.locked());
    outcome.value();
    --items;
  };
  const auto at_rest = [&] { RC_ASSERT(items == 0 || waiting == 0); };
  property::run(program, use, at_rest, [&] { RC_ASSERT(!condition.locked()); });
}

RC_GTEST_PROP(Event, LeavesNobodyWaitingWhoCameBeforeItWasSet, ()) {
  const Program program = *property::program();
  sim::Event event;
  int generation = 0;  // how often it was set
  std::multiset<int> waiting;
  const auto use = [&](int index) -> sim::Coro<> {
    if (index == 0) {
      if (!event.is_set()) ++generation;
      event.set();
      event.clear();
      co_return;
    }
    const auto mine = waiting.insert(generation);
    const auto outcome = co_await sim::settle(event.wait());
    waiting.erase(mine);
    outcome.value();
  };
  const auto at_rest = [&] {
    for (const int since : waiting) RC_ASSERT(since == generation);
  };
  property::run(program, use, at_rest, [&] { RC_ASSERT(waiting.empty()); });
}

RC_GTEST_PROP(Program, GivesTheSameTraceForTheSameSeed, ()) {
  const Program program = *property::program();
  const auto trace_hash = [&] {
    sim::Lock lock;
    sim::Queue<int> queue(2);
    const auto use = [&](int index) -> sim::Coro<> {
      auto guard = co_await lock.guard();
      if (index % 2 == 0 && !queue.full()) co_await queue.put(index);
      if (index % 2 == 1 && !queue.empty()) co_await queue.get();
      co_await sim::yield();
    };
    return property::run(program, use, [] {}).trace_hash;
  };
  RC_ASSERT(trace_hash() == trace_hash());
}

}  // namespace
