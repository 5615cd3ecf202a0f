#include "sim/report/incident_data.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "sim/report/escape.h"
#include "sim/report/lanes.h"

namespace sim::report {

namespace {

using Json = nlohmann::ordered_json;

// Numbers for texts, in the order they come up; 0 is the empty one.
class Texts {
 public:
  std::size_t number(const std::string& text) {
    const auto [at, is_new] = numbers_.emplace(text, texts_.size());
    if (is_new) texts_.push_back(clean(text));
    return at->second;
  }
  const std::vector<std::string>& all() const { return texts_; }

 private:
  std::map<std::string, std::size_t> numbers_{{"", 0}};
  std::vector<std::string> texts_{""};
};

std::string letter(std::size_t number) {
  const std::string last(1, static_cast<char>('A' + number % 26));
  return number < 26 ? last : letter(number / 26 - 1) + last;
}

class Objects {
 public:
  std::size_t number(const NarratedAccess& access) {
    const auto [at, is_new] = numbers_.emplace(access.object, names_.size());
    if (is_new) {
      letters_.push_back(letter(names_.size()));
      names_.push_back(absl::StrCat(letters_.back(), " (", clean(access.object_name), ")"));
    }
    return at->second;
  }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& letters() const { return letters_; }

 private:
  std::map<std::uint64_t, std::size_t> numbers_;
  std::vector<std::string> names_;
  std::vector<std::string> letters_;
};

std::string note_of(const NarratedDeviation& deviation) {
  if (deviation.kind != DecisionKind::ready) return decision_in_words(deviation);
  return absl::StrCat("instead of ", absl::StrJoin(deviation.overtaken, ", "));
}

Json deviations_of(const Narration& narration) {
  Json all = Json::array();
  for (const NarratedDeviation& each : narration.deviations) {
    all.push_back({{"step", each.step},
                   {"text", clean(decision_in_words(each))},
                   {"note", clean(note_of(each))}});
  }
  return all;
}

Json waits_of(const Narration& narration) {
  Json all = Json::array();
  for (const NarratedWait& each : narration.waits) {
    all.push_back({{"task", each.task}, {"what", clean(each.waits_for)},
                   {"blockers", each.blockers}});
  }
  return all;
}

}  // namespace

std::string decision_in_words(const NarratedDeviation& deviation) {
  switch (deviation.kind) {
    case DecisionKind::ready:
      return absl::StrCat(deviation.chosen, " ran before ",
                          absl::StrJoin(deviation.overtaken, ", "));
    case DecisionKind::cancel:
      return absl::StrCat(deviation.chosen, " was cancelled");
    case DecisionKind::timer:
      return "time went on although tasks were ready";
    case DecisionKind::timer_tie:
      return absl::StrCat("of timers due at one instant, number ", deviation.index + 1,
                          " fired first");
    case DecisionKind::choose:
      return absl::StrCat("choose(", deviation.choices, ") was ", deviation.index,
                          deviation.label.empty() ? "" : ": ", deviation.label);
    case DecisionKind::executor:
      return "a function given to an executor took longer";
  }
  return {};
}

std::string incident_data(const Narration& narration, std::size_t id) {
  Texts texts;
  Objects objects;
  Lanes lanes(narration);
  Json steps = Json::array();
  for (const NarratedStep& step : narration.steps) {
    Json accesses = Json::array();
    for (const NarratedAccess& each : step.accesses) {
      accesses.push_back(Json::array({objects.number(each), texts.number(each.what),
                                      each.write ? 1 : 0, texts.number(each.place),
                                      texts.number(each.value)}));
    }
    steps.push_back(Json::array({step.number, step.time, lanes.of(step),
                                 texts.number(step.place), std::move(accesses), step.ready_by,
                                 step.ready_time, step.ended ? 1 : 0,
                                 texts.number(step.waits_for), texts.number(step.suspended_at)}));
  }
  Json names = Json::array();
  for (const std::string& each : lanes.names()) names.push_back(clean(each));
  const Json data = {{"id", id},
                     {"failure", narration.failed ? narration.failure_step : 0},
                     {"steps", std::move(steps)},
                     {"tasks", narration.tasks.size()},
                     {"lanes", std::move(names)},
                     {"objects", objects.names()},
                     {"letters", objects.letters()},
                     {"deviations", deviations_of(narration)},
                     {"waits", waits_of(narration)},
                     {"texts", texts.all()}};
  return absl::StrReplaceAll(data.dump(-1, ' ', false, Json::error_handler_t::replace),
                             {{"<", "\\u003c"}});
}

}  // namespace sim::report
