#include "sim/explore/portfolio.h"

#include <algorithm>
#include <utility>

#include "sim/explore/dfs.h"
#include "sim/explore/profile.h"
#include "sim/explore/strategy.h"
#include "sim/explore/sweep.h"

namespace sim {

Portfolio::Portfolio(std::uint64_t seed) {
  for (const Strategy& order : {Strategy::fifo(), Strategy::run_to_block(), Strategy::lifo()}) {
    openers_.push_back(make_search(order, seed));
  }
  members_.push_back({std::make_unique<Sweep>(), 0.25, false});
  members_.push_back({std::make_unique<Dfs>(), 0.25, true});
  const auto profile = std::make_shared<Profile>();  // each learns from the others' executions
  std::uint64_t stream = 0;
  for (const Strategy& sampler : {Strategy::random(), Strategy::pos(), Strategy::surw(),
                                  Strategy::pct(3), Strategy::urw()}) {
    members_.push_back({make_search(sampler, internal::mix(seed, ++stream), profile), 1, false});
  }
}

Portfolio::~Portfolio() = default;

DecisionSource* Portfolio::next() {
  current_ = nullptr;
  while (opened_ < openers_.size()) {
    if (DecisionSource* source = openers_[opened_]->next()) return source;
    ++opened_;
  }
  while (Member* member = choose()) {
    if (DecisionSource* source = member->search->next()) {
      current_ = member;
      return source;
    }
    member->done = true;
    if (member->visits_all) {
      exhausted_ = true;
      return nullptr;
    }
  }
  return nullptr;
}

// Smooth weighted round robin: each gains its weight, the richest goes and pays for all.
Portfolio::Member* Portfolio::choose() {
  Member* richest = nullptr;
  double all = 0;
  for (Member& member : members_) {
    if (member.done) continue;
    member.credit += member.weight;
    all += member.weight;
    if (richest == nullptr || member.credit > richest->credit) richest = &member;
  }
  if (richest != nullptr) richest->credit -= all;
  return richest;
}

void Portfolio::ended(const ExecutionResult& result, bool new_trace) {
  if (current_ == nullptr) return;
  current_->search->ended(result, new_trace);
  ++current_->runs;
  current_->traces += new_trace;
  if (++round_ == kRound) weigh();
}

void Portfolio::weigh() {
  round_ = 0;
  double all = 0;
  for (Member& member : members_) {
    member.weight = (member.traces + 1.0) / (member.runs + 2.0);
    member.runs = member.traces = 0;
    if (!member.done) all += member.weight;
  }
  for (Member& member : members_) {
    // A share of s of the whole is s / (1 - s) times the others.
    const double others = all - member.weight;
    if (member.most < 1) {
      member.weight = std::min(member.weight, others * member.most / (1 - member.most));
    }
  }
}

const char* Portfolio::sampler() const {
  return current_ != nullptr ? current_->search->sampler() : "";
}

}  // namespace sim
