#include "sim/explore/narration.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "sim/event_loop.h"
#include "sim/object.h"
#include "sim/wait_report.h"

namespace sim {

namespace {

using internal::Entry;
using internal::Scheduler;

constexpr std::size_t kMostWaits = 1'000;

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
    if (tells_) see_end_of_step(scheduler);
    tells_ = number <= last_;
    if (!tells_) return tell_end(scheduler);
    // Timers that were fired on the way to it count as steps.
    for (auto at = narration_.deviations.rbegin();
         at != narration_.deviations.rend() && at->step > latest_; ++at) {
      at->step = number;
    }
    see_ready(scheduler, entry);
    latest_ = number;
    NarratedStep step;
    step.number = number;
    step.time = scheduler.now();
    step.task = scheduler.name_of(entry);
    if (is_task(entry)) step.place = place_of(*entry.as_task());
    if (const auto ready = ready_.find(entry.bits()); ready != ready_.end()) {
      step.ready_by = ready->second.by;
      step.ready_by_task = std::move(ready->second.by_task);
      step.ready_time = ready->second.time;
      ready_.erase(ready);
    }
    running_.reset();
    if (is_task(entry)) {
      running_ = entry.as_task()->ticket();
      step.task_index = index_of(*entry.as_task(), step.ready_by);
    }
    latest_task_ = step.task;
    latest_time_ = step.time;
    if (narration_.steps.size() == 2 * most_) forget(most_);
    narration_.steps.push_back(std::move(step));
    if (number == last_ && at_last_) {
      tell_end(scheduler);
      at_last_();
    }
  }
  // Called when the last step that is told is about to be made.
  void call_at_last(std::function<void()> at_last) { at_last_ = std::move(at_last); }

  void on_access(const Scheduler&, const internal::Object& object,
                 const internal::Access& access) override {
    if (!tells_) return;
    narration_.steps.back().accesses.push_back(
        {object.identity(), object.describe(), access.what, access.write,
         access.place.line() != 0 ? to_string(access.place) : std::string(),
         access.value.to_string()});
  }

  void on_main_end(Scheduler& scheduler) override { see_end(scheduler); }
  void on_run_end(Scheduler& scheduler) override { see_end(scheduler); }
  void on_close() override {
    if (internal::current_scheduler != nullptr) see_end(*internal::current_scheduler);
  }

  void end() {
    if (narration_.steps.size() > most_) forget(narration_.steps.size() - most_);
  }

 private:
  // Of an entry of the ready queue.
  struct Ready {
    std::uint64_t by;
    std::string by_task;
    std::int64_t time;
  };

  static bool is_task(Entry entry) {
    return entry.kind() == Entry::Kind::task || entry.kind() == Entry::Kind::checked_task;
  }

  // What the queue got since the last step: by that step, or by timers that were fired on the way.
  void see_ready(const Scheduler& scheduler, Entry taken) {
    const internal::ReadyQueue& queue = scheduler.ready();
    const std::uint64_t fresh = queue.pushed() - pushed_;
    pushed_ = queue.pushed();
    if (fresh == 0) return;
    see_ready(scheduler, taken, ready_.contains(taken.bits()));
    const std::size_t count = std::min<std::uint64_t>(fresh, queue.size());
    for (std::size_t i = queue.size() - count; i < queue.size(); ++i) {
      see_ready(scheduler, queue.at(i), ready_.contains(queue.at(i).bits()));
    }
  }
  void see_ready(const Scheduler& scheduler, Entry entry, bool known) {
    if (known) return;
    const bool by_clock = entry.kind() == Entry::Kind::timer || wakes_from_sleep(entry);
    ready_[entry.bits()] = by_clock ? Ready{0, {}, scheduler.now()}
                                    : Ready{latest_, latest_task_, latest_time_};
  }
  static bool wakes_from_sleep(Entry entry) {
    const internal::Waiter* waiter = is_task(entry) ? entry.as_task()->waiter() : nullptr;
    if (waiter == nullptr || waiter->status() != internal::WaitStatus::woken) return false;
    return internal::description_of(*entry.as_task()).what == "its sleep to end";
  }

  std::uint32_t index_of(const internal::TaskState& task, std::uint64_t made_in) {
    const auto next = static_cast<std::uint32_t>(narration_.tasks.size());
    const auto [at, is_new] = indices_.emplace(task.identity(), next);
    if (!is_new) return at->second;
    const auto parent = indices_.find(task.origin().parent());
    narration_.tasks.push_back({task.name(), parent == indices_.end() ? kNoTask : parent->second,
                                task.started() ? 0 : made_in});
    return next;
  }

  // The task of the latest step has suspended or ended.
  void see_end_of_step(const Scheduler& scheduler) {
    if (!running_ || narration_.steps.empty()) return;
    const internal::TaskState* task = scheduler.tasks().find(*std::exchange(running_, {}));
    NarratedStep& step = narration_.steps.back();
    step.ended = task == nullptr;
    if (task == nullptr || task->done()) return;
    step.suspended_at = place_of(*task);
    if (is_waiting(*task)) step.waits_for = internal::description_of(*task).what;
  }
  static bool is_waiting(const internal::TaskState& task) {
    return task.waiter() != nullptr && task.waiter()->status() != internal::WaitStatus::woken;
  }

  void see_end(const Scheduler& scheduler) {
    if (tells_) see_end_of_step(scheduler);
    if (latest_ >= last_) tell_end(scheduler);
  }
  // Who waits for whom where the telling ends.
  void tell_end(const Scheduler& scheduler) {
    if (std::exchange(end_is_told_, true)) return;
    for (const internal::TaskState* task : scheduler.tasks().in_order()) {
      NarratedWait wait;
      wait.task = index_of(*task, 0);
      wait.place = place_of(*task);
      if (is_waiting(*task)) {
        internal::WaitDescription description = internal::description_of(*task);
        wait.waits_for = std::move(description.what);
        wait.remark = std::move(description.remark);
        for (const internal::TaskState* each : internal::blockers_of(*task)) {
          wait.blockers.push_back(index_of(*each, 0));
        }
      }
      narration_.waits.push_back(std::move(wait));
      if (narration_.waits.size() == kMostWaits) return;
    }
  }

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
  std::uint64_t pushed_ = 0;  // what the ready queue had got at the latest step
  std::map<std::uintptr_t, Ready> ready_;  // by the bits of an entry
  std::map<std::uint64_t, std::uint32_t> indices_;  // of tasks, by their identity
  std::optional<internal::TaskRegistry::Ticket> running_;
  std::string latest_task_;
  std::int64_t latest_time_ = 0;
  bool end_is_told_ = false;
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
  Trace trace;
  const ExecutionResult& result = execution.run_traced(narrator, trace);
  narrator.end();
  narration.findings = result.findings;
  narration.failed = result.failed;
  narration.failure_at = result.failure_at;
  narration.failure_step = result.failure_step;
  narration.run_steps = result.stats.steps;
  narration.virtual_time = result.stats.virtual_time.count();
  narration.trace_hash = result.stats.trace_hash;
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
