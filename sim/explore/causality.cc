#include "sim/explore/causality.h"

#include <algorithm>
#include <functional>

namespace sim::internal {

void Causality::join(std::vector<std::uint32_t>& clock, const std::vector<std::uint32_t>& other) {
  if (clock.size() < other.size()) clock.resize(other.size());
  for (std::size_t i = 0; i < other.size(); ++i) clock[i] = std::max(clock[i], other[i]);
}

std::uint32_t Causality::chain_for(const NewStep& step, const std::vector<std::uint32_t>& clock) {
  const auto add_chain = [this] {
    chains_.emplace_back();
    return static_cast<std::uint32_t>(chains_.size() - 1);
  };
  if (!step.once) {
    Process& of = process(segments_[step.segment].process);
    if (of.chain == kNone) of.chain = add_chain();
    return of.chain;
  }
  for (const std::uint32_t chain : shared_chains_) {
    const std::size_t length = chains_[chain].size();
    if (length == 0 || (chain < clock.size() && clock[chain] == length)) return chain;
  }
  shared_chains_.push_back(add_chain());
  return shared_chains_.back();
}

// Of the steps that `segment` conflicts with those that no other of them comes after for sure.
void Causality::find_conflicts(const Segment& segment) {
  conflicts_.clear();
  if (!with_all_.empty()) conflicts_.push_back(with_all_.back());
  if (segment.with_all) {
    for (const std::vector<std::uint32_t>& chain : chains_) {
      if (!chain.empty()) conflicts_.push_back(chain.back());
    }
    return;
  }
  for (const Segment::Used& used : segment.used) {
    const std::vector<UseOfObject>& before = uses(used.object);
    std::size_t end = before.size();
    if (end != 0 && commute(before.back().use, used.use)) end = before.back().group;
    if (end == 0) continue;
    for (std::size_t i = before[end - 1].group; i < end; ++i) conflicts_.push_back(before[i].step);
  }
  const Process& own = process(segment.process);
  const std::uint32_t latest = own.steps.empty() ? 0 : own.steps.back() + 1;
  for (std::size_t i = own.cancels.size(); i-- > 0 && own.cancels[i] >= latest;) {
    conflicts_.push_back(own.cancels[i]);
  }
  for (const std::uint32_t task : segment.cancelled) {
    const Process& other = process(task);
    if (!other.steps.empty()) conflicts_.push_back(other.steps.back());
    if (!other.cancels.empty()) conflicts_.push_back(other.cancels.back());
  }
}

void Causality::note_uses(const Segment& segment, std::uint32_t step) {
  for (const Segment::Used& used : segment.used) {
    std::vector<UseOfObject>& before = uses(used.object);
    const bool joins_group = !before.empty() && commute(before.back().use, used.use);
    const std::size_t group = joins_group ? before.back().group : before.size();
    before.push_back({step, used.use, static_cast<std::uint32_t>(group)});
  }
  for (const std::uint32_t task : segment.cancelled) process(task).cancels.push_back(step);
  process(segment.process).steps.push_back(step);
  if (segment.with_all) with_all_.push_back(step);
}

void Causality::add(const NewStep& made) {
  const Segment& segment = segments_[made.segment];
  const std::uint32_t number = size_;
  if (made.clock_went_on) {
    Barrier barrier{number, {}};
    for (const std::vector<std::uint32_t>& chain : chains_) {
      barrier.clock.push_back(static_cast<std::uint32_t>(chain.size()));
    }
    barriers_.push_back(std::move(barrier));
  }
  if (number == steps_.size()) steps_.emplace_back();
  Step& step = steps_[number];
  step.segment = made.segment;
  step.races.clear();
  step.clock.assign(chains_.size(), 0);
  const std::vector<std::uint32_t>& own = process(segment.process).steps;
  step.ordinal = static_cast<std::uint32_t>(own.size());
  if (!own.empty()) join(step.clock, steps_[own.back()].clock);
  if (made.made_ready_by != kNone) join(step.clock, steps_[made.made_ready_by].clock);
  if (!barriers_.empty()) join(step.clock, barriers_.back().clock);
  for (const std::uint32_t object : made.joined) {
    for (const UseOfObject& use : uses(object)) {
      if (use.use == Use::adds) join(step.clock, steps_[use.step].clock);
    }
  }
  find_conflicts(segment);
  std::ranges::sort(conflicts_, std::greater());
  for (const std::uint32_t earlier : conflicts_) {
    const Step& other = steps_[earlier];
    if (step.clock.size() > other.chain && step.clock[other.chain] >= other.position) continue;
    step.races.push_back({earlier});
    join(step.clock, other.clock);
  }
  step.chain = chain_for(made, step.clock);
  std::vector<std::uint32_t>& chain = chains_[step.chain];
  chain.push_back(number);
  step.position = static_cast<std::uint32_t>(chain.size());
  if (step.clock.size() <= step.chain) step.clock.resize(step.chain + std::size_t{1});
  step.clock[step.chain] = step.position;
  ++size_;
  note_uses(segment, number);
}

void Causality::cut(std::uint32_t size) {
  while (size_ > size) forget_latest();
}

void Causality::forget_latest() {
  Step& step = steps_[--size_];
  const Segment& segment = segments_[step.segment];
  for (const Segment::Used& used : segment.used) uses(used.object).pop_back();
  for (const std::uint32_t task : segment.cancelled) process(task).cancels.pop_back();
  process(segment.process).steps.pop_back();
  if (segment.with_all) with_all_.pop_back();
  chains_[step.chain].pop_back();
  while (!barriers_.empty() && barriers_.back().step == size_) barriers_.pop_back();
}

}  // namespace sim::internal
