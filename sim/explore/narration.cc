#include "sim/explore/narration.h"

#include "sim/event_loop.h"
#include "sim/object.h"

namespace sim {

namespace {

using internal::Entry;
using internal::Scheduler;

class Narrator final : public DecisionSource, public internal::Watcher {
 public:
  Narrator(Narration& narration, const std::vector<Deviation>& deviations, std::size_t most)
      : narration_(narration), replay_(deviations), most_(most) {}

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    const std::uint32_t index = replay_.pick(kind, n, context);
    if (index != 0) note_deviation(kind, n, index, context);
    return index;
  }

  void on_step(const Scheduler& scheduler, Entry entry) override {
    NarratedStep step{.time = scheduler.now(), .task = scheduler.name_of(entry), .place = {},
                      .accesses = {}};
    const bool is_task =
        entry.kind() == Entry::Kind::task || entry.kind() == Entry::Kind::checked_task;
    if (is_task) step.place = place_of(*entry.as_task());
    if (narration_.deviations.size() > told_) {
      step.deviation = static_cast<int>(told_ = narration_.deviations.size()) - 1;
    }
    if (narration_.steps.size() == most_) return;
    narration_.steps.push_back(std::move(step));
  }

  void on_access(const Scheduler&, const internal::Object& object,
                 const internal::Access& access) override {
    if (narration_.steps.empty()) return;
    narration_.steps.back().accesses.push_back(
        {object.identity(), object.describe(), access.what, access.write});
  }

 private:
  static std::string place_of(const internal::TaskState& task) {
    const std::string stack = task.stack();  // "  at deposit  bank.cc:12\n  at ..."
    const std::size_t from = stack.find("at ");
    if (from == std::string::npos) return {};
    const std::string place = stack.substr(from + 3, stack.find('\n') - from - 3);
    return place.substr(0, place.find(" (not started)"));
  }

  void note_deviation(DecisionKind kind, std::uint32_t n, std::uint32_t index,
                      const DecisionContext& context) {
    const Scheduler& scheduler = context.loop->scheduler();
    NarratedDeviation deviation{.kind = kind, .index = index, .choices = n,
                                .time = scheduler.now(), .chosen = {}, .overtaken = {},
                                .label = std::string(context.label),
                                .step = narration_.steps.size()};
    if (kind == DecisionKind::ready) {
      deviation.chosen = scheduler.name_of(scheduler.ready().at(index));
      for (std::uint32_t i = 0; i < index; ++i) {
        deviation.overtaken.push_back(scheduler.name_of(scheduler.ready().at(i)));
      }
    } else if (kind == DecisionKind::cancel) {
      deviation.chosen = scheduler.cancellable()[index - 1]->name();
    }
    narration_.deviations.push_back(std::move(deviation));
  }

  Narration& narration_;
  ReplaySource replay_;
  std::size_t most_;
  std::size_t told_ = 0;
};

}  // namespace

Narration narrate(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                  std::size_t most) {
  Narration narration;
  Narrator narrator(narration, deviations, most);
  options.watcher = &narrator;
  Execution execution(body, options);
  narration.result = execution.run(narrator);
  return narration;
}

}  // namespace sim
