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
  const TaskState* const task = scheduler.current();
  const std::uint64_t step = scheduler.steps();
  Variable& variable = variables_[key_of(object)];
  if (!access.write) {
    if (task == nullptr || access.act == Act::compares) return;
    Read& read = reads_[mix(key_of(object), key_of(task))];
    if (read.step == 0) ++variable.readers;
    read.step = step;
    read.place = access.place;
    read.children = task->origin().children;
    return;
  }
  if (task != nullptr && variable.readers != 0) {
    Read* const read = reads_.find(mix(key_of(object), key_of(task)));
    if (read != nullptr && read->step != 0) {
      const bool started_since =
          variable.writer_parent == key_of(task) && variable.writer_ordinal > read->children;
      const bool stale = variable.written > read->step && variable.writer_key != key_of(task) &&
                         !started_since;
      if (stale && access.act == Act::writes && !std::exchange(read->reported, true)) {
        report(scheduler, object, variable, *read, access.place);
      }
      read->step = 0;
      --variable.readers;
    }
  }
  variable.written = step;
  variable.writer_key = key_of(task);
  variable.writer_parent = task != nullptr ? task->origin().parent() : 0;
  variable.writer_ordinal = task != nullptr ? task->origin().ordinal : 0;
  variable.place = access.place;
  if (variable.readers != 0) {
    variable.writer = task != nullptr ? task->naming() : TaskNaming{.given = "a callback"};
  }
}

void StaleReads::report(const Scheduler& scheduler, const Object& object, const Variable& variable,
                        const Read& read, const std::source_location& place) {
  constexpr FindingKind kind = FindingKind::stale_read;
  if (scheduler.knows(kind, place)) return report_finding({kind, "", place, {}});
  const std::string name = scheduler.current()->name();
  const std::string writer = variable.writer.to_string();
  report_finding({kind,
                  name + " wrote " + object.describe() + " by what it had read before " +
                      writer + " wrote it" + line(read.step, name, "reads", read.place) +
                      line(variable.written, writer, "writes", variable.place) +
                      line(scheduler.steps(), name, "writes", place),
                  place,
                  {}});
}

}  // namespace sim::internal
