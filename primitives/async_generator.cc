#include "primitives/async_generator.h"

#include "sim/scheduler.h"

namespace sim::internal {

std::string describe_generator(const PromiseBase& frame) {
  return "asynchronous generator '" + function_name(frame.function) + "' (" +
         to_string(frame.function) + ")";
}

void report_generator_destroyed(const PromiseBase& frame) {
  report_finding({FindingKind::destroyed_in_use,
                  describe_generator(frame) + " was destroyed while a task awaits it",
                  frame.function,
                  {}});
}

}  // namespace sim::internal
