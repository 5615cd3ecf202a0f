// SweepPlan: in which order a sweep tries its deviations.
//
// Cancellations and late timers take turns with other orders of what is ready. Of cancellations
// those of tasks that have been woken and not resumed come first: most bugs about cancellation are
// there. Of other orders come first those that stop a task before it touches what several touch, to
// run one that stands elsewhere: a hundred tasks at one line are one choice, and so are a hundred
// turns of a loop, of which the one in the middle is tried first. Those that stop it before it
// enters a lock, or takes from a queue, take turns with those that stop it elsewhere: inside a lock
// the others often can do nothing but wait.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/tape.h"

namespace sim {

// A deviation and what is known of it.
struct Single {
  enum class What : std::uint8_t {
    cancels_woken,
    fault,  // another cancellation, a late timer, a tie, an answer
    order,  // of what is ready
  };
  Deviation deviation;
  What what;
  // Of an order:
  std::uint64_t places = 0;     // where the task that is stopped stands, and the one that runs
  bool first_of_kind = false;   // none that begins as the task stopped does was stopped before
  bool same_place = false;      // as the task stopped, or as another one that may run
  bool enters = false;          // the step that is put off may have to wait
  std::uint64_t touched = 0;    // bits of what that step touches and does not only release
};

// `contended`: the bits of objects that several tasks touch and some write.
std::vector<Deviation> plan_sweep(const std::vector<Single>& singles, std::uint64_t contended);

}  // namespace sim
