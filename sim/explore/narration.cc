#include "sim/explore/narration.h"

#include <algorithm>
#include <array>

#include "sim/event_loop.h"
#include "sim/object.h"

namespace sim {

namespace {

using internal::Entry;
using internal::Scheduler;

class Narrator final : public DecisionSource, public internal::Watcher {
 public:
  // Tells of steps up to `last`.
  Narrator(Narration& narration, const std::vector<Deviation>& deviations, std::uint64_t last,
           std::size_t most)
      : narration_(narration), replay_(deviations), last_(last), most_(most) {}

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    const std::uint32_t index = replay_.pick(kind, n, context);
    const std::uint32_t ordinal = asked_[static_cast<std::size_t>(kind)]++;
    const bool in_step = kind == DecisionKind::choose || kind == DecisionKind::executor;
    const std::uint64_t step = context.loop->scheduler().steps() + (in_step ? 0 : 1);
    if (index != 0) note_deviation(kind, ordinal, n, index, context, step);
    return index;
  }

  void on_step(const Scheduler& scheduler, Entry entry) override {
    const std::uint64_t number = scheduler.steps();
    tells_ = number <= last_;
    if (!tells_) return;
    // Timers that were fired on the way to it count as steps.
    for (auto at = narration_.deviations.rbegin();
         at != narration_.deviations.rend() && at->step > latest_; ++at) {
      at->step = number;
    }
    latest_ = number;
    NarratedStep step{.number = number, .time = scheduler.now(), .task = scheduler.name_of(entry),
                      .place = {}, .accesses = {}};
    const bool is_task =
        entry.kind() == Entry::Kind::task || entry.kind() == Entry::Kind::checked_task;
    if (is_task) step.place = place_of(*entry.as_task());
    if (narration_.steps.size() == 2 * most_) forget(most_);
    narration_.steps.push_back(std::move(step));
    if (number == last_ && at_last_) at_last_();
  }
  // Called when the last step that is told is about to be made.
  void call_at_last(std::function<void()> at_last) { at_last_ = std::move(at_last); }

  void on_access(const Scheduler&, const internal::Object& object,
                 const internal::Access& access) override {
    if (!tells_) return;
    narration_.steps.back().accesses.push_back(
        {object.identity(), object.describe(), access.what, access.write,
         access.place.line() != 0 ? to_string(access.place) : std::string()});
  }

  void end() {
    if (narration_.steps.size() > most_) forget(narration_.steps.size() - most_);
  }

 private:
  static std::string place_of(const internal::TaskState& task) {
    const std::string stack = task.stack();  // "  at deposit  bank.cc:12\n  at ..."
    const std::size_t from = stack.find("at ");
    if (from == std::string::npos) return {};
    const std::string place = stack.substr(from + 3, stack.find('\n') - from - 3);
    return place.substr(0, place.find(" (not started)"));
  }

  void note_deviation(DecisionKind kind, std::uint32_t ordinal, std::uint32_t n,
                      std::uint32_t index, const DecisionContext& context, std::uint64_t step) {
    const Scheduler& scheduler = context.loop->scheduler();
    NarratedDeviation deviation{.kind = kind, .ordinal = ordinal, .index = index, .choices = n,
                                .time = scheduler.now(), .chosen = {}, .overtaken = {},
                                .label = std::string(context.label), .step = step};
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

  void forget(std::size_t count) {
    const auto begin = narration_.steps.begin();
    narration_.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    narration_.whole = false;
  }

  Narration& narration_;
  ReplaySource replay_;
  std::uint64_t last_;
  std::size_t most_;
  std::array<std::uint32_t, kDecisionKinds> asked_{};
  std::uint64_t latest_ = 0;  // the step that was told last
  bool tells_ = false;        // of the step that runs
  std::function<void()> at_last_;
};

}  // namespace

const NarratedStep* Narration::step(std::uint64_t number) const {
  const auto at = std::ranges::find(steps, number, &NarratedStep::number);
  return at == steps.end() ? nullptr : &*at;
}

Narration narrate(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                  const std::vector<FindingKind>& ignored, std::size_t most) {
  // Which finding fails the run is known at its end; so it is run once to see how far to tell.
  ReplaySource replay(deviations);
  Execution beforehand(body, options, ignored);
  const ExecutionResult& seen = beforehand.run(replay);
  const std::uint64_t last = seen.failed ? seen.failure_step : seen.stats.steps;

  Narration narration;
  Narrator narrator(narration, deviations, last, most);
  options.watcher = &narrator;
  Execution execution(body, options, ignored);
  narration.result = execution.run(narrator);
  narrator.end();
  return narration;
}

void narrate_to(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                std::uint64_t last, const std::function<void(Narration&)>& at_last,
                const std::vector<FindingKind>& ignored, std::size_t most) {
  Narration narration;
  Narrator narrator(narration, deviations, last, most);
  narrator.call_at_last([&] {
    narrator.end();
    at_last(narration);
  });
  options.watcher = &narrator;
  Execution(body, options, ignored).run(narrator);
}

}  // namespace sim
