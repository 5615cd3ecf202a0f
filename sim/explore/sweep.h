// Sweep: every schedule with a single deviation from a base: one other ready task, one late timer,
// one cancellation. Most bugs of asynchronous code need no more than that, from asyncio's order or
// from one in which each task runs until it blocks.
//
// The first execution is the base itself and shows where there are choices; SweepPlan puts them in
// order. Cancellations come once for each await of each task and once for each window between a
// wake-up and the resumption, and only then at the other steps in between.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sim/explore/identity_table.h"
#include "sim/explore/profile.h"
#include "sim/explore/rebased_replay.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/search.h"
#include "sim/explore/sticky.h"
#include "sim/explore/sweep_plan.h"

namespace sim {

class Sweep final : public Search {
 public:
  enum class Base : std::uint8_t { fifo, run_to_block };
  // Its first execution is learned into `profile`; null gives it one of its own.
  explicit Sweep(Base base = Base::fifo, std::shared_ptr<Profile> profile = nullptr);

  DecisionSource* next() override;
  bool skip() override;
  void begin_rounds() override;
  bool over() const override { return planned_ && tried_ == planned_->size(); }

 private:
  // Takes the choices of the base and notes what else there was.
  class Scout final : public DecisionSource, private internal::Watcher {
   public:
    Scout(Base base, std::shared_ptr<Profile> profile)
        : base_(base), profile_(std::move(profile)) {}
    void begin();
    std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override;
    internal::Watcher* watcher() override { return this; }
    // The deviations in the order in which they are to be tried.
    std::vector<Deviation> planned() const;

   private:
    struct Kind {
      std::uint64_t place;
      std::uint32_t task;  // the first of it
    };

    void note_cancellations(std::uint32_t n, const internal::Scheduler& scheduler);
    void note_orders(std::uint32_t n, std::uint32_t base, const internal::Scheduler& scheduler);
    bool is_first_of_its_kind(const internal::Scheduler& scheduler, internal::Entry entry,
                              std::uint64_t place);
    void on_step(const internal::Scheduler& scheduler, internal::Entry entry) override;
    void on_access(const internal::Scheduler& scheduler, const internal::Object& object,
                   const internal::Access& access) override;

    Base base_;
    std::shared_ptr<Profile> profile_;
    internal::Sticky sticky_;
    std::vector<Single> singles_;
    std::size_t before_step_ = 0;  // from here on they are before the step that is to be made
    std::size_t of_step_ = 0;      // and from here to there before the one that is made
    std::uint32_t decision_ = 0;
    std::vector<std::uint64_t> cancelled_;  // the places of cancellations, sorted
    std::vector<std::uint64_t> here_;       // where those stand that are ready, sorted
    internal::IdentityTable tasks_;
    std::vector<std::uint64_t> kinds_of_tasks_;
    std::vector<Kind> kinds_;
  };

  // Once the base has been run.
  void plan() {
    if (!planned_) planned_ = scout_.planned();
  }

  Scout scout_;
  Base base_;
  ReplaySource replay_;
  RebasedReplay rebased_;
  std::optional<std::vector<Deviation>> planned_;
  bool scouted_ = false;
  std::size_t tried_ = 0;
};

}  // namespace sim
