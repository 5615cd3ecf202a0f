// What a scheduler tells its observer.
#include <algorithm>
#include <cstdio>

#include "sim/cancelled_place.h"
#include "sim/event_loop.h"

namespace sim::internal {

constinit thread_local int own_calls = 0;

void Scheduler::report(Finding finding) {
  if (closing_) return;
  const bool has_text = !finding.message.empty();
  if (has_text && finding.stack.empty() && current_ != nullptr) finding.stack = current_->stack();
  if (options_.observer != nullptr) return options_.observer->on_finding(finding);
  std::fprintf(stderr, "simloop: %s: %s\n", std::string(to_string(finding.kind)).c_str(),
               finding.message.c_str());
}

void Scheduler::report_unhandled(TaskState& task) {
  if (options_.observer == nullptr) return;  // whoever called run() gets the exception itself
  if (task.cancelled() && cancelled_something()) return;  // that is what it was to do
  std::string message = task.name() + " ended with " + describe_exception(task.error());
  std::source_location place;
  if (task.cancelled()) {
    place = cancelled_place(task.error());
    const std::string text = cancel_message(task.error());
    message = "cancelled: " + (text.empty() ? "no message" : text);
    if (place.line() != 0) message += ", at " + to_string(place);
  }
  report({FindingKind::unhandled_exception, message, place, {}});
}

void Scheduler::report_limit(const char* what, std::size_t limit) {
  if (std::ranges::find(limits_reported_, what) != limits_reported_.end()) return;
  limits_reported_.emplace_back(what);
  report({FindingKind::limit_exceeded,
          "more than " + std::to_string(limit) + " " + what + ": nothing holds back who makes them",
          {},
          {}});
}

void Scheduler::report_outside_call(const char* call) {
  if (closing_ || options_.outside.calls == OutsideCalls::ignored) return;
  const OwnCalls own;
  const bool has_place = current_ != nullptr && current_->leaf() != nullptr;
  const std::source_location place = has_place ? current_->leaf()->place : std::source_location();
  const auto here = [&](const std::source_location& each) {
    return each.line() == place.line() && each.column() == place.column() &&
           std::string_view(each.file_name()) == place.file_name();
  };
  if (std::ranges::any_of(outside_calls_, here)) return;
  outside_calls_.push_back(place);
  if (knows(FindingKind::outside_call, place)) {
    return report({FindingKind::outside_call, {}, place, {}});
  }
  const std::string who = current_ != nullptr ? current_->name() : "a callback";
  const std::string where =
      place.line() != 0 ? ", in the step that began at " + to_string(place) : "";
  report({FindingKind::outside_call,
          std::string(call) + " was called by " + who + where +
              ": what it says or does is not the same twice",
          place,
          {}});
}

void Scheduler::spend(Duration d) {
  if (d <= Duration::zero()) return;
  now_ = after(TimePoint(Duration(now_)), d).time_since_epoch().count();
  relate(kEverything, Relation::changes);  // what is due now comes after it
  if (d < options_.limits.step) return;
  report({FindingKind::blocking_step,
          "one step took " + std::to_string(d / std::chrono::milliseconds(1)) +
              " ms of virtual time; nothing else ran meanwhile",
          {},
          {}});
}

void report_finding(Finding finding) {
  if (current_scheduler != nullptr) return current_scheduler->report(std::move(finding));
  std::fprintf(stderr, "simloop: %s: %s\n", std::string(to_string(finding.kind)).c_str(),
               finding.message.c_str());
}

}  // namespace sim::internal
