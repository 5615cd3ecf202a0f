#include "sim/explore/stale_reads.h"

#include <utility>

#include "sim/explore/detector.h"

namespace sim::internal {

namespace {

std::string line(std::uint64_t step, const std::string& task, const char* what,
                 const std::source_location& place) {
  return "\n  step " + std::to_string(step) + ": " + task + " " + what + " it  " +
         to_string(place);
}

}  // namespace

void StaleReads::look(const Scheduler& scheduler, const Object& object, const Access& access) {
  if (access.act == Act::compares) return;
  const TaskState* const task = scheduler.current();
  const std::uint64_t step = scheduler.steps();
  Variable& variable = variables_[key_of(object)];
  if (!access.write) {
    if (task != nullptr) read(variable, object, *task, access, step);
    return;
  }
  if (task != nullptr) {
    Read* const read = reads_.find(mix(key_of(object), key_of(task)));
    if (read != nullptr && read->step != 0) {
      const bool stale = read->foreign.step != 0 && access.act == Act::writes;
      if (stale && !std::exchange(read->reported, true)) {
        report(scheduler, object, *read, access.place);
      }
      read->step = 0;
    }
  }
  if (!variable.readers.empty()) spoil(variable, object, task, access, step);
}

void StaleReads::read(Variable& variable, const Object& object, const TaskState& task,
                      const Access& access, std::uint64_t step) {
  Read& read = reads_[mix(key_of(object), key_of(&task))];
  if (read.step == 0 || read.foreign.step != 0) variable.readers.push_back(key_of(&task));
  read.step = step;
  read.children = task.origin().children;
  read.place = access.place;
  read.foreign.step = 0;
}

void StaleReads::spoil(Variable& variable, const Object& object, const TaskState* task,
                       const Access& access, std::uint64_t step) {
  std::erase_if(variable.readers, [&](std::uint64_t reader) {
    Read* const read = reads_.find(mix(key_of(object), reader));
    if (read->step == 0 || read->foreign.step != 0) return true;  // this one no more
    if (reader == key_of(task)) return false;
    const bool started_since = task != nullptr && task->origin().parent() == reader &&
                               task->origin().ordinal > read->children;
    if (started_since) return false;
    read->foreign = {step, task != nullptr ? task->naming() : TaskNaming{.given = "a callback"},
                     access.place};
    return true;
  });
}

void StaleReads::report(const Scheduler& scheduler, const Object& object, const Read& read,
                        const std::source_location& place) {
  constexpr FindingKind kind = FindingKind::stale_read;
  if (scheduler.knows(kind, place)) return report_finding({kind, "", place, {}});
  const std::string name = scheduler.current()->name();
  const std::string writer = read.foreign.writer.to_string();
  report_finding({kind,
                  name + " wrote " + object.describe() + " by what it had read before " +
                      writer + " wrote it" + line(read.step, name, "reads", read.place) +
                      line(read.foreign.step, writer, "writes", read.foreign.place) +
                      line(scheduler.steps(), name, "writes", place),
                  place,
                  {}});
}

}  // namespace sim::internal
