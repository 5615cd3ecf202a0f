#include "tools/simrun/command.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/simrun/nearest.h"
#include "tools/simrun/values.h"

namespace simrun {

namespace {

using sim::Parameter;
using sim::ScenarioInfo;
using Arguments = std::vector<std::string>;

const Arguments kOwnFlags = {"--seed", "--order", "--json", "--help", "--version"};

template <class... Parts>
absl::Status error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

bool contains(const Arguments& names, absl::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// "-5" is a value; "-" is a name nobody has.
bool is_option(absl::string_view argument) {
  return argument.size() > 1 && argument[0] == '-' && !absl::ascii_isdigit(argument[1]) &&
         argument[1] != '.';
}

// An option whose value may be the next argument.
bool is_bare_option(absl::string_view argument) {
  return is_option(argument) && !absl::StrContains(argument, '=');
}

absl::string_view name_of(absl::string_view option) { return option.substr(0, option.find('=')); }

absl::string_view hint(const std::optional<std::string>& suggestion, std::string& storage,
                       absl::string_view otherwise) {
  storage = suggestion ? absl::StrCat("; did you mean '", *suggestion, "'?")
                       : absl::StrCat("; ", otherwise);
  return storage;
}

const ScenarioInfo* find(const Scenarios& scenarios, absl::string_view name) {
  const auto found =
      std::ranges::find_if(scenarios, [&](auto* info) { return info->name == name; });
  return found == scenarios.end() ? nullptr : *found;
}

// `--host=` is `--host` and an empty value: the parser takes the next argument for it otherwise.
Arguments split_empty_values(const Arguments& arguments) {
  Arguments split;
  for (const std::string& argument : arguments) {
    if (is_option(argument) && argument.back() == '=') {
      split.push_back(argument.substr(0, argument.size() - 1));
      split.emplace_back();
    } else {
      split.push_back(argument);
    }
  }
  return split;
}

// Where an option's value is missing because the arguments end or another option follows.
bool lacks_value(const Arguments& arguments, std::size_t i) {
  return is_bare_option(arguments[i]) && (i + 1 == arguments.size() || is_option(arguments[i + 1]));
}

// What it does not know it leaves in remaining().
class Flags : public CLI::App {
 public:
  Flags() {
    set_help_flag();
    allow_extras();
  }
};

absl::Status parse(Flags& app, const Arguments& arguments) {
  try {
    app.parse(Arguments(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& failure) {
    return error(failure.what());
  }
  return absl::OkStatus();
}

CLI::Option* add_value(Flags& app, const std::string& name) {
  return app.add_option(name)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

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

// The command line without simrun's own flags.
struct Split {
  std::vector<std::string> seeds;
  std::vector<std::string> orders;
  bool json = false;
  bool help = false;
  bool version = false;
  Arguments rest;
};

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

// Takes the scenario or subcommand out of the arguments. What follows a bare option may be its
// value, so it is the subject only if nothing else can be and the name is known.
std::optional<std::string> take_subject(Arguments& arguments, const Scenarios& scenarios) {
  const auto is_known = [&](const std::string& name) {
    return find(scenarios, name) != nullptr || contains(subcommand_names(), name);
  };
  std::optional<std::size_t> best;
  int best_rank = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (is_option(arguments[i])) continue;
    const bool may_be_value = i > 0 && is_bare_option(arguments[i - 1]);
    const bool known = is_known(arguments[i]);
    const int rank = may_be_value ? (known ? 1 : 0) : (known ? 3 : 2);
    if (rank <= best_rank) continue;
    best = i;
    best_rank = rank;
  }
  if (!best) return std::nullopt;
  std::string subject = std::move(arguments[*best]);
  arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(*best));
  return subject;
}

absl::Status unknown_scenario(const std::string& name, const Scenarios& scenarios) {
  Arguments candidates;
  for (const ScenarioInfo* info : scenarios) candidates.push_back(info->name);
  candidates.insert(candidates.end(), {"list", "parity", "help"});
  std::string storage;
  return error("unknown scenario '", name, "'",
               hint(nearest(name, candidates), storage, "'simrun list' shows them all"));
}

absl::Status unknown_option(absl::string_view option, const ScenarioInfo& scenario) {
  Arguments candidates = kOwnFlags;
  for (const Parameter& parameter : scenario.parameters) {
    candidates.push_back("--" + parameter.name);
  }
  std::string storage;
  return error("unknown option '", name_of(option), "' for ", scenario.name,
               hint(nearest(name_of(option), candidates), storage,
                    absl::StrCat("'simrun ", scenario.name, " --help' shows what it takes")));
}

absl::Status check_parameters(const Arguments& arguments, const ScenarioInfo& scenario) {
  for (const Parameter& parameter : scenario.parameters) {
    if (std::holds_alternative<bool>(parameter.value)) continue;
    const std::string option = "--" + parameter.name;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i] != option || !lacks_value(arguments, i)) continue;
      return error(option, " needs a value: ", sim::type_name(parameter.value).data(), ", like ",
                   option, "=", sim::to_string(parameter.value));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<sim::ParameterValue>> parse_parameters(const Arguments& arguments,
                                                                  const ScenarioInfo& scenario) {
  if (absl::Status status = check_parameters(arguments, scenario); !status.ok()) return status;
  Flags app;
  std::vector<const CLI::Option*> options;
  for (const Parameter& parameter : scenario.parameters) {
    const std::string option = "--" + parameter.name;
    const bool is_flag = std::holds_alternative<bool>(parameter.value);
    options.push_back(is_flag ? app.add_flag(option) : add_value(app, option));
  }
  if (absl::Status status = parse(app, arguments); !status.ok()) return status;
  for (const std::string& left : app.remaining()) {
    if (is_option(left)) return unknown_option(left, scenario);
    return error("unexpected argument '", left, "' for ", scenario.name,
                 "; a parameter is written --name=value");
  }
  std::vector<sim::ParameterValue> values;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Parameter& parameter = scenario.parameters[i];
    if (options[i]->count() > 1) return error("--", parameter.name, " is given twice");
    if (options[i]->count() == 0) {
      values.push_back(parameter.value);
      continue;
    }
    auto value = parse_value(parameter, options[i]->results().front());
    if (!value.ok()) return value.status();
    values.push_back(*std::move(value));
  }
  return values;
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
  auto parameters = parse_parameters(split.rest, scenario);
  if (!parameters.ok()) return parameters.status();
  command.options.parameters = *std::move(parameters);
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
                                  "lines",        "programs", "strategies"};
  return names;
}

absl::StatusOr<Command> parse_command(const std::vector<std::string>& arguments,
                                      const Scenarios& scenarios) {
  absl::StatusOr<Split> split = take_own_flags(split_empty_values(arguments));
  if (!split.ok()) return split.status();
  std::optional<std::string> subject = take_subject(split->rest, scenarios);
  if (subject == "help") {
    return help_command(take_subject(split->rest, scenarios), scenarios);
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
  if (contains(subcommand_names(), *subject)) {
    return error("'", *subject, "' is not there yet; this version lists and runs scenarios: ",
                 "simrun --seed N SCENARIO");
  }
  const ScenarioInfo* scenario = find(scenarios, *subject);
  if (scenario == nullptr) return unknown_scenario(*subject, scenarios);
  return run_command(*split, *scenario);
}

}  // namespace simrun
