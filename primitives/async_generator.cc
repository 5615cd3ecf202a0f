#include "primitives/async_generator.h"

#include "sim/scheduler.h"

namespace sim::internal {

std::string describe_generator(const PromiseBase& frame) {
  return "asynchronous generator '" + function_name(frame.place) + "' (" +
         to_string(frame.place) + ")";
}

void report_generator_destroyed(const PromiseBase& frame) {
  report_finding({FindingKind::destroyed_in_use,
                  describe_generator(frame) + " was destroyed while a task awaits it",
                  frame.place,
                  {}});
}

}  // namespace sim::internal
