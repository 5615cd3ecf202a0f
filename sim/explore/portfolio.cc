#include "sim/explore/portfolio.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sim/explore/dfs.h"
#include "sim/explore/dpor.h"
#include "sim/explore/profile.h"
#include "sim/explore/strategy.h"
#include "sim/explore/sweep.h"

namespace sim {

namespace {

// The members that have a place of their own, and the turn of whoever is next by weight.
enum : std::size_t { kFromFifo, kFromRunToBlock, kByWeight };
// Who has the first executions.
constexpr std::size_t kOpening[] = {kFromFifo,       kFromRunToBlock, kFromRunToBlock,
                                    kFromRunToBlock, kByWeight,       kFromRunToBlock,
                                    kByWeight,       kFromRunToBlock, kByWeight,
                                    kFromRunToBlock, kByWeight,       kFromRunToBlock};

constexpr std::uint32_t kRound = 128;       // executions
constexpr std::uint64_t kFewTraces = 64;    // up to there dpor has every other execution
constexpr double kWithinReach = 1024;       // so many times what there was dpor still has a turn
constexpr std::uint64_t kTurnOfDpor = 8;    // of so many executions one
constexpr std::uint64_t kRareTurn = 64;     // where it is out of reach

}  // namespace

Portfolio::Portfolio(std::uint64_t seed, bool reducible) {
  const auto profile = std::make_shared<Profile>();  // each learns from the others' executions
  // The first weights: a sweep from asyncio's order finds what one cancellation breaks, random and
  // surw find generated bugs soonest, and depth-first search finds little before it is done.
  members_.push_back({std::make_unique<Sweep>(Sweep::Base::fifo, profile), 5, 0.25});
  members_.push_back({std::make_unique<Sweep>(Sweep::Base::run_to_block, profile), 1, 0.25});
  members_.push_back({std::make_unique<Dfs>(), 0.2, 0.25});
  std::uint64_t stream = 0;
  const auto add = [&](const Strategy& strategy, double weight) {
    members_.push_back(
        {make_search(strategy, internal::mix(seed, ++stream), profile), weight, 1});
  };
  add(Strategy::random(), 2);
  add(Strategy::pos(), 1);
  add(Strategy::surw(), 2);
  add(Strategy::pct(3), 1);
  add(Strategy::urw(), 1);
  add(Strategy::lifo(), 1);
  if (reducible) dpor_ = std::make_unique<Dpor>();
}

Portfolio::~Portfolio() = default;

DecisionSource* Portfolio::next() {
  if (executions_ < std::size(kOpening) && kOpening[executions_] != kByWeight) {
    if (DecisionSource* source = next_of(members_[kOpening[executions_]])) return source;
  }
  if (is_turn_of_dpor()) {
    if (DecisionSource* source = dpor_->next()) {
      current_ = dpor_.get();
      current_member_ = nullptr;
      return source;
    }
    all_traces_ = true;
    dpor_ = nullptr;
  }
  while (Member* member = choose()) {
    if (DecisionSource* source = next_of(*member)) return source;
    if (exhausted_) break;
  }
  current_ = nullptr;
  return nullptr;
}

DecisionSource* Portfolio::next_of(Member& member) {
  if (member.done) return nullptr;
  if (DecisionSource* source = member.search->next()) {
    current_ = member.search.get();
    current_member_ = &member;
    return source;
  }
  member.done = true;
  exhausted_ = exhausted_ || member.search->exhausted();
  return nullptr;
}

bool Portfolio::is_turn_of_dpor() const {
  if (dpor_ == nullptr || executions_ < std::size(kOpening)) return false;
  const auto executions = static_cast<double>(executions_);
  const double left =
      of_dpor_ < 2 ? kFewTraces : static_cast<double>(of_dpor_) * (1 / dpor_->explored() - 1);
  if (left <= executions) return true;
  const bool is_near = left <= kWithinReach * executions;
  if (is_near && of_dpor_ < kFewTraces) return executions_ % 2 == 0;
  return executions_ % (is_near ? kTurnOfDpor : kRareTurn) == 0;
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
  ++executions_;
  if (new_trace) all_traces_ = false;  // plain state has made one that dpor could not know of
  if (current_member_ == nullptr) {
    ++of_dpor_;
    try {
      dpor_->ended(result, new_trace);
    } catch (const NotSuited&) {
      gave_up();
    }
    return;
  }
  current_->ended(result, new_trace);
  ++current_member_->runs;
  current_member_->traces += new_trace;
  if (++round_ == kRound) weigh();
}

bool Portfolio::gave_up() {
  if (current_ == nullptr || current_ != dpor_.get()) return false;
  current_ = nullptr;
  dpor_ = nullptr;
  return true;
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

const char* Portfolio::sampler() const { return current_ != nullptr ? current_->sampler() : ""; }

}  // namespace sim
