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
  void follow(const Execution& execution) { execution_ = &execution; }
  // The steps after the one that failed are not part of the story.
  void end() {
    note_failure();
    if (failed_) narration_.steps.resize(failed_steps_ - narration_.first);
  }

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
    note_failure();
    step.deviations = static_cast<int>(narration_.deviations.size() - told_);
    told_ = narration_.deviations.size();
    tells_ = !failed_ || narration_.first + narration_.steps.size() - failed_steps_ < most_;
    if (!tells_) return;
    if (narration_.steps.size() >= 3 * most_) forget();
    narration_.steps.push_back(std::move(step));
  }

  void on_access(const Scheduler&, const internal::Object& object,
                 const internal::Access& access) override {
    if (!tells_) return;
    narration_.steps.back().accesses.push_back(
        {object.identity(), object.describe(), access.what, access.write,
         access.place.line() != 0 ? to_string(access.place) : std::string()});
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
                                .step = narration_.first + narration_.steps.size()};
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

  // What fails the run may turn out to be another finding than the first: see ExecutionResult.
  void note_failure() {
    const ExecutionResult& result = execution_->result();
    if (!result.failed || (failed_ && failure_at_ == result.failure_at)) return;
    failed_ = true;
    failure_at_ = result.failure_at;
    failed_steps_ = narration_.first + narration_.steps.size();
  }
  void forget() {
    narration_.steps.erase(narration_.steps.begin(),
                           narration_.steps.begin() + static_cast<std::ptrdiff_t>(most_));
    narration_.first += most_;
  }

  Narration& narration_;
  ReplaySource replay_;
  const Execution* execution_ = nullptr;
  bool tells_ = false;  // of the step that runs
  bool failed_ = false;
  std::size_t failure_at_ = 0;
  std::uint64_t failed_steps_ = 0;  // there were so many when it failed
  std::size_t most_;
  std::size_t told_ = 0;
};

}  // namespace

Narration narrate(const Body& body, RunOptions options, const std::vector<Deviation>& deviations,
                  const std::vector<FindingKind>& ignored, std::size_t most) {
  Narration narration;
  Narrator narrator(narration, deviations, most);
  options.watcher = &narrator;
  Execution execution(body, options, ignored);
  narrator.follow(execution);
  narration.result = execution.run(narrator);
  narrator.end();
  return narration;
}

}  // namespace sim
