#include "tools/simrun/json.h"

#include <utility>

#include "tools/simrun/eval/tables.h"

namespace simrun::eval {

namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json parameters_of(const Program& program) {
  Json json = Json::object();
  for (std::size_t i = 0; i < program.parameters.size(); ++i) {
    json[program.scenario->parameters[i].name] = simrun::as_json(program.parameters[i]);
  }
  return json;
}

Json published_of(const Program& program) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kPublished.size(); ++i) {
    const Published& each = (*program.published)[i];
    if (each.hits < 0) continue;
    json[kPublished[i]] = {{"mean", each.hits > 0 ? Json(each.mean) : Json()}, {"hits", each.hits}};
  }
  return json;
}

Json trials_of(const Summary& summary, std::size_t program) {
  Json json = Json::object();
  const std::vector<sim::Strategy>& strategies = summary.measured().options.strategies;
  for (std::size_t s = 0; s < strategies.size(); ++s) {
    const Trials& trials = summary.trials(program, s);
    if (trials.count == 0) continue;
    Json each = {{"trials", trials.count}, {"hits", trials.hits}};
    if (trials.refused) each["refused"] = true;
    if (trials.hits > 0) {
      each["mean"] = trials.mean;
      each["at_least"] = trials.at_least;
      each["most"] = trials.most;
    }
    json[strategies[s].name()] = std::move(each);
  }
  return json;
}

Json all_traces(const Summary& summary, std::size_t program, const Outcome& dpor) {
  return {{"executions", dpor.executions},
          {"redundant", dpor.redundant},
          {"exhausted", dpor.exhausted},
          {"expected", or_null(expected_traces(summary, program))},
          {"seconds", static_cast<double>(dpor.nanoseconds) / 1e9}};
}

Json shrunk_to(const Program& program, const Outcome& shrunk) {
  return {{"kind", to_string(shrunk.kind)},
          {"deviations", shrunk.deviations},
          {"certain", shrunk.certain},
          {"known_fewest", or_null(program.fewest_from_fifo)},
          {"from_run_to_block", shrunk.from_run_to_block},
          {"known_from_run_to_block", or_null(program.fewest_from_run_to_block)},
          {"replays", shrunk.replays}};
}

Json found_nothing(const Outcome& outcome) {
  return {{"executions", outcome.executions},
          {"traces", outcome.traces},
          {"found", outcome.found_at == 0 ? Json() : Json(to_string(outcome.kind))}};
}

Json describe(const Summary& summary, std::size_t i) {
  constexpr const char* kGroups[] = {"faulty", "historical", "exhaustive", "silent"};
  const Program& program = summary.measured().programs[i];
  Json json = {{"name", program.name},
               {"group", kGroups[static_cast<int>(program.group)]},
               {"scenario", program.scenario->name},
               {"parameters", parameters_of(program)},
               {"time", program.time == sim::Time::strict ? "strict" : "slow_loop"},
               {"cancellations", program.cancellations}};
  if (program.published) json["published"] = published_of(program);
  if (Json trials = trials_of(summary, i); !trials.empty()) json["strategies"] = std::move(trials);
  if (const Outcome* dpor = summary.outcome(i, Unit::Kind::dpor)) {
    json["all_traces"] = all_traces(summary, i, *dpor);
  }
  const Outcome* shrunk = summary.outcome(i, Unit::Kind::shrink);
  if (shrunk != nullptr && shrunk->found_at != 0) json["shrunk"] = shrunk_to(program, *shrunk);
  if (const Outcome* silence = summary.outcome(i, Unit::Kind::silence)) {
    json["silence"] = found_nothing(*silence);
  }
  return json;
}

Json geometric_means(const Summary& summary) {
  Json json = Json::object();
  const std::vector<sim::Strategy>& strategies = summary.measured().options.strategies;
  for (std::size_t s = 0; s < strategies.size(); ++s) {
    const auto mean = summary.geometric_mean(s);
    if (mean) json[strategies[s].name()] = {{"value", mean->value}, {"never_found", mean->never}};
  }
  return json;
}

}  // namespace

std::string as_json(const Summary& summary) {
  const Options& options = summary.measured().options;
  Json strategies = Json::array();
  for (const sim::Strategy& each : options.strategies) strategies.push_back(each.name());
  Json programs = Json::array();
  for (std::size_t i = 0; i < summary.measured().programs.size(); ++i) {
    programs.push_back(describe(summary, i));
  }
  Json goals = Json::array();
  for (const Goal& goal : goals_of(summary)) {
    goals.push_back({{"goal", goal.what},
                     {"measured", goal.measured},
                     {"limit", goal.limit},
                     {"met", goal.met}});
  }
  return as_line(
      {{"trials", options.trials},
       {"portfolio_trials", options.portfolio_trials},
       {"executions", options.executions},
       {"seed", options.seed},
       {"strategies", std::move(strategies)},
       {"programs", std::move(programs)},
       {"geometric_means", geometric_means(summary)},
       {"geometric_mean_of_the_best_published", or_null(summary.geometric_mean_of_the_best())},
       {"goals", std::move(goals)}});
}

}  // namespace simrun::eval
