#include "tools/simrun/eval/tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace simrun::eval {

namespace {

using Group = Program::Group;
using Cells = std::vector<std::string>;

std::string mean_of(const Trials& trials) {
  if (trials.refused) return "refused";
  if (trials.hits == 0) return "-";
  return trials.all_found() ? figure(trials.mean)
                            : absl::StrCat(figure(trials.mean), " (", trials.hits, ")");
}

std::string published_mean(const Published& published) {
  if (published.hits < 0) return "";
  if (published.hits == 0) return "-";
  return published.hits == 20 ? figure(published.mean)
                              : absl::StrCat(figure(published.mean), " (", published.hits, ")");
}

std::string yes_or_no(bool holds) { return holds ? "yes" : "no"; }

template <class T>
std::string figure_or_blank(const std::optional<T>& value) {
  return value ? figure(*value) : "";
}

class Tables {
 public:
  explicit Tables(const Summary& summary)
      : summary_(summary),
        programs_(summary.measured().programs),
        strategies_(summary.measured().options.strategies) {}

  std::vector<Table> take() {
    add(first_bug());
    if (summary_.portfolio()) {
      add(verdicts());
      add(few_traces());
    }
    add(history());
    add(exhaustive());
    add(shrunk());
    add(silence());
    return std::move(tables_);
  }

 private:
  void add(Table table) {
    if (!table.rows.empty()) tables_.push_back(std::move(table));
  }
  template <class F>
  void for_each(Group group, F f) const {
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      if (programs_[i].group == group) f(i, programs_[i]);
    }
  }
  static std::optional<std::size_t> published_column(const sim::Strategy& strategy) {
    const auto at = std::ranges::find(kPublished, strategy.name());
    if (at == kPublished.end()) return std::nullopt;
    return static_cast<std::size_t>(at - kPublished.begin());
  }

  Table first_bug() const {
    Table table{"Schedules to the first bug",
                "The mean over the trials that found it, the number of those in brackets where it "
                "is not all of them; `-`: never found. Beside each sampler stands what is "
                "published for it.",
                {"program"},
                {}};
    for (const sim::Strategy& strategy : strategies_) {
      table.columns.push_back(strategy.name());
      if (published_column(strategy)) table.columns.emplace_back("publ.");
    }
    table.columns.emplace_back("best publ.");
    for_each(Group::faulty, [&](std::size_t i, const Program& program) {
      Cells row = {program.name};
      for (std::size_t s = 0; s < strategies_.size(); ++s) {
        row.push_back(mean_of(summary_.trials(i, s)));
        const auto column = published_column(strategies_[s]);
        if (column)
          row.push_back(program.published ? published_mean((*program.published)[*column]) : "");
      }
      row.push_back(figure_or_blank(program.best()));
      table.rows.push_back(std::move(row));
    });
    if (const auto best = summary_.geometric_mean_of_the_best()) {
      table.rows.push_back(geometric_means(*best));
    }
    return table;
  }
  Cells geometric_means(double best) const {
    Cells row = {"geometric mean"};
    for (std::size_t s = 0; s < strategies_.size(); ++s) {
      const auto mean = *summary_.geometric_mean(s);
      row.push_back(absl::StrCat(mean.never == 0 ? "" : ">", figure(mean.value)));
      if (published_column(strategies_[s])) row.emplace_back("");
    }
    row.push_back(figure(best));
    return row;
  }

  Table verdicts() const {
    Table table{"The portfolio beside the best published figure",
                "The limit is twice the best published figure. The mean is at least what stands "
                "under *at least*, with a probability of 95 % (mean - 1.645 s / sqrt(n)); that "
                "must not exceed the limit.",
                {"program", "found", "mean", "at least", "most", "limit", "holds"},
                {}};
    for_each(Group::faulty, [&](std::size_t i, const Program& program) {
      if (!program.published) return;
      const Trials& trials = summary_.trials(i, *summary_.portfolio());
      table.rows.push_back({program.name, absl::StrCat(trials.hits, " of ", trials.count),
                            figure(trials.mean), figure(trials.at_least), figure(trials.most),
                            figure(kMostOverBest * *program.best()),
                            yes_or_no(within_twice_the_best(program, trials))});
    });
    return table;
  }

  Table few_traces() const {
    Table table{"Programs of few traces under the portfolio",
                "One that has at most 64 traces is to be found within twice as many executions, "
                "and 16, in every trial.",
                {"program", "traces", "mean", "most", "limit", "holds"},
                {}};
    for_each(Group::faulty, [&](std::size_t i, const Program& program) {
      const auto traces = summary_.traces(i);
      if (!traces || *traces > kFewTraces) return;
      const Trials& trials = summary_.trials(i, *summary_.portfolio());
      const std::uint64_t limit = limit_of_few(*traces);
      table.rows.push_back({program.name, figure(*traces), mean_of(trials), figure(trials.most),
                            figure(limit), yes_or_no(trials.all_found() && trials.most <= limit)});
    });
    return table;
  }

