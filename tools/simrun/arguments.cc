#include "tools/simrun/arguments.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "tools/simrun/nearest.h"
#include "tools/simrun/values.h"

namespace simrun {

using sim::Parameter;
using sim::ScenarioInfo;

const Arguments kOwnFlags = {"--seed", "--order", "--json", "--help", "--version"};

bool contains(const Arguments& names, absl::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_option(absl::string_view argument) {
  return argument.size() > 1 && argument[0] == '-' && !absl::ascii_isdigit(argument[1]) &&
         argument[1] != '.';
}

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

bool lacks_value(const Arguments& arguments, std::size_t i) {
  return is_bare_option(arguments[i]) && (i + 1 == arguments.size() || is_option(arguments[i + 1]));
}

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

absl::StatusOr<Given> take_flags(const Arguments& arguments, std::span<const Flag> flags) {
  Flags app;
  std::map<std::string, const CLI::Option*> options;
  for (const Flag& flag : flags) {
    if (flag.value == nullptr) {
      for (const std::string& argument : arguments) {
        const bool has_value = name_of(argument) == flag.name && argument != flag.name;
        if (has_value) return error(flag.name, " takes no value");
      }
      options[flag.name] = app.add_flag(flag.name);
      continue;
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i] == flag.name && lacks_value(arguments, i)) {
        return error(flag.name, " needs a value: ", flag.value);
      }
    }
    options[flag.name] = add_value(app, flag.name);
  }
  if (absl::Status status = parse(app, arguments); !status.ok()) return status;
  Given given;
  for (const auto& [name, option] : options) {
    if (option->count() > 1) return error(name, " is given twice");
    if (option->count() == 1) given.values[name] = option->results().front();
  }
  given.rest = app.remaining();
  return given;
}

absl::StatusOr<std::uint64_t> parse_count(const char* flag, const std::string& text,
                                          std::uint64_t least, std::uint64_t most) {
  std::uint64_t count = 0;
  const bool is_number = !text.empty() && text[0] >= '0' && text[0] <= '9' &&
                         absl::SimpleAtoi(text, &count);
  if (is_number && count >= least && count <= most) return count;
  return error("bad value for ", flag, ": '", text, "' is not a whole number from ", least, " to ",
               most);
}

// What follows a bare option may be its
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
  candidates.insert(candidates.end(),
                    {"list", "explore", "replay", "shrink", "parity", "eval", "campaign",
                     "merge", "help"});
  std::string storage;
  return error("unknown scenario '", name, "'",
               hint(nearest(name, candidates), storage, "'simrun list' shows them all"));
}

namespace {

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

}  // namespace

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

}  // namespace simrun
