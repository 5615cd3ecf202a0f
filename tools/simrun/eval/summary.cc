#include "tools/simrun/eval/summary.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tools/simrun/eval/table.h"

namespace simrun::eval {

namespace {

using Group = Program::Group;

void finish(Trials& trials, const std::vector<double>& found) {
  trials.hits = found.size();
  if (found.empty()) return;
  double sum = 0;
  for (const double each : found) sum += each;
  const auto n = static_cast<double>(found.size());
  trials.mean = sum / n;
  trials.at_least = trials.mean;
  if (found.size() == 1) return;
  double squares = 0;
  for (const double each : found) squares += (each - trials.mean) * (each - trials.mean);
  trials.at_least -= 1.645 * std::sqrt(squares / (n - 1) / n);
}

bool is_sampler(const sim::Strategy& strategy) {
  using Kind = sim::Strategy::Kind;
  constexpr Kind kSamplers[] = {Kind::random, Kind::pct,  Kind::pos,
                                Kind::urw,    Kind::surw, Kind::delay};
  return std::ranges::find(kSamplers, strategy.kind()) != std::end(kSamplers);
}

class Goals {
 public:
  explicit Goals(const Summary& summary)
      : summary_(summary),
        programs_(summary.measured().programs),
        portfolio_(summary.portfolio()) {}

  std::vector<Goal> take() {
    if (portfolio_) {
      every_program_is_found();
      geometric_means();
      no_row_above_twice_its_best();
      few_traces();
      history();
    }
    silence();
    counts();
    minima();
    return std::move(goals_);
  }

 private:
  const Trials& of_portfolio(std::size_t program) const {
    return summary_.trials(program, *portfolio_);
  }
  // Calls f(index, program) for those of a group.
  template <class F>
  void for_each(Group group, F f) const {
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      if (programs_[i].group == group) f(i, programs_[i]);
    }
  }
  // A goal of `all` programs, in so many words or with the names of those that miss it.
  void add_for_all(std::string what, std::string limit, std::size_t all,
                   const std::vector<std::string>& missing) {
    if (all == 0) return;
    std::string measured = absl::StrCat(all - missing.size(), " of ", all);
    if (!missing.empty()) absl::StrAppend(&measured, "; not ", absl::StrJoin(missing, ", "));
    goals_.push_back({std::move(what), std::move(measured), std::move(limit), missing.empty()});
  }

  void every_program_is_found() {
    std::size_t all = 0;
    std::vector<std::string> missing;
    for_each(Group::faulty, [&](std::size_t i, const Program& program) {
      ++all;
      const Trials& trials = of_portfolio(i);
      if (trials.all_found()) return;
      missing.push_back(absl::StrCat(program.name, " (", trials.hits, " of ", trials.count, ")"));
    });
    add_for_all("faulty programs that the portfolio finds in every trial", "all", all, missing);
  }

  void geometric_means() {
    const auto ours = summary_.geometric_mean(*portfolio_);
    const auto best = summary_.geometric_mean_of_the_best();
    if (!ours || !best) return;
    goals_.push_back({"geometric mean of the portfolio over the published programs",
                      figure(ours->value),
                      absl::StrCat(figure(*best / 2), ", half of ", figure(*best)),
                      ours->never == 0 && ours->value <= *best / 2});
    const auto sampler = summary_.best_sampler();
    if (!sampler) return;
    const double ratio = ours->value / summary_.geometric_mean(*sampler)->value;
    goals_.push_back({absl::StrCat("the same, of that of the best single sampler here (",
                                   summary_.measured().options.strategies[*sampler].name(), ")"),
                      absl::StrFormat("%.2f", ratio), "0.70", ratio <= 0.7});
  }

  void no_row_above_twice_its_best() {
    std::size_t all = 0;
    std::vector<std::string> missing;
    for_each(Group::faulty, [&](std::size_t i, const Program& program) {
      if (!program.published) return;
      ++all;
      if (within_twice_the_best(program, of_portfolio(i))) return;
      missing.push_back(program.name);
    });
    add_for_all("published programs found within twice the best published figure (95 %)", "all",
                all, missing);
  }

  void few_traces() {
    std::size_t all = 0;
    std::vector<std::string> missing;
    for_each(Group::faulty, [&](std::size_t i, const Program& program) {
      const auto traces = summary_.traces(i);
      if (!traces || *traces > kFewTraces) return;
      ++all;
      const Trials& trials = of_portfolio(i);
      if (trials.all_found() && trials.most <= limit_of_few(*traces)) return;
      missing.push_back(program.name);
    });
    add_for_all("programs of at most 64 traces found within twice those + 16, in every trial",
                "all", all, missing);
  }

  // Timers may be on time or late: one of the two shows it.
  void history() {
    std::vector<std::string> names;
    std::vector<std::string> found;
    for_each(Group::historical, [&](std::size_t i, const Program& program) {
      if (names.empty() || names.back() != program.name) names.push_back(program.name);
      const Trials& trials = of_portfolio(i);
      const bool within = trials.all_found() && trials.most <= kMostForHistory;
      if (within && (found.empty() || found.back() != program.name)) found.push_back(program.name);
    });
    std::vector<std::string> missing;
    std::ranges::set_difference(names, found, std::back_inserter(missing));
    add_for_all("historical bugs found within 100 executions, in every trial", "all", names.size(),
                missing);
  }

  void silence() {
    std::size_t all = 0;
    std::vector<std::string> loud;
    for_each(Group::silent, [&](std::size_t i, const Program& program) {
      ++all;
      if (summary_.outcome(i, Unit::Kind::silence)->found_at != 0) loud.push_back(program.name);
    });
    add_for_all("correct programs in which nothing is found", "all", all, loud);
  }

