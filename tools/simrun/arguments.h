// What the parsers of simrun's subcommands have in common: how an argument is told from a value,
// how a name is found, and how an error is put.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/simrun/command.h"

namespace simrun {

using Arguments = std::vector<std::string>;

template <class... Parts>
absl::Status error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

bool contains(const Arguments& names, absl::string_view name);
// "-5" is a value; "-" is a name nobody has.
bool is_option(absl::string_view argument);
// An option whose value may be the next argument.
bool is_bare_option(absl::string_view argument);
// "--seed" of "--seed=42".
absl::string_view name_of(absl::string_view option);
// "; did you mean 'x'?", or "; " and what else to say. Kept in `storage`.
absl::string_view hint(const std::optional<std::string>& suggestion, std::string& storage,
                       absl::string_view otherwise);
// Null if there is none of that name.
const sim::ScenarioInfo* find(const Scenarios& scenarios, absl::string_view name);
absl::Status unknown_scenario(const std::string& name, const Scenarios& scenarios);
// `--host=` is `--host` and an empty value: the parser takes the next argument for it otherwise.
Arguments split_empty_values(const Arguments& arguments);
// Whether an option's value is missing because the arguments end or another option follows.
bool lacks_value(const Arguments& arguments, std::size_t i);

// What it does not know it leaves in remaining().
class Flags : public CLI::App {
 public:
  Flags() {
    set_help_flag();
    allow_extras();
  }
};
absl::Status parse(Flags& app, const Arguments& arguments);
CLI::Option* add_value(Flags& app, const std::string& name);

// A flag of a subcommand.
struct Flag {
  const char* name;
  const char* value;  // what it takes, for messages; null where it takes none
};

// The values given for such flags; what is left stands in `rest`.
struct Given {
  std::map<std::string, std::string> values;
  Arguments rest;
  const std::string* find(const std::string& flag) const {
    const auto at = values.find(flag);
    return at == values.end() ? nullptr : &at->second;
  }
};
absl::StatusOr<Given> take_flags(const Arguments& arguments, std::span<const Flag> flags);
// The value of such a flag as a whole number.
absl::StatusOr<std::uint64_t> parse_count(const char* flag, const std::string& text,
                                          std::uint64_t least, std::uint64_t most = UINT64_MAX);

// The command line without the flags that every subcommand takes.
struct Split {
  std::vector<std::string> seeds;
  std::vector<std::string> orders;
  bool json = false;
  bool help = false;
  bool version = false;
  Arguments rest;
};

// Takes the scenario or subcommand out of the arguments; nothing if there is none.
std::optional<std::string> take_subject(Arguments& arguments, const Scenarios& scenarios);
// The values of the scenario's parameters, of arguments that hold nothing else.
absl::StatusOr<std::vector<sim::ParameterValue>> parse_parameters(
    const Arguments& arguments, const sim::ScenarioInfo& scenario);
// The flags that every subcommand takes.
extern const Arguments kOwnFlags;

}  // namespace simrun
