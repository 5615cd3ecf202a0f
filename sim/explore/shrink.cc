#include "sim/explore/shrink.h"

#include <algorithm>
#include <compare>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "sim/event_loop.h"
#include "sim/explore/levels.h"
#include "sim/explore/rebased_replay.h"
#include "sim/explore/reduction.h"
#include "sim/explore/relinearization.h"
#include "sim/explore/replay_source.h"

namespace sim {

namespace {

using Deviations = std::vector<Deviation>;

class Shrinker {
 public:
  Shrinker(Execution& execution, Deviations deviations, const Finding& failure,
           const ShrinkBudget& budget)
      : execution_(execution), failure_(failure), budget_(budget), best_(std::move(deviations)) {}

  Shrunk shrink() {
    relinearize();
    best_ = internal::Reduction(FromAsyncio{*this}, best_, minimality_.replays, budget_.replays)
                .reduce();
    certify();
    if (best_.size() > 1) reduce_from_run_to_block();
    return {std::move(best_), minimality_};
  }

 private:
  bool is_it(const ExecutionResult& result) const {
    return result.failed && same_failure(result.failure(), failure_);
  }

  struct FromAsyncio {
    Shrinker& of;
    const Deviations* fails_with(const Deviations& deviations) {
      of.source_.rewind(deviations);
      const ExecutionResult& result = of.execution_.run(of.source_);
      return of.is_it(result) ? &result.tape.deviations() : nullptr;
    }
  };
  struct FromRunToBlock {
    Shrinker& of;
    RebasedReplay source = {};
    const Deviations* fails_with(const Deviations& deviations) {
      source.rewind(deviations);
      return of.is_it(of.execution_.run(source)) ? &source.tape().deviations() : nullptr;
    }
  };

  void relinearize() {
    if (best_.size() < 2 || budget_.replays < minimality_.replays + 2) return;
    minimality_.replays += 2;
    best_ = sim::relinearize(execution_, best_,
                             [this](const ExecutionResult& result) { return is_it(result); });
  }

  void reduce_from_run_to_block() {
    if (minimality_.replays == budget_.replays) return;
    ++minimality_.replays;
    RebasedReplay translation;
    translation.translate(best_);
    execution_.run(translation);
    const Deviations fewest =
        internal::Reduction(FromRunToBlock{*this}, translation.tape().deviations(),
                            minimality_.replays, budget_.replays)
            .reduce();
    const std::size_t count = fewest.size() > 1 && one_is_enough() ? 1 : fewest.size();
    if (count < best_.size()) minimality_.from_run_to_block = count;
  }

  // Whether some single deviation from running to block fails, which taking away may miss.
  bool one_is_enough() {
    RebasedReplay base;
    base.rewind({});
    Noting noting(base);
    execution_.run(noting);
    std::vector<Deviations> single;
    extend({}, noting.choices(), budget_.certification, single);
    FromRunToBlock from{*this};
    const std::size_t count = std::min<std::size_t>(single.size(), budget_.choice);
    for (std::size_t i = 0; i < count && !stopped(); ++i) {
      if (from.fails_with(single[i]) != nullptr) return true;
    }
    return false;
  }

  // Of schedules with equally many deviations the simplest is told: few tasks, short, small steps
  // aside.
  struct Simplicity {
    std::size_t tasks;
    std::uint64_t steps;
    std::uint64_t indices;
    friend auto operator<=>(const Simplicity&, const Simplicity&) = default;
  };

  // Replays deviations, and notes whom they are about.
  class NotingTasks final : public DecisionSource {
   public:
    explicit NotingTasks(const Deviations& deviations) : replay_(deviations) {}
    std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& at) override {
      const std::uint32_t index = replay_.pick(kind, n, at);
      if (index != 0) note_tasks(kind, index, at.loop->scheduler());
      return index;
    }
    Simplicity simplicity(const ExecutionResult& result) const {
      std::uint64_t indices = 0;
      for (const Deviation& each : result.tape.deviations()) indices += each.index;
      return {tasks_.size(), result.failure_step, indices};
    }

   private:
    // Those that a deviation is about: the one chosen and those it overtook, or the one cancelled.
    void note_tasks(DecisionKind kind, std::uint32_t index, const internal::Scheduler& scheduler) {
      if (kind == DecisionKind::cancel) note(scheduler.cancellable()[index - 1]);
      if (kind != DecisionKind::ready) return;
      for (std::uint32_t i = 0; i <= index; ++i) {
        note(internal::task_of(scheduler, scheduler.ready().at(i)));
      }
    }
    void note(const internal::TaskState* task) {
      if (task != nullptr) tasks_.insert(task->origin().identity);
    }

    ReplaySource replay_;
    std::set<std::uint64_t> tasks_;
  };

  // All schedules by their number of deviations, up to those that have as few as the best: the
  // first number at which one fails is the fewest, and the simplest of that number is the answer.
  void certify() {
    Levels levels(execution_, budget_.certification, budget_.stop);
    std::optional<Deviations> fewer;
    while (!fewer && !levels.is_spent() && levels.deviations() < best_.size()) {
      fewer = levels.visit([this](const ExecutionResult& result) { return is_it(result); });
    }
    minimality_.certified = levels.visited();
    minimality_.certain = !levels.is_spent();
    if (fewer) best_ = *std::move(fewer);
    if (minimality_.certain) choose_simplest(levels.level());
  }
  // Of the best and those of `candidates` that fail, the simplest.
  void choose_simplest(const std::vector<Deviations>& candidates) {
    std::optional<Simplicity> simplest;
    const auto consider = [&](const Deviations& deviations) {
      NotingTasks noting(deviations);
      const ExecutionResult& result = execution_.run(noting);
      if (!is_it(result)) return;
      const Simplicity simplicity = noting.simplicity(result);
      if (simplest && *simplest <= simplicity) return;
      simplest = simplicity;
      best_ = deviations;
    };
    consider(Deviations(best_));
    const std::size_t count = std::min<std::size_t>(candidates.size(), budget_.choice);
    for (std::size_t i = 0; i < count && !stopped(); ++i) consider(candidates[i]);
  }
  bool stopped() const { return budget_.stop && budget_.stop(); }

  Execution& execution_;
  const Finding& failure_;
  ShrinkBudget budget_;
  Deviations best_;
  Minimality minimality_;
  ReplaySource source_;
};

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

bool same_failure(const Finding& a, const Finding& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == FindingKind::assertion && a.place.line() == 0 && b.place.line() == 0) {
    return first_line(a.message) == first_line(b.message);
  }
  return a.place.line() == b.place.line() &&
         std::string_view(a.place.file_name()) == b.place.file_name();
}

Shrunk shrink(Execution& execution, std::vector<Deviation> deviations, const Finding& failure,
              const ShrinkBudget& budget) {
  return Shrinker(execution, std::move(deviations), failure, budget).shrink();
}

}  // namespace sim
