// Monitors: what is to hold all through a run, or to come true within some time of it.
//
//   sim::Shared<int> balance{10};
//   sim::always("the balance is not negative", [&] { return balance.get() >= 0; });
//   sim::eventually_within(5s, "somebody leads", [&] { return leader.get() != 0; });
//
// The predicates are asked after each step, the one that registers them first, until the task that
// registered them has ended; so they may look at what lives as long as that, such as the locals of
// a test's body, though no longer at what its last step did. Registered by a callback, they last to
// the end of the run. What a predicate reads counts as read by the step. It must not change
// anything, and a plain variable that it looks at is invisible to reduction, as ever.
//
// The first that is broken is the finding `invariant` or `liveness`, with the step and the task
// that broke it, and ends the execution there as a failed SIM_CHECK does. So does one that throws.
// A run in which nobody registers any pays nothing.
#pragma once

#include <chrono>
#include <functional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "sim/clock.h"
#include "sim/ref.h"
#include "sim/task_state.h"

namespace sim {

namespace internal {

class Scheduler;

struct Monitor {
  std::string name;
  std::function<bool()> holds;
  std::source_location place;
  bool once;              // it is enough that it holds once, until `deadline`
  std::int64_t deadline;  // virtual time
  Ref<TaskState> owner;   // it goes with this task; null: with the run
};

class Monitors {
 public:
  void add(Monitor monitor) { all_.push_back(std::move(monitor)); }
  // `task` is about to run; null for a callback.
  void note_step(TaskState* task) { runs_ = Ref<TaskState>(task); }
  TaskState* runs() const { return runs_.get(); }
  // Asks all of them. False if one is broken, which has been reported.
  bool hold(Scheduler& scheduler);
  void clear() {
    all_.clear();
    runs_ = {};
  }

 private:
  enum class Answer { keep, drop, broken };
  Answer ask(const Monitor& monitor, Scheduler& scheduler) const;

  std::vector<Monitor> all_;
  Ref<TaskState> runs_;  // of the latest step
};

void add_monitor(std::string name, std::function<bool()> holds, std::source_location place,
                 std::int64_t deadline, bool once);

}  // namespace internal

// From now on `holds` is to be true after each step.
inline void always(std::string name, std::function<bool()> holds,
                   std::source_location place = std::source_location::current()) {
  internal::add_monitor(std::move(name), std::move(holds), place, 0, false);
}

// `holds` is to be true after some step until `d` has passed in virtual time; then it is asked no
// more. A run that ends before is no finding.
template <class Rep, class Period>
void eventually_within(std::chrono::duration<Rep, Period> d, std::string name,
                       std::function<bool()> holds,
                       std::source_location place = std::source_location::current()) {
  const TimePoint deadline = internal::after(now(), internal::to_duration(d));
  internal::add_monitor(std::move(name), std::move(holds), place,
                        deadline.time_since_epoch().count(), true);
}

}  // namespace sim
