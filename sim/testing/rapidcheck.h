// check_property(): a rapidcheck property whose body is a coroutine. Its schedule is one more
// generated value and shrinks together with the arguments.
//
//   TEST(Account, HoldsWhatWasDeposited) {
//     const auto property = [](std::vector<int> amounts) -> sim::Coro<> {
//       sim::Shared<int> balance{0};
//       co_await sim::task_group([&](sim::TaskGroup& group) -> sim::Coro<> {
//         for (const int each : amounts) group.create_task(deposit(balance, each));
//         co_return;
//       });
//       SIM_CHECK_EQ(balance.get(), std::accumulate(amounts.begin(), amounts.end(), 0));
//     };
//     EXPECT_TRUE(sim::check_property("deposits add up", property));
//   }
//
// What is a finding in an exploration fails the property: SIM_CHECK, a deadlock, an exception.
// RC_ASSERT, RC_FAIL and RC_PRE mean what they mean elsewhere; EXPECT_* is seen by GoogleTest only.
// rapidcheck prints the smallest failing arguments and schedule, and at the end of the program the
// RC_PARAMS that repeat them; before that the explanation and the token of the schedule.
#pragma once

#include <rapidcheck.h>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"
#include "sim/testing/schedule.h"

namespace sim {

// Schedules from asyncio's order to wild ones, larger with the size; they shrink to fewer, earlier
// and smaller deviations.
rc::Gen<Schedule> gen_schedule();

namespace internal {

// What a property has found, by the case that failed last: the smallest, once rapidcheck is done.
class PropertyRun {
 public:
  PropertyRun(std::string name, ExploreOptions options);
  // Runs one case, with a schedule that rapidcheck generates, and throws what rapidcheck is to see.
  void run_case(Body body);
  // Prints the explanation of the case that failed last, if one has.
  void explain() const;

 private:
  ExploreOptions options_;
  Body failed_;
  Schedule schedule_;
};

template <class... Args>
bool check_property(const std::string& name, std::function<Coro<>(Args...)> property,
                    const ExploreOptions& options) {
  PropertyRun run(name, options);
  const bool ok = rc::check(name, [&run, &property](const std::decay_t<Args>&... args) {
    run.run_case([property, args...] { return property(args...); });
  });
  if (!ok) run.explain();
  return ok;
}

}  // namespace internal

// Whether all cases pass; prints to stderr, as rc::check() does. Of the options, those that say
// what a run is count: order, time, cancellations, seed, max_steps, limits, ignore.
template <class F>
bool check_property(const std::string& name, F property, const ExploreOptions& options = {}) {
  return internal::check_property(name, std::function(std::move(property)), options);
}

}  // namespace sim
