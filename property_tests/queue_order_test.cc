// Queues of every kind under random schedules and cancellations: what a get takes, what a shutdown
// leaves, whom join() waits for.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "property_tests/programs.h"
#include "property_tests/queue_kinds.h"

namespace {

using property::First;
using property::Last;
using property::Program;
using property::Smallest;

// Even tasks put, odd ones get. A put and a get that wait do what they do in the step in which they
// return, so a list on the side knows what is in the queue.
template <class Kind>
void every_get_takes_the_next() {
  const Program program = *property::program();
  const auto maxsize = *rc::gen::inRange<std::ptrdiff_t>(0, 4);
  typename Kind::Queue queue(maxsize);
  std::vector<int> inside;
  const auto use = [&](int index) -> sim::Coro<> {
    if (index % 2 == 0) {
      const int item = sim::rng().uniform(0, 9);
      co_await queue.put(item);
      inside.push_back(item);
    } else {
      const int item = co_await queue.get();
      RC_ASSERT(!inside.empty());
      const auto expected = Kind::next(inside);
      RC_ASSERT(item == *expected);
      inside.erase(expected);
    }
    RC_ASSERT(queue.size() == inside.size());
    RC_ASSERT(maxsize == 0 || queue.size() <= static_cast<std::size_t>(maxsize));
  };
  property::run(program, use, [] {}, [&] { RC_ASSERT(queue.size() == inside.size()); });
}

RC_GTEST_PROP(Queue, EveryGetTakesTheOldestItem, ()) { every_get_takes_the_next<First>(); }
RC_GTEST_PROP(LifoQueue, EveryGetTakesTheNewestItem, ()) { every_get_takes_the_next<Last>(); }
RC_GTEST_PROP(PriorityQueue, EveryGetTakesTheSmallestItem, ()) {
  every_get_takes_the_next<Smallest>();
}

// After the shutdown nothing goes in, and what was in it comes out.
template <class Kind>
void a_shutdown_drains() {
  const Program program = *property::program();
  typename Kind::Queue queue(*rc::gen::inRange<std::ptrdiff_t>(0, 3));
  const int shutdown_at = *rc::gen::inRange(1, 12);
  int uses = 0;
  int inside = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    if (++uses == shutdown_at) queue.shutdown();
    if (index % 2 == 0) {
      const auto outcome = co_await sim::settle(queue.put(index));
      if (outcome.cancelled()) outcome.value();
      if (outcome.has_value()) ++inside;
      RC_ASSERT(outcome.has_value() != queue.is_shut_down());
    } else {
      const auto outcome = co_await sim::settle(queue.get());
      if (outcome.cancelled()) outcome.value();
      if (outcome.has_value()) --inside;
      RC_ASSERT(outcome.has_value() || (queue.is_shut_down() && inside == 0));
    }
  };
  property::run(program, use, [] {}, [&] {
    RC_ASSERT(queue.size() == static_cast<std::size_t>(inside));
    while (inside-- > 0) queue.get_nowait();
    if (queue.is_shut_down()) RC_ASSERT_THROWS_AS(queue.get_nowait(), sim::QueueShutDown);
  });
}

RC_GTEST_PROP(Queue, AShutdownLetsWhatIsInsideOut, ()) { a_shutdown_drains<First>(); }
RC_GTEST_PROP(LifoQueue, AShutdownLetsWhatIsInsideOut, ()) { a_shutdown_drains<Last>(); }
RC_GTEST_PROP(PriorityQueue, AShutdownLetsWhatIsInsideOut, ()) { a_shutdown_drains<Smallest>(); }

// The first task joins, of the others some put and some get and say that it is done.
RC_GTEST_PROP(Queue, JoinWaitsForEveryItemAndNoLonger, ()) {
  const Program program = *property::program();
  sim::Queue<int> queue;
  int joining = 0;
  int unfinished = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    if (index == 0) {
      ++joining;
      const auto joined = co_await sim::settle(queue.join());
      --joining;
      joined.value();
    } else if (index % 2 == 0) {
      queue.put_nowait(index);
      ++unfinished;
    } else {
      co_await queue.get();
      const auto worked = co_await sim::settle(sim::yield());
      queue.task_done();
      --unfinished;
      worked.value();
    }
  };
  const auto at_rest = [&] { RC_ASSERT(unfinished > 0 || joining == 0); };
  property::run(program, use, at_rest, [&] {
    for (; unfinished > 0; --unfinished) queue.task_done();
    RC_ASSERT_THROWS_AS(queue.task_done(), std::invalid_argument);
  });
}

}  // namespace
