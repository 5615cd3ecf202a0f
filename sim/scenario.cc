#include "sim/scenario.h"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "sim/internal/fnv1a.h"
#include "sim/trace.h"

namespace sim {

namespace {

// A deque: registrations stay where they are.
std::deque<ScenarioInfo>& registry() {
  static std::deque<ScenarioInfo> scenarios;
  return scenarios;
}

std::vector<ParameterValue> defaults_of(const ScenarioInfo& info) {
  std::vector<ParameterValue> values;
  for (const Parameter& parameter : info.parameters) values.push_back(parameter.value);
  return values;
}

}  // namespace

Scenario::Scenario(const ScenarioInfo& info, std::vector<ParameterValue> values, Sink sink)
    : info_(info),
      values_(values.empty() ? defaults_of(info) : std::move(values)),
      sink_(std::move(sink)) {
  const auto same_type = [](const ParameterValue& value, const Parameter& parameter) {
    return value.index() == parameter.value.index();
  };
  if (!std::ranges::equal(values_, info.parameters, same_type)) {
    throw std::invalid_argument(
        absl::StrCat("the values do not fit the parameters of scenario ", info.name));
  }
}

const ParameterValue& Scenario::find(std::string_view name) const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (info_.parameters[i].name == name) return values_[i];
  }
  throw std::invalid_argument(absl::StrCat("scenario ", info_.name, " has no parameter '",
                                           absl::string_view(name.data(), name.size()), "'"));
}

void Scenario::throw_wrong_type(std::string_view name) const {
  throw std::invalid_argument(absl::StrCat("parameter '", std::string(name), "' of scenario ",
                                           info_.name, " is of type ",
                                           std::string(type_name(find(name)))));
}

bool Scenario::wants_text() const {
  return sink_ != nullptr ||
         (internal::current_scheduler != nullptr && internal::current_scheduler->tracing());
}

void Scenario::add(std::string text) {
  const internal::Scheduler& scheduler = internal::Scheduler::here();
  const internal::TaskState* task = scheduler.current();
  if (scheduler.tracing()) {
    internal::Scheduler::here().trace().record(
        TraceEvent::Kind::mark, scheduler.now(),
        internal::mix(task != nullptr ? task->origin().identity : 0, internal::fnv1a(text)));
  }
  if (sink_ == nullptr) return;
  sink_(
      {Duration(scheduler.now()), task != nullptr ? task->name() : "(callback)", std::move(text)});
}

std::vector<const ScenarioInfo*> registered_scenarios() {
  std::vector<const ScenarioInfo*> sorted;
  for (const ScenarioInfo& info : registry()) sorted.push_back(&info);
  std::ranges::stable_sort(sorted, {}, &ScenarioInfo::name);
  return sorted;
}

void internal::register_scenario(ScenarioInfo info) { registry().push_back(std::move(info)); }

}  // namespace sim
