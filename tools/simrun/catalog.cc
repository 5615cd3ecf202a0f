#include "tools/simrun/catalog.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tools/simrun/json.h"

namespace simrun {

namespace {

using sim::Parameter;
using sim::ScenarioInfo;

absl::string_view view(std::string_view text) { return {text.data(), text.size()}; }

template <class... Parts>
absl::Status refused(const ScenarioInfo& scenario, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("scenario '", scenario.name, "' (",
                                                 sim::to_string(scenario.place), ") ", parts...));
}

bool is_option_name(absl::string_view name) {
  return !name.empty() && absl::ascii_isalpha(name[0]) && std::ranges::all_of(name, [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-';
  });
}

bool is_within_bounds(const Parameter& parameter) {
  return !(parameter.least && parameter.value < *parameter.least) &&
         !(parameter.most && parameter.value > *parameter.most);
}

absl::Status check_parameter(const ScenarioInfo& scenario, std::size_t i) {
  const Parameter& parameter = scenario.parameters[i];
  const auto has_name = [&](const auto& name) { return name == parameter.name; };
  if (!is_option_name(parameter.name)) {
    return refused(scenario, "has a parameter '", parameter.name,
                   "', which cannot be written as an option");
  }
  if (std::ranges::any_of(flag_names(), has_name)) {
    return refused(scenario, "has a parameter '", parameter.name, "', which is a flag of simrun");
  }
  const auto before = scenario.parameters.begin() + static_cast<std::ptrdiff_t>(i);
  if (std::any_of(scenario.parameters.begin(), before,
                  [&](const Parameter& other) { return has_name(other.name); })) {
    return refused(scenario, "has two parameters '", parameter.name, "'");
  }
  if (!is_within_bounds(parameter)) {
    return refused(scenario, "has a parameter '", parameter.name,
                   "' whose default is outside its bounds");
  }
  return absl::OkStatus();
}

std::string expected_kinds(const ScenarioInfo& scenario) {
  return absl::StrJoin(scenario.expects, ", ", [](std::string* out, sim::FindingKind kind) {
    absl::StrAppend(out, view(sim::to_string(kind)));
  });
}

std::string parameter_lines(const ScenarioInfo& scenario) {
  std::size_t width = 0;
  std::vector<std::string> options;
  for (const Parameter& parameter : scenario.parameters) {
    options.push_back(absl::StrCat("--", parameter.name, "=", sim::to_string(parameter.value)));
    width = std::max(width, options.back().size());
  }
  std::string text;
  for (std::size_t i = 0; i < options.size(); ++i) {
    absl::StrAppendFormat(&text, "    %-*s  %s\n", static_cast<int>(width), options[i],
                          scenario.parameters[i].help);
  }
  return text;
}

Json describe(const Parameter& parameter) {
  Json json = {{"name", parameter.name},
               {"type", sim::type_name(parameter.value)},
               {"default", as_json(parameter.value)},
               {"help", parameter.help}};
  if (parameter.least) json["at_least"] = as_json(*parameter.least);
  if (parameter.most) json["at_most"] = as_json(*parameter.most);
  return json;
}

}  // namespace

