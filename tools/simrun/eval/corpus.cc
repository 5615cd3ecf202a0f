#include "tools/simrun/eval/corpus.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/scenario_run.h"
#include "tools/simrun/arguments.h"

namespace simrun::eval {

namespace {

using Group = Program::Group;
using Figures = std::array<Published, kPublished.size()>;

constexpr Published kNever{0, 0};
constexpr Published kNoFigure{0, -1};

struct Value {
  const char* parameter;
  int value;
};
using Values = std::vector<Value>;

struct Row {
  const char* name;
  const char* scenario;
  Values values;
  std::optional<Figures> published;
};

Figures figures(Published random, Published pct3, Published pct10, Published pos, Published surw,
                Published urw) {
  return {random, pct3, pct10, pos, surw, urw};
}

std::vector<Row> reorder_rows() {
  const auto row = [](const char* name, int setters, int checkers, const Figures& published) {
    return Row{name, "reorder", {{"setters", setters}, {"checkers", checkers}}, published};
  };
  return {
      row("reorder_3", 2, 1, figures(kNever, {185}, {148}, {85}, {7.3}, {24})),
      row("reorder_4", 3, 1, figures(kNever, {554}, {362}, {533}, {7.3}, {22})),
      row("reorder_5", 4, 1, figures(kNever, {647}, {1094}, {2169}, {10.4}, {27})),
      row("reorder_10", 9, 1, figures(kNever, {3225, 16}, {4462, 12}, kNever, {17.2}, {74})),
      row("reorder_20", 10, 10, figures(kNever, {3005}, {3297, 17}, kNever, {6.0}, {9.7})),
      row("reorder_100", 99, 1, figures(kNever, kNever, kNever, kNever, {194}, {3785, 12})),
  };
}

std::vector<Row> twostage_rows() {
  const auto row = [](const char* name, int a, int b, const Figures& published) {
    return Row{name, "twostage", {{"a", a}, {"b", b}}, published};
  };
  return {
      row("twostage", 1, 1, figures({464}, {12.6}, {8.7}, {15.1}, {7.5}, {9.0})),
      row("twostage_20", 10, 10, figures(kNever, {159}, {101}, {156}, {5.7}, {24})),
      row("twostage_50", 40, 10, figures(kNever, {1676}, {692}, {1637}, {20.5}, {93})),
      row("twostage_100", 99, 1,
          figures(kNever, {7466, 3}, {5726, 9}, {6674, 3}, {454}, {2992, 18})),
  };
}

// For the random walk of wronglock_3 no figure of its own is printed.
std::vector<Row> published_rows() {
  std::vector<Row> rows = {
      {"account", "account", {}, figures({18.1}, {4.3}, {4.5}, {4.1}, {5.8}, {2.9})},
      {"bluetooth_driver",
       "bluetooth_driver",
       {},
       figures({214.7}, {112.5}, {83.0}, {36.1}, {70.2}, {1494, 19})},
      {"circular_buffer",
       "circular_buffer",
       {{"items", 7}},
       figures({4.2}, {9.1}, {4.6}, {2.1}, {2.8}, {13.8})},
      {"deadlock01", "deadlock01", {}, figures({3.2}, {12.9}, {7.4}, {3.5}, {1.8}, {2.6})},
  };
  std::ranges::move(reorder_rows(), std::back_inserter(rows));
  rows.push_back(
      {"stack", "stack", {{"items", 10}}, figures({176}, {3.2}, {2.6}, {1.7}, {4.6}, {986, 19})});
  std::ranges::move(twostage_rows(), std::back_inserter(rows));
  rows.push_back(
      {"wronglock", "wronglock", {{"n", 7}}, figures({35.9}, {51}, {20}, {10.2}, {7.5}, {3.5})});
  rows.push_back({"wronglock_3",
                  "wronglock",
                  {{"n", 3}},
                  figures(kNoFigure, {58}, {14}, {10.8}, {8.8}, {4.6})});
  return rows;
}

// Programs with a parameter n.
struct Family {
  const char* scenario;
  struct Member {
    int n;
    std::uint64_t traces;  // as published; 0: not, since there are locks in it
  };
  std::vector<Member> members;
};

std::vector<Family> faulty_families() {
  return {
      {"cache_fill", {{2, 6}, {3, 63}}},
      {"counter_race", {{2, 4}, {3, 36}, {4, 576}}},
      {"dining", {{4, 0}, {5, 0}}},
      {"pingpong", {{2, 5}, {3, 10}, {4, 17}}},
  };
}

std::vector<Family> correct_families() {
  return {
      {"lastzero", {{1, 2}, {2, 5}, {3, 12}, {4, 28}, {5, 64}, {10, 3'328}, {15, 147'456}}},
      {"readers", {{8, 256}, {13, 8'192}}},
      {"casrot", {{2, 2}, {3, 5}, {4, 14}, {5, 43}, {6, 144}, {7, 523}, {8, 2'048}, {9, 8'597}}},
      {"fib_bench", {{1, 3}, {2, 19}, {3, 141}}},
      {"lockinc", {{2, 0}, {3, 0}}},
      {"dining_ordered", {{2, 0}, {3, 0}}},
  };
}

struct Count {
  const char* row;
  std::uint64_t traces;
};
constexpr Count kTraces[] = {
    {"bluetooth_driver", 10}, {"overdraw", 6}, {"reorder_3", 52}, {"reorder_4", 1'089}};
// With locks: what is published is for locks without a queue.
constexpr const char* kSmall[] = {"account", "deadlock01", "lost_wakeup", "twostage",
                                  "wronglock_3"};

struct Fewest {
  const char* row;
  std::optional<std::size_t> from_fifo;
  std::optional<std::size_t> from_run_to_block;
};
constexpr Fewest kFewest[] = {
    {"bluetooth_driver", 3, 1}, {"deadlock01", {}, 1},  {"reorder_3", 2, 2},  {"reorder_4", {}, 3},
    {"twostage", {}, 1},        {"lost_wakeup", {}, 1}, {"dining_4", {}, 3},  {"dining_5", {}, 4},
    {"overdraw", {}, 1},        {"pingpong_2", 3, 2},   {"pingpong_3", 5, 4}, {"pingpong_4", {}, 6},
};

std::vector<sim::ParameterValue> values_of(const sim::ScenarioInfo& scenario, const Values& given) {
  std::vector<sim::ParameterValue> values;
  for (const sim::Parameter& parameter : scenario.parameters) {
    const auto at = std::ranges::find_if(
        given, [&](const Value& each) { return parameter.name == each.parameter; });
    values.push_back(at == given.end() ? parameter.value : sim::ParameterValue(at->value));
  }
  return values;
}

void add_what_is_known(Program& program) {
  for (const Count& each : kTraces) {
    if (program.name == each.row) program.traces = each.traces;
  }
  if (program.traces != 0 || std::ranges::find(kSmall, program.name) != std::end(kSmall)) {
    program.is_small = true;
  }
  for (const Fewest& each : kFewest) {
    if (program.name != each.row) continue;
    program.fewest_from_fifo = each.from_fifo;
    program.fewest_from_run_to_block = each.from_run_to_block;
  }
}

// Whether time goes by in it.
bool has_timers(const sim::ScenarioInfo& scenario) {
  const sim::ScenarioOptions options{.order = sim::Order::fifo};
  return run_scenario(scenario, options).stats.virtual_time > sim::Duration::zero();
}

class Builder {
 public:
  explicit Builder(const Scenarios& scenarios) : scenarios_(scenarios) {}

  void add_rows(const std::vector<Row>& rows, Group group) {
    for (const Row& row : rows) {
      const sim::ScenarioInfo* scenario = find(scenarios_, row.scenario);
      if (scenario == nullptr) continue;
      Program program{row.name, group, scenario, values_of(*scenario, row.values)};
      program.published = row.published;
      add(std::move(program));
    }
  }
  void add_families(const std::vector<Family>& families, Group group) {
    for (const Family& family : families) {
      const sim::ScenarioInfo* scenario = find(scenarios_, family.scenario);
      if (scenario == nullptr) continue;
      for (const Family::Member& member : family.members) {
        Program program{absl::StrCat(family.scenario, "_", member.n), group, scenario,
                        values_of(*scenario, {{"n", member.n}})};
        program.traces = member.traces;
        program.is_small = true;
        add(std::move(program));
      }
    }
  }
  // Those of a folder that fail, or those that do not, but for what has a row already.
  void add_registered(const char* folder, bool faulty, Group group) {
    for (const sim::ScenarioInfo* info : scenarios_) {
      const bool is_there = absl::StrContains(info->place.file_name(), folder);
      if (!is_there || info->expects.empty() == faulty || has_row(*info, group)) continue;
      Program program{info->name, group, info, values_of(*info, {})};
      if (!absl::StrContains(folder, "bugs")) {
        add(std::move(program));
        continue;
      }
      program.cancellations = 1;
      add(program);
      // What is to be silent has to be so with timers that only a cancellation brings about.
      if (faulty && !has_timers(*info)) continue;
      program.time = sim::Time::slow_loop;
      add(std::move(program));
    }
  }
  std::vector<Program> take() { return std::move(programs_); }

 private:
  // The published figures count what came of a stale read, not the read.
  void add(Program program) {
    add_what_is_known(program);
    if (program.group == Group::faulty) program.ignore = {sim::FindingKind::stale_read};
    programs_.push_back(std::move(program));
  }
  bool has_row(const sim::ScenarioInfo& info, Group group) const {
    return std::ranges::any_of(programs_, [&](const Program& each) {
      return each.scenario == &info && each.group == group;
    });
  }

  const Scenarios& scenarios_;
  std::vector<Program> programs_;
};

}  // namespace

std::optional<double> Program::best() const {
  if (!published) return std::nullopt;
  std::optional<double> best;
  for (const Published& each : *published) {
    if (each.hits > 0 && (!best || each.mean < *best)) best = each.mean;
  }
  return best;
}

std::vector<Program> corpus(const Scenarios& scenarios) {
  constexpr const char* kPrograms = "scenarios/programs/";
  constexpr const char* kBugs = "scenarios/bugs/";
  Builder builder(scenarios);
  builder.add_rows(published_rows(), Group::faulty);
  builder.add_families(faulty_families(), Group::faulty);
  builder.add_registered(kPrograms, true, Group::faulty);
  builder.add_registered(kBugs, true, Group::historical);
  builder.add_families(correct_families(), Group::exhaustive);
  builder.add_registered(kPrograms, false, Group::silent);
  builder.add_registered(kBugs, false, Group::silent);
  return builder.take();
}

}  // namespace simrun::eval
