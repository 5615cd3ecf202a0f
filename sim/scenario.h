// SIM_SCENARIO: a program that simrun can list and run by name, with parameters and a transcript.
//
//   SIM_SCENARIO(countdown, "counts down in virtual time", sim::param("from", 3, "first number")) {
//     for (int i = scenario.param<int>("from"); i > 0; --i) {
//       scenario.print(i, " to go");
//       co_await sim::sleep(1s);
//     }
//   }
//
// The body is a coroutine that returns sim::Coro<>, with `scenario` in scope; one without a
// co_await ends in co_return. It registers itself before main() and runs only when it is asked for.
// Behind the description stand, in any order: sim::param(...), sim::expects(kind) for a scenario
// that is there to show a finding, and sim::Limits{...}, past which a run reports limit_exceeded.
#pragma once

#include <functional>
#include <locale>
#include <ostream>
#include <source_location>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/coro.h"
#include "sim/finding.h"
#include "sim/scenario_parameter.h"
#include "sim/scheduler.h"
#include "sim/sim.h"

namespace sim {

class Scenario;

// What is registered. Names are unique; see registered_scenarios().
struct ScenarioInfo {
  std::string name;
  std::string shows;
  std::vector<Parameter> parameters = {};
  std::vector<FindingKind> expects = {};
  Limits limits = {};
  Coro<> (*body)(Scenario&) = nullptr;
  std::source_location place = {};
};

// One print() of a scenario.
struct TranscriptLine {
  Duration time;     // virtual
  std::string task;  // "(callback)" outside of one
  std::string text;
};

// A running scenario as its body sees it: the values of its parameters, and the transcript.
class Scenario {
 public:
  using Sink = std::function<void(const TranscriptLine&)>;

  // `values` are in the order of the registered parameters; none means the defaults. Throws
  // std::invalid_argument if they do not fit. `sink` may be empty. Both the registration and this
  // object outlive the run.
  Scenario(const ScenarioInfo& info, std::vector<ParameterValue> values, Sink sink);
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  const ScenarioInfo& info() const { return info_; }

  // The value of a parameter; T is int, double, bool, std::string or sim::Duration. Throws
  // std::invalid_argument for a name or a type that was not registered.
  template <class T>
  const T& param(std::string_view name) const {
    const T* value = std::get_if<T>(&find(name));
    if (value == nullptr) throw_wrong_type(name);
    return *value;
  }

  // Adds a line to the transcript: the arguments one after the other, as << prints them, durations
  // as "250ms". The line counts for the trace hash, with its time and task.
  template <class... Args>
  void print(const Args&... args) {
    if (!wants_text()) return;
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::boolalpha;
    (append(text, args), ...);
    add(std::move(text).str());
  }

 private:
  template <class T>
  static void append(std::ostream& text, const T& value) {
    if constexpr (internal::kIsDuration<T>) {
      text << format_duration(internal::to_duration(value));
    } else {
      text << value;
    }
  }
  const ParameterValue& find(std::string_view name) const;
  [[noreturn]] void throw_wrong_type(std::string_view name) const;
  bool wants_text() const;
  void add(std::string text);

  const ScenarioInfo& info_;
  std::vector<ParameterValue> values_;
  Sink sink_;
};

// Marks a scenario that must fail, with the kinds of finding that it is there to show.
struct Expects {
  std::vector<FindingKind> kinds;
};
template <std::same_as<FindingKind>... Kinds>
Expects expects(Kinds... kinds) {
  return Expects{{kinds...}};
}

// All registrations of the program, sorted by name. Nothing is checked here: two may have one name.
std::vector<const ScenarioInfo*> registered_scenarios();

namespace internal {

template <class T>
void add_option(ScenarioInfo& info, const Param<T>& param) {
  info.parameters.push_back(param.parameter());
}
inline void add_option(ScenarioInfo& info, const Expects& expects) {
  info.expects.insert(info.expects.end(), expects.kinds.begin(), expects.kinds.end());
}
inline void add_option(ScenarioInfo& info, const Limits& limits) { info.limits = limits; }

void register_scenario(ScenarioInfo info);

struct ScenarioRegistration {
  template <class... Options>
  ScenarioRegistration(const char* name, const char* shows, Coro<> (*body)(Scenario&),
                       std::source_location place, const Options&... options) {
    ScenarioInfo info{.name = name, .shows = shows, .body = body, .place = place};
    (add_option(info, options), ...);
    register_scenario(std::move(info));
  }
};

}  // namespace internal
}  // namespace sim

#define SIM_SCENARIO(name, shows, ...)                                                             \
  static ::sim::Coro<> scenario_##name(::sim::Scenario& scenario);                                 \
  [[maybe_unused]] static const ::sim::internal::ScenarioRegistration sim_registration_##name(     \
      #name, shows, &scenario_##name, std::source_location::current() __VA_OPT__(, ) __VA_ARGS__); \
  static ::sim::Coro<> scenario_##name([[maybe_unused]] ::sim::Scenario& scenario)
