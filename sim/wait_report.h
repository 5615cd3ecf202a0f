// The wait-for report: which tasks wait, for what, held by whom, awaited where; and the cycle, if
// one of them waits for another that waits for it.
#pragma once

#include <string>
#include <vector>

#include "sim/waiter.h"

namespace sim::internal {

class Scheduler;
class TaskState;

// Of a deadlock.
std::string wait_report(Scheduler& scheduler);
// The tasks that have not ended and what each waits for.
std::string pending_report(Scheduler& scheduler);
// "waits for Lock made at a.cc:12, held by worker-1"; how a task came to stand where it stands.
std::string describe_wait(const TaskState& task);
// The same in its parts, and the tasks whose progress could end the wait.
WaitDescription description_of(const TaskState& task);
std::vector<const TaskState*> blockers_of(const TaskState& task);

}  // namespace sim::internal
