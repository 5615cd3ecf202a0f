// The wait-for report: which tasks wait, for what, held by whom, awaited where; and the cycle, if
// one of them waits for another that waits for it.
#pragma once

#include <string>

namespace sim::internal {

class Scheduler;
class TaskState;

// Of a deadlock.
std::string wait_report(Scheduler& scheduler);
// The tasks that have not ended and what each waits for.
std::string pending_report(Scheduler& scheduler);
// "waits for Lock made at a.cc:12, held by worker-1"; how a task came to stand where it stands.
std::string describe_wait(const TaskState& task);

}  // namespace sim::internal
