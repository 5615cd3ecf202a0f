// stack: one task pushes, another pops. `filled` is set by the first push and never taken back, so
// a pop that relies on it finds the stack empty as soon as there were more pops than pushes.
//
// Source: stack_bad of SCTBench.
#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

struct Stack {
  sim::Lock lock;
  sim::Shared<int> top{0};
  sim::Shared<bool> filled{false};
};

sim::Coro<> push(Stack& stack, int items) {
  for (int i = 0; i < items; ++i) {
    auto guard = co_await lock(stack.lock);
    co_await add(stack.top, 1);
    co_await write(stack.filled, true);
    co_await unlock(guard);
  }
}

sim::Coro<> pop(Stack& stack, int items) {
  for (int i = 0; i < items; ++i) {
    auto guard = co_await lock(stack.lock);
    const bool filled = co_await read(stack.filled);
    if (filled) {
      const int top = co_await read(stack.top);
      SIM_CHECK_NE(top, 0);
      co_await add(stack.top, -1);
    }
    co_await unlock(guard);
  }
}

sim::Coro<> pop_if_any(Stack& stack, int items) {
  for (int i = 0; i < items; ++i) {
    auto guard = co_await lock(stack.lock);
    const int top = co_await read(stack.top);
    if (top != 0) co_await add(stack.top, -1);
    co_await unlock(guard);
  }
}

}  // namespace

SIM_SCENARIO(stack, "pops rely on a flag that says there was a push, once",
             sim::param("items", 10, "pushes, and pops").at_least(1),
             sim::expects(sim::FindingKind::assertion)) {
  const int items = scenario.param<int>("items");
  Stack stack;
  co_await together(push(stack, items), pop(stack, items));
}

SIM_SCENARIO(stack_fixed, "stack, with pops that look at the stack itself",
             sim::param("items", 10, "pushes, and pops").at_least(1)) {
  const int items = scenario.param<int>("items");
  Stack stack;
  co_await together(push(stack, items), pop_if_any(stack, items));
  SIM_CHECK_GE(stack.top.get(), 0);
}
