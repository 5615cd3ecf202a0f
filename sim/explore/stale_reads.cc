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

void StaleReads::on_access(const Scheduler& scheduler, const Object& object,
                           const Access& access) {
  // Only variables say where each access is.
  if (access.place.line() == 0) return;
  const TaskState* const task = scheduler.current();
  const std::uint64_t step = scheduler.steps();
  Variable& variable = variables_[key_of(object)];
  if (!access.write) {
    if (task == nullptr) return;
    Read& read = reads_[mix(key_of(object), key_of(task))];
    if (read.step == 0) ++variable.readers;
    read.step = step;
    read.place = access.place;
    return;
  }
  if (task != nullptr && variable.readers != 0) {
    Read* const read = reads_.find(mix(key_of(object), key_of(task)));
    if (read != nullptr && read->step != 0) {
      const bool stale = variable.written > read->step && variable.writer_key != key_of(task);
      if (stale && access.act == Act::writes && !std::exchange(read->reported, true)) {
        const std::string name = task->name();
        report_finding({FindingKind::stale_read,
                        name + " wrote " + object.describe() + " by what it had read before " +
                            variable.writer + " wrote it" + line(read->step, name, "reads",
                                                                 read->place) +
                            line(variable.written, variable.writer, "writes", variable.place) +
                            line(step, name, "writes", access.place),
                        access.place,
                        {}});
      }
      read->step = 0;
      --variable.readers;
    }
  }
  variable.written = step;
  variable.writer_key = key_of(task);
  variable.place = access.place;
  if (variable.readers != 0) variable.writer = name_of(task);
}

}  // namespace sim::internal