absl::Status check_registrations(const Scenarios& scenarios) {
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const ScenarioInfo& scenario = *scenarios[i];
    if (i > 0 && scenarios[i - 1]->name == scenario.name) {
      return refused(scenario, "is registered twice, first at ",
                     sim::to_string(scenarios[i - 1]->place));
    }
    if (std::ranges::find(subcommand_names(), scenario.name) != subcommand_names().end()) {
      return refused(scenario, "has the name of a subcommand of simrun");
    }
    for (std::size_t p = 0; p < scenario.parameters.size(); ++p) {
      if (absl::Status status = check_parameter(scenario, p); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

std::string list_as_text(const Scenarios& scenarios) {
  std::size_t width = 0;
  for (const ScenarioInfo* scenario : scenarios) width = std::max(width, scenario->name.size());
  std::string text;
  for (const ScenarioInfo* scenario : scenarios) {
    absl::StrAppendFormat(&text, "%-*s  %s", static_cast<int>(width), scenario->name,
                          scenario->shows);
    if (!scenario->expects.empty()) {
      absl::StrAppend(&text, " [expects ", expected_kinds(*scenario), "]");
    }
    absl::StrAppend(&text, "\n", parameter_lines(*scenario));
  }
  return text;
}

std::string list_as_json(const Scenarios& scenarios) {
  Json list = Json::array();
  for (const ScenarioInfo* scenario : scenarios) {
    Json parameters = Json::array();
    for (const Parameter& each : scenario->parameters) parameters.push_back(describe(each));
    Json expects = Json::array();
    for (const sim::FindingKind kind : scenario->expects) expects.push_back(sim::to_string(kind));
    list.push_back({{"name", scenario->name},
                    {"shows", scenario->shows},
                    {"expects", std::move(expects)},
                    {"parameters", std::move(parameters)}});
  }
  return as_line({{"scenarios", std::move(list)}});
}

std::string usage() {
  return R"(usage:
  simrun [--seed N] SCENARIO [--PARAMETER=VALUE ...]   run a scenario once
  simrun explore SCENARIO                              look for a schedule that breaks it, shrink
                                                       and explain it
  simrun verify SCENARIO                               prove that none does, by one schedule of
                                                       each trace
  simrun replay SCENARIO TOKEN|FILE                    run the schedule of a token again, or of
                                                       a file: a token, or what a fuzzer kept
  simrun shrink SCENARIO TOKEN|FILE                    look for a smaller one that fails as well
  simrun eval                                          how soon the bugs of the programs that ship
                                                       are found: docs/bug_finding.md
  simrun campaign [SCENARIO-GLOB ...]                  explore many, and keep what is found: docs/
                                                       campaigns.md
  simrun merge A.db B.db ...                           unite what campaigns have kept
  simrun list                                          what there is to run
  simrun help SCENARIO                                 what a scenario shows and takes
  simrun parity FILE.json ...                          run programs that CPython runs too, and
                                                       print their transcripts
  simrun parity --lines FILE.jsonl                     the same, with a program on each line

options:
  --seed N            the schedule and all that is random come from it (0): a whole number below
                      2^64, decimal or 0x and hexadecimal; the same seed gives the same run
  --order any|fifo    which ready task runs next: any of them (any), or the first as in asyncio
  --json              one JSON object instead of text
  --guard MODE        calls in a step that ask the world outside, like clock_gettime, getrandom and
                      nanosleep: warn (the default), fail, off
  --virtualize        clocks, random numbers and naps of such calls are those of the run
  --check-determinism run every execution twice and compare; exit code 3 where they differ
  --lines FILE        of parity; - is standard input, here and as FILE.json
  --help, --version

options of explore (and of verify, replay and shrink, where they say how a schedule may be):
  --strategy S        portfolio (the default), random, pct:D, pos, surw, urw, delay:D, sweep, dfs,
                      dpor, fifo, lifo, run_to_block
  --executions N      how many to run at most (10000; verify: no limit)
  --budget TIME       real time instead, like 10s or 5m
  --cancel N          how many tasks may be cancelled in an execution, at any await (0)
  --time T            strict; slow_loop: timers may fire late; adversarial: at any time
  --ignore KIND,...   kinds of finding that are none, like stale_read
  --detect-blocking   warn of steps that hold the loop up in real time
  --max-failures N    how many different ones to look for (1); 0: all
  --shard I/N         of explore: only the executions whose number is I modulo N, for N machines;
                      as under campaign, taken from the environment. dfs and dpor have no shards
  --jobs N            worker processes (as many as there are processors); what ends one, a crash, is
                      a finding with its token. 0: none, all runs in this one
  --step-limit TIME   real time that a step may take there (10s)
  --memory-limit SIZE   what a worker may use, like 2GB (an even share of the machine's)

reports, of a run, explore, verify, replay, shrink and campaign; docs/reports.md shows them:
  --html FILE         a page with the failures as pictures
  --junit FILE        JUnit XML           --sarif FILE        SARIF 2.1.0
  --json-lines FILE   records of the run or exploration, one a line
  --trace FILE        a trace that Perfetto opens: the run, or each failure
  --github            annotations of a GitHub workflow, behind the text

options of eval (and --seed: the trials have the ones behind it):
  --programs N,...    names of its rows, with * and ? (all of them)
  --strategies S,...  (portfolio,random,pct:3,pct:10,pos,surw,urw)
  --trials N          of each program under each strategy (20)
  --portfolio-trials N  of each under the portfolio, which is held against limits (as many)
  --executions N      of a trial at most (10000)
  --jobs N            processes that measure (as many as there are processors)
  --write FILE        the same as a page in Markdown

options of campaign (and --seed, --order, --time, --cancel, --executions, --jobs, the limits of
workers, --guard, --virtualize, --check-determinism; --budget or --executions has to be there):
  SCENARIO-GLOB ...   names of scenarios, with * and ? (all but those that are there to show a
                      finding, which has been found; name them to explore them: '*' is all)
  --store FILE        where findings, schedules and coverage are kept; made where it is not there.
                      The same command again goes on with a campaign that was killed
  --budget TIME       real time, like 10m
  --commit HASH       what is explored; findings are new at the commit that shows them first
  --shard I/N         the share of this machine, I from 0; taken from the environment of Slurm,
                      Bazel, GoogleTest and GitLab; for Kubernetes write /N
  --max-failures N    end at so many new or returned findings (0: go on)
  --fail-on new|any   what exit code 1 says: new or returned findings (new), or known ones too

options of merge:
  --store FILE        where it all goes; it may be there already

exit codes:
  0  no bug           1  a bug was found           2  bad usage, malformed input, or the output
                                                      or a store cannot be written
  3  two runs of the same decisions differ         4  verify ended before it had proved anything,
                                                      or a process of eval before it had measured
  130  interrupted, and no bug until then
)";
}

std::string usage_of(const ScenarioInfo& scenario) {
  std::string text = absl::StrCat(scenario.name, ": ", scenario.shows, "\n");
  if (!scenario.expects.empty()) {
    absl::StrAppend(&text, "It is there to show: ", expected_kinds(scenario), "\n");
  }
  absl::StrAppend(&text, "\nusage: simrun [--seed N] [--order any|fifo] [--json] ", scenario.name);
  if (scenario.parameters.empty()) return text + "\n";
  return absl::StrCat(text, " [--PARAMETER=VALUE ...]\n\nparameters, with their defaults:\n",
                      parameter_lines(scenario));
}

}  // namespace simrun
