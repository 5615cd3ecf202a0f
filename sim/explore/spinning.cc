#include "sim/explore/spinning.h"

#include <algorithm>

#include "sim/explore/detector.h"

namespace sim::internal {

namespace {

constexpr std::size_t kSpinnersShown = 10;

}  // namespace

void Spinning::on_step(const Scheduler& scheduler, Entry entry) {
  if (!is_quiet(scheduler, entry)) {
    quiet_steps_ = 0;
    tasks_created_ = scheduler.tasks_created();
    tasks_ = scheduler.tasks().size();
    return;
  }
  if (++quiet_steps_ >= kSoon) [[unlikely]] count(scheduler, entry);
}

bool Spinning::is_quiet(const Scheduler& scheduler, Entry entry) {
  const TaskState* task = task_of(entry);
  return task != nullptr && task->started() && task->waiter() == nullptr &&
         !task->must_cancel() && scheduler.timers().pending() == 0 &&
         scheduler.tasks_created() == tasks_created_ && scheduler.tasks().size() == tasks_;
}

void Spinning::count(const Scheduler& scheduler, Entry entry) {
  if (quiet_steps_ == kSoon) {
    latest_.clear();
    round_ = 1;
    took_part_ = 0;
  }
  Latest& latest = latest_[key_of(task_of(entry))];
  if (latest.round != round_) ++took_part_;
  latest.round = round_;
  if (took_part_ <= scheduler.ready().size()) return;
  took_part_ = 0;
  if (++round_ == kRounds) report(scheduler, entry);
}

void Spinning::report(const Scheduler& scheduler, Entry entry) {
  const ReadyQueue& ready = scheduler.ready();
  std::string message = "each task that is ready has yielded " + std::to_string(kRounds) +
                        " times and changed nothing; no timer is pending";
  const auto add = [&](Entry each) {
    const TaskState* task = task_of(each);
    if (task != nullptr) message += "\n" + task->name() + " yields\n" + task->stack();
    message.pop_back();
  };
  add(entry);
  for (std::size_t i = 0; i < std::min(ready.size(), kSpinnersShown); ++i) add(ready.at(i));
  report_finding({FindingKind::livelock, message, task_of(entry)->leaf()->place, {}});
  current_scheduler->fail();
}

}  // namespace sim::internal
