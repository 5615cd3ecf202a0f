// blocking_step: the second pitfall. A computation without an await, or a blocking call, stops the
// whole loop: a heartbeat that comes due meanwhile is late by what is left of it. Cut into slices
// with a rest in between, the same work delays nothing by more than a slice.
#include <algorithm>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

constexpr sim::Duration kPeriod = 100ms;
constexpr sim::Duration kWork = 500ms;
constexpr sim::Duration kSlice = 50ms;

// Beats every period; gives how late it was at worst.
sim::Coro<sim::Duration> heartbeat(sim::Scenario& scenario, sim::Duration until) {
  sim::Duration worst{};
  for (sim::TimePoint due = sim::now() + kPeriod; sim::uptime() < until; due += kPeriod) {
    co_await sim::sleep_until(due);
    const sim::Duration late = sim::now() - due;
    if (late > 0s) scenario.print("a heartbeat, late by ", late);
    worst = std::max(worst, late);
  }
  co_return worst;
}

sim::Coro<> compute(sim::Scenario& scenario) {
  co_await sim::sleep(250ms);
  scenario.print("computing without an await");
  sim::busy(kWork);
  scenario.print("computed");
}

sim::Coro<> compute_in_slices(sim::Scenario& scenario) {
  co_await sim::sleep(250ms);
  scenario.print("computing in slices");
  for (sim::Duration done{}; done < kWork; done += kSlice) {
    sim::busy(kSlice);
    co_await sim::sleep(1ms);
  }
  scenario.print("computed");
}

}  // namespace

SIM_SCENARIO(blocking_step, "pitfall: a step that blocks makes every other task late",
             sim::expects(sim::FindingKind::blocking_step)) {
  auto blocked = sim::create_task(heartbeat(scenario, 1s), "heartbeat");
  co_await compute(scenario);
  SIM_CHECK(co_await blocked == 450ms);  // due at 0.3 s, run at 0.75 s
  SIM_CHECK(sim::uptime() == 1s);

  auto sliced = sim::create_task(heartbeat(scenario, 2s), "heartbeat");
  co_await compute_in_slices(scenario);
  SIM_CHECK(co_await sliced <= kSlice);
  SIM_CHECK(sim::uptime() == 2s);
}
