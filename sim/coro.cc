#include "sim/coro.h"

namespace sim::internal {

void report_never_awaited(const std::source_location& function) {
  if (current_scheduler == nullptr) return;
  current_scheduler->report({FindingKind::never_awaited,
                             "coroutine '" + function_name(function) + "' (" +
                                 to_string(function) + ") was never awaited",
                             function,
                             {}});
}

}  // namespace sim::internal
