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
enum : std::size_t { kFromFifo, kFromRunToBlock, kDfs, kByWeight };
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
constexpr std::uint64_t kOftenTurn = 2;     // of a round, where it is within sight of its end
constexpr std::uint64_t kSubstitute = 1000;  // a stream of its own

// How many executions dpor has left, as far as it is known.
double left_for_dpor(std::uint64_t executions, double explored) {
  return executions < 2 ? kFewTraces : static_cast<double>(executions) * (1 / explored - 1);
}

}  // namespace

Portfolio::Portfolio(std::uint64_t seed, bool reducible)
    : substitute_(internal::mix(seed, kSubstitute)) {
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
  if (!in_rounds_) return next_in_head();
  Member* const member = turn().member;
  if (member == nullptr) {
    DecisionSource* const source = next_of_dpor();
    return source != nullptr ? source : substitute();
  }
  if (member == &members_[kDfs] && dfs_is_gone_) return substitute();
  return next_of(*member);
}

DecisionSource* Portfolio::next_in_head() {
  if (executions_ < std::size(kOpening) && kOpening[executions_] != kByWeight) {
    if (DecisionSource* source = next_of(members_[kOpening[executions_]])) return source;
  }
  if (is_turn_of_dpor()) {
    if (DecisionSource* source = next_of_dpor()) return source;
  }
  while (Member* member = choose()) {
    if (DecisionSource* source = next_of(*member)) return source;
    if (exhausted_) break;
  }
  current_ = nullptr;
  return nullptr;
}

DecisionSource* Portfolio::next_of_dpor() {
  if (dpor_ == nullptr) return nullptr;
  if (DecisionSource* source = dpor_->next()) {
    current_ = dpor_.get();
    current_member_ = nullptr;
    return source;
  }
  dpor_is_through_ = true;
  dpor_ = nullptr;
  return nullptr;
}

DecisionSource* Portfolio::substitute() {
  substitute_.seek(executions_);
  current_ = &substitute_;
  current_member_ = nullptr;
  return substitute_.next();
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
  const double left = left_for_dpor(of_dpor_, dpor_->explored());
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
    if (in_rounds_) member.done = member.done || member.search->over();
    if (member.done) continue;
    member.credit += member.weight;
    all += member.weight;
    if (richest == nullptr || member.credit > richest->credit) richest = &member;
  }
  if (richest != nullptr) richest->credit -= all;
  return richest;
}

void Portfolio::ended(const ExecutionResult& result, bool new_trace) {
  end_turn();
  if (current_ == &substitute_) return;
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
  if (in_rounds_) return;
  ++current_member_->runs;
  current_member_->traces += new_trace;
  if (++round_ == kRound) weigh();
}

void Portfolio::end_turn() {
  ++executions_;
  turn_.reset();
}

void Portfolio::crashed() {
  end_turn();
  if (current_ == &substitute_) return;
  if (current_member_ == nullptr) {
    dpor_ = nullptr;
  } else if (current_member_ == &members_[kDfs]) {
    current_member_->done = dfs_is_gone_ = true;
  }
}

bool Portfolio::gave_up() {
  if (dpor_ == nullptr || current_ != dpor_.get()) return false;
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

std::size_t Portfolio::member() const {
  if (current_member_ == nullptr) return Lesson::kMembers;
  return static_cast<std::size_t>(current_member_ - members_.data());
}

void Portfolio::begin_rounds() {
  in_rounds_ = true;
  for (const Member& member : members_) member.search->begin_rounds();
  substitute_.begin_rounds();
  plan_dpor(alone_progress());
}

const Portfolio::Turn& Portfolio::turn() {
  if (!turn_) {
    const bool of_dpor = turn_of_dpor_ != 0 && executions_ % turn_of_dpor_ == 0;
    turn_ = Turn{of_dpor ? nullptr : choose()};
  }
  return *turn_;
}

bool Portfolio::next_is_alone() {
  const Member* const member = turn().member;
  return member == nullptr || member == &members_[kDfs];
}

bool Portfolio::skip() {
  Member* const member = turn().member;
  if (member != nullptr && member != &members_[kDfs]) member->search->skip();
  end_turn();
  return true;
}

void Portfolio::learn(const Lesson& lesson) {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].runs += lesson.members[i].executions;
    members_[i].traces += lesson.members[i].traces;
  }
  if (lesson.alone.dfs_gone) members_[kDfs].done = true;
  weigh();
  plan_dpor(lesson.alone);
}

// As in the head, but that others can make the rest.
void Portfolio::plan_dpor(const AloneProgress& progress) {
  turn_of_dpor_ = 0;
  if (progress.dpor_through || progress.dpor_gone) return;
  const auto executions = static_cast<double>(executions_);
  const double left = left_for_dpor(progress.dpor_executions, progress.dpor_explored);
  const bool is_near = left <= kWithinReach * executions;
  const bool is_open = progress.dpor_executions < kFewTraces;
  const bool often = left <= executions || (is_near && is_open);
  turn_of_dpor_ = often ? kOftenTurn : is_near ? kTurnOfDpor : kRareTurn;
}

AloneProgress Portfolio::alone_progress() const {
  return {.explored = explored(),
          .exhausted = exhausted_,
          .dpor_explored = dpor_ != nullptr ? dpor_->explored() : 0,
          .dpor_executions = of_dpor_,
          .dpor_through = dpor_is_through_,
          .dpor_gone = dpor_ == nullptr && !dpor_is_through_,
          .dfs_gone = dfs_is_gone_};
}

void Portfolio::give_up_alone() {
  dpor_ = nullptr;
  dfs_is_gone_ = true;
}

}  // namespace sim
