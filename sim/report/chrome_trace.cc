#include "sim/report/chrome_trace.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sim/report/escape.h"
#include "sim/report/incident_data.h"
#include "sim/report/lanes.h"

namespace sim::report {

namespace {

using Json = nlohmann::ordered_json;

Json steps_arguments(const NarratedStep& step) {
  Json does = Json::array();
  for (const NarratedAccess& each : step.accesses) {
    does.push_back(absl::StrCat(each.what, " ", each.object_name,
                                each.value.empty() ? "" : absl::StrCat(" = ", each.value),
                                each.place.empty() ? "" : absl::StrCat(", at ", each.place)));
  }
  return {{"step", step.number},
          {"virtual_time_ns", step.time},
          {"place", step.place},
          {"does", std::move(does)},
          {"waits_for", step.waits_for}};
}

// The events of one run, which is a process of the trace.
class Events {
 public:
  Events(const Narration& narration, std::size_t process, Json& into)
      : narration_(narration), process_(process), lanes_(narration), into_(into) {}

  void add(const std::string& name, const Failure* failure) {
    meta("process_name", 0, name);
    std::int64_t free = 0;
    for (const NarratedStep& step : narration_.steps) {
      free = std::max(free, step.time);
      at_[step.number] = {free, lanes_.of(step) + 1};
      free += kStepNanoseconds;
    }
    std::size_t thread = 0;
    for (const std::string& each : lanes_.names()) meta("thread_name", ++thread, each);
    for (const NarratedStep& step : narration_.steps) slice(step);
    for (const NarratedDeviation& each : narration_.deviations) {
      mark(each.step, "decision: " + decision_in_words(each));
    }
    if (failure != nullptr && narration_.failed) {
      mark(narration_.failure_step, std::string(to_string(failure->kind)) + ": " +
                                        headline(failure->message));
    }
  }

 private:
  struct Where {
    std::int64_t time;
    std::size_t thread;
  };

  static double microseconds(std::int64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1000;
  }
  void meta(const char* what, std::size_t thread, const std::string& name) {
    into_.push_back({{"ph", "M"}, {"name", what}, {"pid", process_}, {"tid", thread},
                     {"args", {{"name", clean(name)}}}});
  }
  Json event(const char* phase, const std::string& name, const Where& at, std::int64_t after) {
    return {{"ph", phase}, {"name", clean(name)}, {"cat", "simloop"}, {"pid", process_},
            {"tid", at.thread}, {"ts", microseconds(at.time + after)}};
  }
  void slice(const NarratedStep& step) {
    const Where& at = at_[step.number];
    Json complete = event("X", step.place.empty() ? step.task : step.place, at, 0);
    complete["dur"] = microseconds(kStepNanoseconds);
    complete["args"] = steps_arguments(step);
    into_.push_back(std::move(complete));
    const auto by = at_.find(step.ready_by);
    if (step.ready_by == 0 || by == at_.end()) return;
    // Flows bind to the slice around them.
    Json begin = event("s", "ready", by->second, kStepNanoseconds / 2);
    begin["id"] = absl::StrCat(process_, ".", step.number);
    Json end = event("f", "ready", at, kStepNanoseconds / 2);
    end["id"] = begin["id"];
    end["bp"] = "e";
    into_.push_back(std::move(begin));
    into_.push_back(std::move(end));
  }
  void mark(std::uint64_t step, const std::string& text) {
    const auto at = at_.find(step);
    if (at == at_.end()) return;
    Json instant = event("i", text, at->second, 0);
    instant["s"] = "t";
    into_.push_back(std::move(instant));
  }

  const Narration& narration_;
  std::size_t process_;
  Lanes lanes_;
  Json& into_;
  std::map<std::uint64_t, Where> at_;  // of steps
};

}  // namespace

std::string chrome_trace(const std::vector<Outcome>& outcomes) {
  Json events = Json::array();
  std::size_t process = 0;
  for (const Outcome& outcome : outcomes) {
    for (const Incident& each : outcome.incidents) {
      Events(each.failure.narration, ++process, events)
          .add(absl::StrCat(outcome.scenario, ": ", std::string(to_string(each.failure.kind))),
               &each.failure);
    }
    if (outcome.run.steps.empty()) continue;
    Events(outcome.run, ++process, events).add(outcome.scenario, nullptr);
  }
  const Json trace = {{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}};
  return trace.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sim::report
