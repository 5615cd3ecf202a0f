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

void refuse_frame_layout(const std::source_location& function) {
  throw std::logic_error("coroutine '" + function_name(function) + "' (" + to_string(function) +
                         "): g++ laid out its frame wrongly, because a condition in it awaits; "
                         "name the awaited value first (docs/gcc12.md)");
}

}  // namespace sim::internal
