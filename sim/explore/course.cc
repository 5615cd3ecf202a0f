#include "sim/explore/course.h"

#include <stdexcept>
#include <string>

namespace sim {

const char* why_not_reducible(const ExploreOptions& options) {
  return options.order != Order::any    ? "order fifo"
         : options.time != Time::strict ? "timers that fire late"
                                        : nullptr;
}

bool is_alone(const Strategy& strategy) {
  return strategy == Strategy::dpor() || strategy == Strategy::dfs();
}

namespace {

void check_options(const ExploreOptions& options) {
  const Share& share = options.share;
  if (share.of == 0 || share.index >= share.of) {
    throw std::invalid_argument("there is no share " + std::to_string(share.index) + " of " +
                                std::to_string(share.of));
  }
  if (share.of > 1 && is_alone(options.strategy)) {
    throw std::invalid_argument(options.strategy.name() +
                                " cannot be shared: its next schedule depends on the last one");
  }
  if (options.strategy != Strategy::dpor()) return;
  if (const char* const given = why_not_reducible(options)) {
    throw std::invalid_argument(
        std::string("dpor is sound for order any and strict time, not for ") + given +
        "; dfs visits every schedule of any test");
  }
}

std::unique_ptr<Search> search_of(const ExploreOptions& options) {
  check_options(options);
  // What one cancellation breaks the sweep finds sooner than dpor, so that has the executions.
  const bool reducible = why_not_reducible(options) == nullptr && options.cancellations == 0;
  return make_search(options.strategy, options.seed, nullptr, reducible);
}

}  // namespace

Course::Course(const ExploreOptions& options, const Part& part)
    : share_(options.share),
      all_alone_(is_alone(options.strategy)),
      search_(search_of(options)),
      deal_(share_, part) {}

DecisionSource* Course::next(std::uint64_t end) {
  for (; at_ < end; ++at_) {
    const bool is_mine =
        at_ < kHead || is_dealt_ || deal_.is_mine(at_, all_alone_ || search_->next_is_alone());
    if (is_mine) {
      is_dealt_ = true;
      DecisionSource* const source = search_->next();
      is_over_ = source == nullptr;
      return source;
    }
    if (!skip()) return nullptr;
  }
  return nullptr;
}

bool Course::skip() {
  is_over_ = !all_alone_ && !search_->skip();
  return !is_over_;
}

void Course::ended(const ExecutionResult& result, bool new_trace) {
  search_->ended(result, new_trace);
  ++at_;
  is_dealt_ = false;
}

void Course::crashed() {
  search_->crashed();
  ++at_;
  is_dealt_ = false;
}

void Course::begin_rounds() {
  search_->begin_rounds();
  deal_.begin_round();
}

void Course::learn(const Lesson& lesson) {
  // Shares do not know of each other, and would no longer be of one exploration.
  if (share_.of == 1) search_->learn(lesson);
  deal_.begin_round();
}

void Course::take_over(const Part& part) { deal_ = Deal(share_, part); }

void Course::skip_to(std::uint64_t number) {
  for (; at_ < number; ++at_) {
    deal_.is_mine(at_, all_alone_ || search_->next_is_alone());
    if (!skip()) return;
  }
}

}  // namespace sim
