// Surw: the selectively uniform random walk (Zhao, Liu, Wolff, Chen, Cheng, Weng, "Selectively
// uniform concurrency testing", ASPLOS 2025).
//
// Each execution selects the steps that touch one object, drawn from those that several tasks touch
// and some write, and is uniform among the orders of these. A task is drawn, with a probability
// proportional to the number of selected steps that it has before it, as the one that may take the
// next of them; until it has, the others run up to theirs, each as likely to run next. Which steps
// touch the object is known from earlier executions: see Profile. While nothing is known of a
// contended object all steps are selected, which is Urw.
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

  internal::Watcher* watcher() override { return profile_->watcher(); }
  void begin() override;
  std::uint32_t pick_ready(std::uint32_t n, const internal::Scheduler& scheduler) override;
  void select();
  void count_selected();
  bool is_selected(std::uint32_t task) const;
  std::uint64_t weight(const Step& step) const;
  void draw_intended(std::uint32_t n);
  std::uint32_t draw_eligible(std::uint32_t n);

  std::shared_ptr<Profile> profile_;
  internal::Remaining remaining_;
  internal::Pending<Step> pending_;
  std::uint64_t object_ = 0;  // its bit; 0 when all steps are selected
  // For each task how many selected steps there are from its n-th on, one after the other.
  std::vector<std::uint32_t> selected_from_;
  std::vector<std::size_t> first_;   // where those of a task begin; one more at the end
  std::uint32_t intended_ = kNone;   // the task that may take the next selected step
  std::uint32_t waited_ = 0;         // decisions since it was drawn

  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint32_t kPatience = 100;  // so many decisions; then another is drawn
};

}  // namespace sim
