#include "sim/monitor.h"

#include "sim/scheduler.h"

namespace sim::internal {

bool Monitors::hold(Scheduler& scheduler) {
  for (std::size_t i = 0; i < all_.size();) {
    switch (ask(all_[i], scheduler)) {
      case Answer::keep:
        ++i;
        break;
      case Answer::drop:
        all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      case Answer::broken:
        scheduler.fail();
        return false;
    }
  }
  return true;
}

Monitors::Answer Monitors::ask(const Monitor& monitor, Scheduler& scheduler) const {
  if (monitor.owner != nullptr && monitor.owner->done()) return Answer::drop;
  std::string how;
  try {
    if (monitor.holds()) return monitor.once ? Answer::drop : Answer::keep;
  } catch (...) {
    if (scheduler.failed()) return Answer::broken;  // by a check, which has been reported
    how = ", which threw " + describe_exception(std::current_exception());
  }
  const std::string by = runs_ != nullptr ? runs_->name() : "a callback";
  const std::string step = "step " + std::to_string(scheduler.steps());
  if (!monitor.once) {
    scheduler.report({FindingKind::invariant,
                      "'" + monitor.name + "' does not hold after " + step + ", by " + by + how,
                      monitor.place,
                      {}});
    return Answer::broken;
  }
  if (how.empty() && scheduler.now() <= monitor.deadline) return Answer::keep;
  scheduler.report({FindingKind::liveness,
                    "'" + monitor.name + "' has not come true in its time; the latest was " + step +
                        ", by " + by + how,
                    monitor.place,
                    {}});
  return Answer::broken;
}

void add_monitor(std::string name, std::function<bool()> holds, std::source_location place,
                 std::int64_t deadline, bool once) {
  Scheduler& scheduler = Scheduler::here();
  scheduler.add_monitor({std::move(name), std::move(holds), place, once, deadline,
                         Ref<TaskState>(scheduler.current())});
}

}  // namespace sim::internal
