// Barriers under random schedules: generations pass whole, and nobody is forgotten.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "property_tests/programs.h"

namespace {

using property::Program;

// The same program without cancellations.
Program undisturbed(Program program) {
  for (property::Script& script : program.scripts) {
    for (property::Step& step : script) {
      if (step.kind == property::Step::Kind::cancel) step.kind = property::Step::Kind::yield;
    }
  }
  return program;
}

// A generation leaves before the next one begins, so the indices come in blocks of 0..parties-1.
RC_GTEST_PROP(Barrier, PassesWholeGenerationsOneAfterAnother, ()) {
  const Program program = undisturbed(*property::program());
  const auto parties = *rc::gen::inRange<std::size_t>(1, 5);
  sim::Barrier barrier(static_cast<std::ptrdiff_t>(parties));
  std::vector<std::size_t> passed;
  std::size_t waiting = 0;
  const auto use = [&](int) -> sim::Coro<> {
    ++waiting;
    const auto outcome = co_await sim::settle(barrier.wait());
    --waiting;
    passed.push_back(outcome.value());
  };
  const auto at_rest = [&] {
    RC_ASSERT(waiting < parties);
    RC_ASSERT(barrier.n_waiting() == waiting);
    RC_ASSERT(passed.size() % parties == 0u);
    for (auto block = passed.begin(); block != passed.end();
         block += static_cast<std::ptrdiff_t>(parties)) {
      const auto end = block + static_cast<std::ptrdiff_t>(parties);
      std::sort(block, end);
      for (std::size_t i = 0; i < parties; ++i) RC_ASSERT(block[static_cast<int>(i)] == i);
    }
  };
  property::run(program, use, at_rest, [&] { RC_ASSERT(barrier.n_waiting() == 0u); });
}

RC_GTEST_PROP(Barrier, NeverHoldsAsManyAsThereAreParties, ()) {
  const Program program = *property::program();
  const auto parties = *rc::gen::inRange<std::size_t>(1, 5);
  sim::Barrier barrier(static_cast<std::ptrdiff_t>(parties));
  std::size_t waiting = 0;
  const auto use = [&](int) -> sim::Coro<> {
    ++waiting;
    const auto outcome = co_await sim::settle(barrier.wait());
    --waiting;
    if (outcome.has_value()) RC_ASSERT(outcome.value() < parties);
    outcome.value();
  };
  const auto at_rest = [&] {
    RC_ASSERT(waiting < parties);
    RC_ASSERT(barrier.n_waiting() == waiting);
    RC_ASSERT(!barrier.broken());
  };
  property::run(program, use, at_rest, [&] { RC_ASSERT(barrier.n_waiting() == 0u); });
}

// The first task resets, the second one aborts, the others wait.
RC_GTEST_PROP(Barrier, ThatIsResetOrAbortedForgetsNobody, ()) {
  const Program program = *property::program();
  const auto parties = *rc::gen::inRange<std::size_t>(1, 4);
  sim::Barrier barrier(static_cast<std::ptrdiff_t>(parties));
  std::size_t waiting = 0;
  const auto use = [&](int index) -> sim::Coro<> {
    if (index == 0) {
      co_await barrier.reset();
      co_return;
    }
    if (index == 1) {
      co_await barrier.abort();
      co_return;
    }
    ++waiting;
    const auto outcome = co_await sim::settle(barrier.wait());
    --waiting;
    if (outcome.cancelled()) outcome.value();
    if (!outcome.has_value()) RC_ASSERT_THROWS_AS(outcome.value(), sim::BrokenBarrierError);
  };
  const auto at_rest = [&] {
    if (barrier.broken()) {
      RC_ASSERT(waiting == 0u);
    } else {
      RC_ASSERT(waiting < parties);
      RC_ASSERT(barrier.n_waiting() == waiting);
    }
  };
  property::run(program, use, at_rest, [&] { RC_ASSERT(waiting == 0u); });
}

}  // namespace