  Table history() const {
    Table table{"Historical bugs",
                "One task may be cancelled in an execution, at any await; under `slow_loop` "
                "timers may also be late, where there are any. The figures are means of schedules "
                "to the first bug; "
                "under *most* stands the trial that took the portfolio longest, which is to be "
                "100 executions at most with timers on time or late.",
                {"bug", "time"},
                {}};
    for (const sim::Strategy& strategy : strategies_) table.columns.push_back(strategy.name());
    const auto portfolio = summary_.portfolio();
    if (portfolio) table.columns.emplace_back("most");
    for_each(Group::historical, [&](std::size_t i, const Program& program) {
      Cells row = {program.name, program.time == sim::Time::strict ? "strict" : "slow_loop"};
      for (std::size_t s = 0; s < strategies_.size(); ++s) {
        row.push_back(mean_of(summary_.trials(i, s)));
      }
      if (portfolio) row.push_back(figure(summary_.trials(i, *portfolio).most));
      table.rows.push_back(std::move(row));
    });
    return table;
  }

  Table exhaustive() const {
    Table table{"All traces of a program",
                "How many executions `dpor` takes for all traces of a program, beside the number "
                "that is published, or that visiting every schedule shows where that is not too "
                "many. The published numbers of programs with locks are for locks without a "
                "queue, so they do not stand here. Seconds are of real time, while another "
                "process measured something else.",
                {"program", "dpor", "redundant", "expected", "expected by", "seconds"},
                {}};
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      const Outcome* dpor = summary_.outcome(i, Unit::Kind::dpor);
      if (dpor == nullptr) continue;
      const auto expected = expected_traces(summary_, i);
      table.rows.push_back(
          {programs_[i].name,
           dpor->exhausted ? figure(dpor->executions) : absl::StrCat(">", figure(dpor->executions)),
           figure(dpor->redundant), figure_or_blank(expected),
           programs_[i].traces != 0 ? "published"
           : expected               ? "dfs"
                                    : "",
           absl::StrFormat("%.3f", static_cast<double>(dpor->nanoseconds) / 1e9)});
    }
    return table;
  }

  Table shrunk() const {
    Table table{
        "Shrunk failures",
        "What the first failure that the portfolio finds is shrunk to: decisions that "
        "differ from asyncio's order, and whether all schedules with fewer have been "
        "visited; then the same from an order in which each task runs until it blocks, "
        "where that takes fewer. Beside them the fewest that are known.",
        {"program", "kind", "decisions", "known", "certified", "run to block", "known", "replays"},
        {}};
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      const Outcome* shrunk = summary_.outcome(i, Unit::Kind::shrink);
      if (shrunk == nullptr || shrunk->found_at == 0) continue;
      const Program& program = programs_[i];
      table.rows.push_back({name_with_time(program), std::string(to_string(shrunk->kind)),
                            figure(shrunk->deviations), figure_or_blank(program.fewest_from_fifo),
                            yes_or_no(shrunk->certain),
                            shrunk->from_run_to_block == 0 ? "" : figure(shrunk->from_run_to_block),
                            figure_or_blank(program.fewest_from_run_to_block),
                            figure(shrunk->replays)});
    }
    return table;
  }

  Table silence() const {
    Table table{"Correct programs",
                "Nothing is to be found in these; the repaired historical bugs have one "
                "cancellation in an execution, and timers that may be late.",
                {"program", "executions", "traces", "found"},
                {}};
    for_each(Group::silent, [&](std::size_t i, const Program& program) {
      const Outcome& outcome = *summary_.outcome(i, Unit::Kind::silence);
      const bool found = outcome.found_at != 0;
      table.rows.push_back({name_with_time(program), figure(outcome.executions),
                            figure(outcome.traces),
                            found ? std::string(to_string(outcome.kind)) : "nothing"});
    });
    return table;
  }

  const Summary& summary_;
  const std::vector<Program>& programs_;
  const std::vector<sim::Strategy>& strategies_;
  std::vector<Table> tables_;
};

}  // namespace

std::string name_with_time(const Program& program) {
  return program.time == sim::Time::strict ? program.name
                                           : absl::StrCat(program.name, ", slow_loop");
}

std::vector<Table> tables_of(const Summary& summary) { return Tables(summary).take(); }

Table goals_table(const Summary& summary) {
  Table table{"Goals",
              "What is aimed at, and whether it is reached.",
              {"goal", "measured", "limit", "met"},
              {},
              true};
  for (const Goal& goal : goals_of(summary)) {
    table.rows.push_back({goal.what, goal.measured, goal.limit, yes_or_no(goal.met)});
  }
  return table;
}

std::string text_of(const Summary& summary) {
  std::string text;
  for (const Table& table : tables_of(summary)) absl::StrAppend(&text, as_text(table), "\n");
  return text + as_text(goals_table(summary));
}

std::string page_of(const Summary& summary, const std::string& command) {
  std::string page = absl::StrCat(R"(# How well bugs are found

The explorer is measured on programs whose bugs are known: those of `scenarios/programs/`, beside
the figures published for SURW (*Selectively Uniform Concurrency Testing*, ASPLOS 2025, on programs
of SCTBench) where there are any, and the bugs of asyncio, redis-py and asio of `scenarios/bugs/`.
All of this page is printed by

```
)",
                                  command, R"(
```

and is the same each time but for the seconds. A trial has a seed of its own, from 1 on, and ends
with the first bug or after 10,000 executions, unless the command says otherwise. A stale read is no
bug here: the published figures count what comes of it. The published steps are accesses to memory
of real threads, and their locks have no queue; here a step is what runs between two awaits, and a
lock is asyncio's. So the fair comparison is with the same samplers in these semantics, which stand
in the columns beside.
)");
  absl::StrAppend(&page, "\n", as_markdown(goals_table(summary)));
  for (const Table& table : tables_of(summary)) absl::StrAppend(&page, "\n", as_markdown(table));
  return page;
}

}  // namespace simrun::eval
