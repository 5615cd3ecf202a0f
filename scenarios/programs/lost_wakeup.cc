// lost_wakeup: a waiter looks whether it has to wait, and only then takes the condition's lock. A
// notification between the look and the wait finds nobody who waits, and there is no second one.
#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

struct Signal {
  sim::Lock lock;
  sim::Condition condition{lock};
  sim::Shared<bool> ready{false};
};

sim::Coro<> wait_if_not_ready(Signal& signal) {
  const bool ready = co_await read(signal.ready);
  if (ready) co_return;
  auto guard = co_await lock(signal.lock);
  co_await wait(signal.condition);
  co_await unlock(guard);
}

sim::Coro<> get_ready_and_notify(Signal& signal) {
  co_await write(signal.ready, true);
  auto guard = co_await lock(signal.lock);
  co_await notify(signal.condition);
  co_await unlock(guard);
}

sim::Coro<> wait_until_ready(Signal& signal) {
  auto guard = co_await lock(signal.lock);
  bool ready = co_await read(signal.ready);
  while (!ready) {
    co_await wait(signal.condition);
    ready = co_await read(signal.ready);
  }
  co_await unlock(guard);
}

sim::Coro<> get_ready_under_the_lock(Signal& signal) {
  auto guard = co_await lock(signal.lock);
  co_await write(signal.ready, true);
  co_await notify(signal.condition);
  co_await unlock(guard);
}

}  // namespace

SIM_SCENARIO(lost_wakeup, "a notification comes between the waiter's look and its wait",
             sim::expects(sim::FindingKind::deadlock)) {
  Signal signal;
  co_await together(wait_if_not_ready(signal), get_ready_and_notify(signal));
}

SIM_SCENARIO(lost_wakeup_fixed, "lost_wakeup, with the look and the change under the lock") {
  Signal signal;
  co_await together(wait_until_ready(signal), get_ready_under_the_lock(signal));
}
