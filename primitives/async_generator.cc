#include "primitives/async_generator.h"

#include "sim/scheduler.h"

namespace sim::internal {

void report_generator_destroyed(const PromiseBase& frame) {
  report_finding({FindingKind::destroyed_in_use,
                  "asynchronous generator '" + function_name(frame.place) + "' (" +
                      to_string(frame.place) + ") was destroyed while a task awaits it",
                  frame.place,
                  {}});
}

}  // namespace sim::internal