  void counts() {
    std::size_t all = 0;
    std::vector<std::string> wrong;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      const Outcome* dpor = summary_.outcome(i, Unit::Kind::dpor);
      const auto expected = expected_traces(summary_, i);
      if (dpor == nullptr || !expected) continue;
      ++all;
      if (!dpor->exhausted || dpor->executions != *expected) wrong.push_back(programs_[i].name);
    }
    add_for_all("programs that dpor takes exactly one execution a trace for", "all", all, wrong);
  }

  void minima() {
    std::size_t all = 0;
    std::vector<std::string> others;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      const Outcome* shrunk = summary_.outcome(i, Unit::Kind::shrink);
      if (shrunk == nullptr || shrunk->found_at == 0) continue;
      const auto& known = programs_[i].fewest_from_fifo;
      if (!known && !shrunk->certain) continue;
      ++all;
      const auto& blocking = programs_[i].fewest_from_run_to_block;
      const std::uint64_t from_run_to_block = shrunk->from_run_to_block;
      const bool is_fewest = !known || shrunk->deviations == *known;
      const bool is_fewest_blocking =
          !blocking || from_run_to_block == 0 || from_run_to_block <= *blocking;
      if (!is_fewest || !is_fewest_blocking) others.push_back(programs_[i].name);
    }
    add_for_all("failures shrunk to the fewest decisions, where those are known or certified",
                "all", all, others);
  }

  const Summary& summary_;
  const std::vector<Program>& programs_;
  std::optional<std::size_t> portfolio_;
  std::vector<Goal> goals_;
};

}  // namespace

Summary::Summary(const Measured& measured) : measured_(measured) {
  const std::size_t strategies = measured.options.strategies.size();
  trials_.resize(measured.programs.size() * strategies);
  std::vector<std::vector<double>> found(trials_.size());
  for (std::size_t i = 0; i < measured.units.size(); ++i) {
    const Unit& unit = measured.units[i];
    if (unit.kind != Unit::Kind::trial) continue;
    const std::size_t at = unit.program * strategies + unit.strategy;
    const Outcome& outcome = measured.outcomes[i];
    ++trials_[at].count;
    trials_[at].refused |= outcome.refused;
    trials_[at].most = std::max(trials_[at].most, outcome.found_at);
    if (outcome.found_at != 0) found[at].push_back(static_cast<double>(outcome.found_at));
  }
  for (std::size_t i = 0; i < trials_.size(); ++i) finish(trials_[i], found[i]);
}

const Outcome* Summary::outcome(std::size_t program, Unit::Kind kind) const {
  const auto unit = std::ranges::find_if(measured_.units, [&](const Unit& each) {
    return each.program == program && each.kind == kind;
  });
  if (unit == measured_.units.end()) return nullptr;
  return &measured_.outcomes[static_cast<std::size_t>(unit - measured_.units.begin())];
}

std::optional<std::size_t> Summary::portfolio() const {
  const auto at = std::ranges::find(measured_.options.strategies, sim::Strategy::portfolio());
  if (at == measured_.options.strategies.end()) return std::nullopt;
  return static_cast<std::size_t>(at - measured_.options.strategies.begin());
}

std::optional<Summary::GeometricMean> Summary::geometric_mean(std::size_t strategy) const {
  std::vector<double> means;
  std::size_t never = 0;
  for (std::size_t i = 0; i < measured_.programs.size(); ++i) {
    if (!measured_.programs[i].published) continue;
    const Trials& each = trials(i, strategy);
    if (each.hits == 0) ++never;
    means.push_back(each.hits == 0 ? static_cast<double>(measured_.options.executions) : each.mean);
  }
  if (means.empty()) return std::nullopt;
  return GeometricMean{eval::geometric_mean(means), never};
}

std::optional<double> Summary::geometric_mean_of_the_best() const {
  std::vector<double> best;
  for (const Program& program : measured_.programs) {
    if (const std::optional<double> each = program.best()) best.push_back(*each);
  }
  if (best.empty()) return std::nullopt;
  return eval::geometric_mean(best);
}

std::optional<std::size_t> Summary::best_sampler() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < measured_.options.strategies.size(); ++i) {
    const auto mean = geometric_mean(i);
    if (!mean || !is_sampler(measured_.options.strategies[i])) continue;
    if (!best || mean->value < geometric_mean(*best)->value) best = i;
  }
  return best;
}

std::optional<std::uint64_t> Summary::traces(std::size_t program) const {
  if (const std::uint64_t published = measured_.programs[program].traces; published != 0) {
    return published;
  }
  const Outcome* dpor = outcome(program, Unit::Kind::dpor);
  if (dpor == nullptr || !dpor->exhausted) return std::nullopt;
  return dpor->traces;
}

std::optional<std::uint64_t> expected_traces(const Summary& summary, std::size_t program) {
  const std::uint64_t published = summary.measured().programs[program].traces;
  if (published != 0) return published;
  const Outcome* dfs = summary.outcome(program, Unit::Kind::dfs);
  if (dfs == nullptr || !dfs->exhausted) return std::nullopt;
  return dfs->traces;
}

bool within_twice_the_best(const Program& program, const Trials& trials) {
  return trials.hits != 0 && trials.at_least <= kMostOverBest * *program.best();
}

std::vector<Goal> goals_of(const Summary& summary) { return Goals(summary).take(); }

double geometric_mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

}  // namespace simrun::eval
