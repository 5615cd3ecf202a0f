// Surw: the selectively uniform random walk (Zhao, Liu, Wolff, Chen, Cheng, Weng, "Selectively
// uniform concurrency testing", ASPLOS 2025).
//
// Each execution selects the steps that touch one object, drawn from those that several tasks touch
// and some write, and is uniform among the orders of these. A task is drawn, with a probability
// proportional to the number of selected steps that it is expected to have before it, as the one
// that may take the next of them; until it has, the others run up to theirs, each as likely to run
// next. Which steps touch the object is known from earlier executions: see Profile. While nothing
// is known of a contended object all steps are selected, which is much as Urw.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/explore/pending.h"
#include "sim/explore/profile.h"
#include "sim/explore/remaining.h"
#include "sim/explore/sampler.h"

namespace sim {

class Surw final : public Sampler {
 public:
  Surw(std::uint64_t seed, std::shared_ptr<Profile> profile);
  const char* sampler() const override { return "surw"; }

 private:
  struct Step {
    std::uint32_t task;
    bool selected;
  };
  struct Count {
    std::uint64_t visits = 0;
    std::uint64_t selected_later = 0;  // all visits together
  };

  internal::Watcher* watcher() override { return profile_->watcher(); }
  void begin() override;
  void stop_learning() override { profile_->stop_learning(); }
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) override;
  void select();
  void count_selected();
  bool is_selected(const Footprint& footprint) const;
  std::uint64_t selected_after(std::uint32_t task, std::uint64_t step) const;
  std::uint64_t weight(const Step& step) const;
  void draw_intended(std::uint32_t n);
  std::uint32_t draw_eligible(std::uint32_t n);

  std::shared_ptr<Profile> profile_;
  internal::Remaining remaining_;
  internal::Pending<Step> pending_;
  std::uint64_t object_ = 0;  // its bit; 0 when all steps are selected
  std::vector<Count> counts_;       // of the steps of one task after the other
  std::vector<std::size_t> first_;  // where those of a task begin; one more at the end
  std::uint32_t intended_ = kNone;   // the task that may take the next selected step
  std::uint32_t waited_ = 0;         // decisions since it was drawn

  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint64_t kUnit = 256;      // a weight of one step
  static constexpr std::uint32_t kPatience = 100;  // so many decisions; then another is drawn
};

}  // namespace sim
