// LastStep: replays a schedule and writes each step into the worker's Area before it is made, so
// that the last of them is known of a run that does not come back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/event_loop.h"
#include "sim/explore/pending.h"
#include "sim/explore/replay_source.h"
#include "sim/jobs/area.h"

namespace sim::jobs {

class LastStep final : public DecisionSource, private internal::Watcher {
 public:
  LastStep(std::vector<Deviation> deviations, Area& area)
      : replay_(std::move(deviations)), area_(area) {}

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    return replay_.pick(kind, n, context);
  }
  internal::Watcher* watcher() override { return this; }

 private:
  void on_step(const internal::Scheduler& scheduler, internal::Entry entry) override {
    const internal::TaskState* const task = internal::task_of(scheduler, entry);
    const auto* const leaf = task != nullptr ? task->leaf() : nullptr;
    area_.place = leaf != nullptr ? leaf->place : std::source_location();
    const std::string name = scheduler.name_of(entry);
    const std::size_t size = std::min(name.size(), sizeof area_.task - 1);
    name.copy(area_.task, size);
    area_.task[size] = '\0';
    area_.time.store(scheduler.now());
    area_.step.store(scheduler.steps());
  }

  void on_access(const internal::Scheduler&, const internal::Object&,
                 const internal::Access&) override {}

  ReplaySource replay_;
  Area& area_;
};

}  // namespace sim::jobs
