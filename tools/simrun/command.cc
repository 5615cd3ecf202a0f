#include "tools/simrun/command.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/simrun/arguments.h"
#include "tools/simrun/campaign_command.h"
#include "tools/simrun/eval_command.h"
#include "tools/simrun/explore_command.h"
#include "tools/simrun/guard_flags.h"
#include "tools/simrun/nearest.h"
#include "tools/simrun/reports.h"
#include "tools/simrun/run_report.h"
#include "tools/simrun/values.h"

namespace simrun {

namespace {

using sim::ScenarioInfo;

absl::Status check_own_flags(const Arguments& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const absl::string_view name = name_of(arguments[i]);
    if (name == "--seed" && lacks_value(arguments, i)) {
      return error("--seed needs a value: a whole number, like --seed 42");
    }
    if (name == "--order" && lacks_value(arguments, i)) {
      return error("--order needs a value: any or fifo");
    }
    if (name != arguments[i] && (name == "--json" || name == "--help" || name == "--version")) {
      return error(name, " takes no value");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Split> take_own_flags(const Arguments& arguments) {
  if (absl::Status status = check_own_flags(arguments); !status.ok()) return status;
  Flags app;
  const CLI::Option* seed = add_value(app, "--seed");
  const CLI::Option* order = add_value(app, "--order");
  const CLI::Option* json = app.add_flag("--json");
  const CLI::Option* help = app.add_flag("-h,--help");
  const CLI::Option* version = app.add_flag("--version");
  if (absl::Status status = parse(app, arguments); !status.ok()) return status;
  if (seed->count() > 1) return error("--seed is given twice; a run has one seed");
  if (order->count() > 1) return error("--order is given twice; it is any or fifo");
  return Split{seed->results(),   order->results(),     json->count() > 0,
               help->count() > 0, version->count() > 0, app.remaining()};
}

absl::StatusOr<Command> run_command(const Split& split, const ScenarioInfo& scenario) {
  Command command{.kind = Command::Kind::run, .scenario = &scenario, .json = split.json};
  if (!split.seeds.empty()) {
    const auto seed = parse_seed(split.seeds.front());
    if (!seed.ok()) return seed.status();
    command.options.seed = *seed;
  }
  if (!split.orders.empty()) {
    const auto order = parse_order(split.orders.front());
    if (!order.ok()) return order.status();
    command.options.order = *order;
  }
  Arguments rest = split.rest;
  auto reports = take_report_flags(rest, split.json);
  if (!reports.ok()) return reports.status();
  command.reports = *std::move(reports);
  const auto given = take_flags(rest, kGuardFlags);
  if (!given.ok()) return given.status();
  if (absl::Status status = read_guard(*given, command); !status.ok()) return status;
  auto parameters = parse_parameters(given->rest, scenario);
  if (!parameters.ok()) return parameters.status();
  command.options.parameters = *std::move(parameters);
  command.explore.seed = command.options.seed;
  command.explore.order = command.options.order;
  name_for_tokens(command);
  return command;
}

absl::StatusOr<Command> list_command(const Split& split) {
  if (!split.seeds.empty()) return error("list runs nothing and takes no --seed");
  if (!split.orders.empty()) return error("list runs nothing and takes no --order");
  if (!split.rest.empty()) return error("list takes no '", split.rest.front(), "', only --json");
  return Command{.kind = Command::Kind::list, .json = split.json};
}

absl::StatusOr<Command> parity_command(const Split& split) {
  if (!split.orders.empty()) return error("parity runs asyncio's order and takes no --order");
  if (!split.seeds.empty()) {  // every subcommand that runs something takes one
    if (const auto seed = parse_seed(split.seeds.front()); !seed.ok()) return seed.status();
  }
  for (std::size_t i = 0; i < split.rest.size(); ++i) {
    if (split.rest[i] == "--lines" && lacks_value(split.rest, i)) {
      return error("--lines needs a value: a file with a program on each line, or -");
    }
  }
  Flags app;
  const CLI::Option* lines = add_value(app, "--lines");
  if (absl::Status status = parse(app, split.rest); !status.ok()) return status;
  if (lines->count() > 1) return error("--lines is given twice");
  Command command{.kind = Command::Kind::parity, .json = split.json};
  if (lines->count() == 1) command.parity.lines = lines->results().front();
  command.parity.files = app.remaining();
  for (const std::string& file : command.parity.files) {
    if (!is_option(file)) continue;
    std::string storage;
    return error("unknown option '", name_of(file), "' for parity",
                 hint(nearest(name_of(file), {"--lines", "--json", "--seed", "--help"}), storage,
                      "it takes --lines and --json"));
  }
  if (command.parity.files.empty() == command.parity.lines.empty()) {
    return error("parity takes files with a program each, or --lines and one with many: ",
                 "simrun parity FILE.json, simrun parity --lines FILE.jsonl");
  }
  return command;
}

absl::StatusOr<Command> help_command(const std::optional<std::string>& about,
                                     const Scenarios& scenarios) {
  Command command{.kind = Command::Kind::help};
  if (!about || contains(subcommand_names(), *about)) return command;
  command.scenario = find(scenarios, *about);
  if (command.scenario == nullptr) return unknown_scenario(*about, scenarios);
  return command;
}

}  // namespace

const std::vector<std::string>& subcommand_names() {
  static const Arguments names = {"list",   "explore", "verify",   "replay", "shrink",
                                  "parity", "eval",    "campaign", "merge",  "help"};
  return names;
}

const std::vector<std::string>& flag_names() {
  static const Arguments names = {"seed",         "order",    "json",       "help",   "version",
                                  "load",         "strategy", "executions", "budget", "jobs",
                                  "max-failures", "time",     "cancel",     "trace",  "html",
                                  "lines",        "programs", "strategies", "trials", "write",
                                  "portfolio-trials", "step-limit", "memory-limit", "store",
                                  "shard", "commit", "fail-on", "junit", "sarif", "github",
                                  "json-lines", "guard", "virtualize", "check-determinism"};
  return names;
}

absl::StatusOr<Command> parse_command(const std::vector<std::string>& arguments,
                                      const Scenarios& scenarios) {
  absl::StatusOr<Split> split = take_own_flags(split_empty_values(arguments));
  if (!split.ok()) return split.status();
  std::optional<std::string> subject = take_subject(split->rest, scenarios);
  if (subject == "help") {
    const std::optional<std::string> of = take_subject(split->rest, scenarios);
    if (!split->rest.empty()) {
      return error("help is given of one scenario; '", split->rest.front(), "' is too much");
    }
    return help_command(of, scenarios);
  }
  if (split->help) return help_command(subject, scenarios);
  if (split->version) return Command{.kind = Command::Kind::version};
  if (!subject && !split->rest.empty() && is_option(split->rest.front())) {
    const absl::string_view option = name_of(split->rest.front());
    std::string storage;
    return error("unknown option '", option, "' and no scenario",
                 hint(nearest(option, kOwnFlags), storage, "'simrun --help' shows the usage"));
  }
  if (!subject) {
    return error("no scenario given; 'simrun list' shows them, 'simrun --help' the usage");
  }
  if (*subject == "list") return list_command(*split);
  if (*subject == "parity") return parity_command(*split);
  if (*subject == "eval") return eval_command(*split);
  if (contains({"explore", "verify", "replay", "shrink"}, *subject)) {
    return explore_command(*split, *subject, scenarios);
  }
  if (*subject == "campaign") return campaign_command(*split, scenarios);
  if (*subject == "merge") return merge_command(*split);
  const ScenarioInfo* scenario = find(scenarios, *subject);
  if (scenario == nullptr) return unknown_scenario(*subject, scenarios);
  return run_command(*split, *scenario);
}

}  // namespace simrun
