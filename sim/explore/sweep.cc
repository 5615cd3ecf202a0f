#include "sim/explore/sweep.h"

#include <algorithm>
#include <utility>

#include "sim/event_loop.h"
#include "sim/explore/pending.h"

namespace sim {

namespace {

// Whether whoever does that may have to wait.
bool may_wait(internal::Act act) {
  using internal::Act;
  return act == Act::acquires || act == Act::waits || act == Act::takes ||
         act == Act::waits_to_take || act == Act::puts || act == Act::waits_to_put;
}

// Inserts `value` unless it is there.
bool insert_sorted(std::vector<std::uint64_t>& values, std::uint64_t value) {
  const auto at = std::ranges::lower_bound(values, value);
  if (at != values.end() && *at == value) return false;
  values.insert(at, value);
  return true;
}

std::uint64_t place_of(const internal::Scheduler& scheduler, internal::Entry entry) {
  const internal::TaskState* task = internal::task_of(scheduler, entry);
  return task != nullptr ? internal::lines_of(*task) : 0;
}

}  // namespace

Sweep::Sweep(Base base, std::shared_ptr<Profile> profile)
    : scout_(base, profile != nullptr ? std::move(profile) : std::make_shared<Profile>()),
      base_(base) {}

DecisionSource* Sweep::next() {
  if (!std::exchange(scouted_, true)) {
    scout_.begin();
    return &scout_;
  }
  plan();
  if (tried_ == planned_->size()) return nullptr;
  const Deviation deviation = (*planned_)[tried_++];
  if (base_ == Base::run_to_block) {
    rebased_.rewind({deviation});
    return &rebased_;
  }
  replay_.rewind({deviation});
  return &replay_;
}

bool Sweep::skip() {
  plan();
  if (tried_ == planned_->size()) return false;
  ++tried_;
  return true;
}

void Sweep::begin_rounds() {
  if (scouted_) plan();
}

void Sweep::Scout::begin() {
  profile_->begin();
  sticky_.begin();
}

std::uint32_t Sweep::Scout::pick(DecisionKind kind, std::uint32_t n,
                                 const DecisionContext& context) {
  const internal::Scheduler& scheduler = context.loop->scheduler();
  std::uint32_t base = 0;
  if (kind == DecisionKind::ready) {
    if (base_ == Base::run_to_block) base = sticky_.pick(scheduler);
    note_orders(n, base, scheduler);
  } else if (kind == DecisionKind::cancel) {
    note_cancellations(n, scheduler);
  } else {
    for (std::uint32_t index = 1; index < n; ++index) {
      singles_.push_back({{decision_, n, index}, Single::What::fault});
    }
  }
  ++decision_;
  return base;
}

void Sweep::Scout::note_cancellations(std::uint32_t n, const internal::Scheduler& scheduler) {
  for (std::uint32_t index = 1; index < n; ++index) {
    const internal::TaskState& task = *scheduler.cancellable()[index - 1];
    const internal::Waiter* waiter = task.waiter();
    const bool woken = waiter == nullptr || waiter->status() != internal::WaitStatus::waiting;
    const bool in_window = woken && waiter != nullptr;
    Single single{{decision_, n, index},
                  in_window ? Single::What::cancels_woken : Single::What::fault};
    single.same_place = !insert_sorted(cancelled_, internal::mix(scheduler.past_of(task), woken));
    singles_.push_back(single);
  }
}

void Sweep::Scout::note_orders(std::uint32_t n, std::uint32_t base,
                               const internal::Scheduler& scheduler) {
  const internal::ReadyQueue& ready = scheduler.ready();
  const std::uint64_t stopped = place_of(scheduler, ready.at(base));
  const bool first = is_first_of_its_kind(scheduler, ready.at(base), stopped);
  here_.assign(1, stopped);
  before_step_ = singles_.size();
  std::uint32_t from_base = 0;
  for (std::uint32_t index = 0; index < n; ++index) {
    if (index == base) continue;
    const std::uint64_t place = place_of(scheduler, ready.at(index));
    Single single{{decision_, n, ++from_base}, Single::What::order};
    single.places = internal::mix(stopped, place);
    single.first_of_kind = first;
    single.same_place = !insert_sorted(here_, place);
    singles_.push_back(single);
  }
}

// Whether `entry` is of the first task that was seen to begin where it did.
bool Sweep::Scout::is_first_of_its_kind(const internal::Scheduler& scheduler,
                                        internal::Entry entry, std::uint64_t place) {
  const internal::TaskState* task = internal::task_of(scheduler, entry);
  if (task == nullptr) return true;
  const std::uint32_t number = tasks_.number_of(task->origin().identity);
  if (number > kinds_of_tasks_.size()) kinds_of_tasks_.push_back(place);
  const std::uint64_t kind = kinds_of_tasks_[number - 1];
  const auto at = std::ranges::find(kinds_, kind, &Kind::place);
  if (at != kinds_.end()) return at->task == number;
  kinds_.push_back({kind, number});
  return true;
}

void Sweep::Scout::on_step(const internal::Scheduler& scheduler, internal::Entry entry) {
  of_step_ = std::exchange(before_step_, singles_.size());
  profile_->watcher()->on_step(scheduler, entry);
  sticky_.watcher()->on_step(scheduler, entry);
}

void Sweep::Scout::on_access(const internal::Scheduler& scheduler, const internal::Object& object,
                             const internal::Access& access) {
  profile_->watcher()->on_access(scheduler, object, access);
  const bool releases =
      access.act == internal::Act::releases || access.act == internal::Act::releases_by_guard;
  for (std::size_t i = of_step_; i < before_step_; ++i) {
    if (!releases) singles_[i].touched |= profile_->bit_of(object);
    singles_[i].enters = singles_[i].enters || may_wait(access.act);
  }
}

std::vector<Deviation> Sweep::Scout::planned() const {
  return plan_sweep(singles_, profile_->contended());
}

}  // namespace sim
