// What runs several things at once, under random schedules and cancellations: children do not
// outlive their group, results come in the order of the arguments, limits are kept.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <vector>

#include "property_tests/programs.h"

namespace {

using property::Program;

sim::Duration some_time() { return std::chrono::milliseconds(sim::rng().uniform(0, 4)); }

// A count that children may outlive.
using Count = std::shared_ptr<int>;
Count make_count() { return std::make_shared<int>(0); }

// Counts while it runs. Ends with its number, or with an error where it fails.
sim::Coro<int> child(int number, bool fails, Count alive) {
  ++*alive;
  const auto slept = co_await sim::settle(sim::sleep(some_time()));
  --*alive;
  slept.value();
  if (fails) throw std::runtime_error("failed");
  co_return number;
}

RC_GTEST_PROP(TaskGroup, LeavesNoChildBehindAndLosesNoError, ()) {
  const Program program = *property::program();
  const auto use = [](int) -> sim::Coro<> {
    const Count alive = make_count();
    std::vector<sim::Task<int>> children;
    const auto body = [&](sim::TaskGroup& group) -> sim::Coro<> {
      const int n = sim::rng().uniform(0, 4);
      for (int i = 0; i < n; ++i) {
        children.push_back(group.create_task(child(i, sim::rng().bernoulli(0.2), alive)));
      }
      co_await sim::sleep(some_time());
    };
    const auto ended = co_await sim::settle(sim::task_group(body));
    RC_ASSERT(*alive == 0);
    std::size_t failed = 0;
    for (const auto& task : children) {
      RC_ASSERT(task.done());
      if (!task.cancelled() && task.exception() != nullptr) ++failed;
    }
    RC_ASSERT((failed > 0) == (!ended.has_value() && !ended.cancelled()));
    try {
      ended.value();
    } catch (const sim::ExceptionGroup& group) {
      RC_ASSERT(group.exceptions().size() == failed);
    }
  };
  property::run(program, use, [] {});
}

RC_GTEST_PROP(Gather, GivesResultsInTheOrderOfItsArguments, ()) {
  const Program program = *property::program();
  const auto use = [](int) -> sim::Coro<> {
    const Count alive = make_count();
    std::vector<sim::Coro<int>> children;
    for (int i = 0; i < 4; ++i) children.push_back(child(i, false, alive));
    auto all = sim::gather(std::move(children));
    const auto ended = co_await sim::settle(all);
    if (ended.has_value()) {
      RC_ASSERT(*alive == 0);
      RC_ASSERT(ended.value() == (std::vector<int>{0, 1, 2, 3}));
    }
    ended.value();
  };
  property::run(program, use, [] {});
}

RC_GTEST_PROP(AsCompleted, GivesEachOnceAndOnlyWhatHasEnded, ()) {
  const Program program = *property::program();
  const auto use = [](int) -> sim::Coro<> {
    const Count alive = make_count();
    std::vector<sim::Task<int>> tasks;
    for (int i = 0; i < 4; ++i) tasks.push_back(sim::create_task(child(i, false, alive)));
    std::set<int> given;
    const auto take_all = [&]() -> sim::Coro<> {
      auto ended = sim::as_completed(tasks);
      while (auto* task = co_await ended.next()) {
        RC_ASSERT(task->done());
        RC_ASSERT(given.insert(co_await *task).second);
      }
      RC_ASSERT(given.size() == tasks.size());
    };
    const auto taken = co_await sim::settle(take_all());
    for (const auto& task : tasks) task.cancel();
    const auto waited = co_await sim::settle(sim::wait(tasks));
    for (const auto& task : tasks) task.cancel();
    taken.value();
    waited.value();
  };
  property::run(program, use, [] {});
}

// The body gives way as soon as it is cancelled, so nothing takes longer than its limit.
RC_GTEST_PROP(Timeout, IsKeptByNestedBlocks, ()) {
  const Program program = *property::program();
  const auto use = [](int) -> sim::Coro<> {
    const auto outer_limit = some_time();
    const auto inner_limit = some_time();
    const auto began = sim::now();
    const auto inner = [](sim::Timeout&) -> sim::Coro<> {
      co_await sim::sleep(some_time());
      co_await sim::yield();
      co_await sim::sleep(some_time());
    };
    const auto outer = [&](sim::Timeout&) -> sim::Coro<> {
      const auto ended = co_await sim::settle(sim::timeout(inner_limit, inner));
      RC_ASSERT(sim::now() - began <= inner_limit);
      if (ended.cancelled()) ended.value();
    };
    const auto ended = co_await sim::settle(sim::timeout(outer_limit, outer));
    RC_ASSERT(sim::now() - began <= std::min(outer_limit, inner_limit));
    if (ended.cancelled()) {
      RC_ASSERT(sim::current_task().cancelling() > 0);  // nobody else ends cancelled
      ended.value();
    }
  };
  property::run(program, use, [] {});
}

RC_GTEST_PROP(Shield, NoCancellationReachesWhatItProtects, ()) {
  const Program program = *property::program();
  bool cancelled = false;
  const auto work = [&]() -> sim::Coro<int> {
    const auto slept = co_await sim::settle(sim::sleep(some_time()));
    cancelled |= slept.cancelled();
    co_return 7;
  };
  const auto use = [&](int) -> sim::Coro<> {
    const int seven = co_await sim::shield(work());
    RC_ASSERT(seven == 7);
  };
  property::run(program, use, [&] { RC_ASSERT(!cancelled); });
}

}  // namespace
