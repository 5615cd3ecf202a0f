#include "primitives/operation.h"

#include <stdexcept>
#include <string>

#include "sim/scheduler.h"

namespace sim::internal {

void report_unawaited(const char* operation) {
  if (current_scheduler == nullptr) return;
  std::string message = "'" + std::string(operation) + "' was never awaited";
  if (const TaskState* task = current_scheduler->current()) message += ", in task " + task->name();
  current_scheduler->report({FindingKind::never_awaited, message, {}, {}});
}

void throw_reused(const char* operation) {
  throw std::runtime_error("cannot reuse an already awaited " + std::string(operation));
}

}  // namespace sim::internal
