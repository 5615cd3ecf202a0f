#include "sim/explore/shrink.h"

#include <algorithm>
#include <compare>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "sim/event_loop.h"
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

  // Hands on another source's choices and notes how many there were each time.
  class Noting final : public DecisionSource {
   public:
    explicit Noting(DecisionSource& of) : of_(of) {}
    std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& at) override {
      choices.push_back(n);
      return of_.pick(kind, n, at);
    }
    internal::Watcher* watcher() override { return of_.watcher(); }
    std::vector<std::uint32_t> choices;

   private:
    DecisionSource& of_;
  };

  // Whether some single deviation from running to block fails, which taking away may miss.
  bool one_is_enough() {
    RebasedReplay base;
    base.rewind({});
    Noting noting(base);
    execution_.run(noting);
    std::vector<Deviations> single;
    extend({}, noting.choices, single);
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

  // Takes asyncio's choices after a prefix of deviations, and notes what else there was.
  class Frontier final : public DecisionSource {
   public:
    explicit Frontier(const Deviations& prefix) : replay_(prefix) {}
    std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& at) override {
      choices.push_back(n);
      const std::uint32_t index = replay_.pick(kind, n, at);
      if (index != 0) note_tasks(kind, index, at.loop->scheduler());
      return index;
    }
    Simplicity simplicity(const ExecutionResult& result) const {
      std::uint64_t indices = 0;
      for (const Deviation& each : result.tape.deviations()) indices += each.index;
      return {tasks_.size(), result.failure_step, indices};
    }
    std::vector<std::uint32_t> choices;  // of each decision

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
    minimality_.certain = true;
    std::vector<Deviations> level = {{}};
    while (level.front().size() < best_.size()) {
      std::vector<Deviations> next;
      std::uint64_t visited = 0;
      for (const Deviations& each : level) {
        if (stopped() || minimality_.certified + visited == budget_.certification) {
          minimality_.certified += visited;
          minimality_.certain = false;
          return;
        }
        ++visited;
        Frontier frontier(each);
        const ExecutionResult& result = execution_.run(frontier);
        if (is_it(result)) {
          best_ = result.tape.deviations();
          choose_simplest(level);
          return;
        }
        extend(each, frontier.choices, next);
      }
      minimality_.certified += visited;
      level = std::move(next);
      if (level.empty()) return;
    }
    choose_simplest(level);
  }
  // Of the best and those of `candidates` that fail, the simplest.
  void choose_simplest(const std::vector<Deviations>& candidates) {
    std::optional<Simplicity> simplest;
    const auto consider = [&](const Deviations& deviations) {
      Frontier frontier(deviations);
      const ExecutionResult& result = execution_.run(frontier);
      if (!is_it(result)) return;
      const Simplicity simplicity = frontier.simplicity(result);
      if (simplest && *simplest <= simplicity) return;
      simplest = simplicity;
      best_ = deviations;
    };
    consider(Deviations(best_));
    const std::size_t count = std::min<std::size_t>(candidates.size(), budget_.choice);
    for (std::size_t i = 0; i < count && !stopped(); ++i) consider(candidates[i]);
  }
  bool stopped() const { return budget_.stop && budget_.stop(); }

  // `prefix` with one more deviation, at each later decision of its run.
  void extend(const Deviations& prefix, const std::vector<std::uint32_t>& choices,
              std::vector<Deviations>& into) const {
    const std::size_t from = prefix.empty() ? 0 : prefix.back().decision + std::size_t{1};
    for (std::size_t at = from; at < choices.size(); ++at) {
      for (std::uint32_t index = 1; index < choices[at]; ++index) {
        if (into.size() > budget_.certification) return;
        Deviations more = prefix;
        more.push_back({static_cast<std::uint32_t>(at), choices[at], index});
        into.push_back(std::move(more));
      }
    }
  }

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
