#include "tools/simrun/eval_command.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_split.h"
#include "tools/simrun/nearest.h"
#include "tools/simrun/values.h"

namespace simrun {

namespace {

constexpr Flag kEvalFlags[] = {
    {"--programs", "names of programs, like account or 'reorder_*,stack'"},
    {"--strategies", "strategies, like portfolio,random,pct:3"},
    {"--trials", "how many of each program under each strategy, like 20"},
    {"--portfolio-trials", "how many of each program under the portfolio, like 200"},
    {"--executions", "how many in a trial at most, like 10000"},
    {"--jobs", "how many processes, like 2"},
    {"--write", "a file for the page, like docs/bug_finding.md"},
};

absl::Status check_rest(const Arguments& rest) {
  if (rest.empty()) return absl::OkStatus();
  if (!is_option(rest.front())) {
    return error("eval takes no '", rest.front(), "'; programs are chosen with --programs ",
                 rest.front());
  }
  Arguments names = {"--seed", "--json", "--help"};
  for (const Flag& flag : kEvalFlags) names.emplace_back(flag.name);
  std::string storage;
  return error(
      "unknown option '", name_of(rest.front()), "' for eval",
      hint(nearest(name_of(rest.front()), names), storage, "'simrun --help' shows what it takes"));
}

absl::StatusOr<std::vector<sim::Strategy>> parse_strategies(const std::string& text) {
  std::vector<sim::Strategy> strategies;
  for (const std::string& part : Arguments(absl::StrSplit(text, ','))) {
    try {
      const sim::Strategy strategy = sim::Strategy::parse(part);
      if (std::ranges::find(strategies, strategy) != strategies.end()) {
        return error("bad value for --strategies: '", part, "' stands there twice");
      }
      strategies.push_back(strategy);
    } catch (const std::invalid_argument& bad) {
      return error("bad value for --strategies: ", bad.what());
    }
  }
  return strategies;
}

// Sets `number` where the flag is given.
template <class T>
absl::Status read_count(const Given& given, const char* flag, std::uint64_t most, T& number) {
  const std::string* text = given.find(flag);
  if (text == nullptr) return absl::OkStatus();
  const auto count = parse_count(flag, *text, 1, most);
  if (!count.ok()) return count.status();
  number = static_cast<T>(*count);
  return absl::OkStatus();
}

absl::Status read_counts(const Given& given, eval::Options& options) {
  constexpr std::uint64_t kMostTrials = 10'000;
  options.jobs = static_cast<int>(std::clamp(sysconf(_SC_NPROCESSORS_ONLN), 1L, 1000L));
  absl::Status status = read_count(given, "--trials", kMostTrials, options.trials);
  options.portfolio_trials = options.trials;
  status.Update(read_count(given, "--portfolio-trials", kMostTrials, options.portfolio_trials));
  status.Update(read_count(given, "--executions", UINT64_MAX, options.executions));
  status.Update(read_count(given, "--jobs", 1000, options.jobs));
  return status;
}

}  // namespace

absl::StatusOr<Command> eval_command(const Split& split) {
  if (!split.orders.empty()) return error("eval measures order any and takes no --order");
  auto given = take_flags(split.rest, kEvalFlags);
  if (!given.ok()) return given.status();
  if (absl::Status status = check_rest(given->rest); !status.ok()) return status;

  Command command{.kind = Command::Kind::eval, .json = split.json};
  eval::Options& options = command.eval;
  if (!split.seeds.empty()) {
    const auto seed = parse_seed(split.seeds.front());
    if (!seed.ok()) return seed.status();
    options.seed = *seed;
  }
  if (absl::Status status = read_counts(*given, options); !status.ok()) return status;
  if (const std::string* text = given->find("--strategies")) {
    auto strategies = parse_strategies(*text);
    if (!strategies.ok()) return strategies.status();
    options.strategies = *std::move(strategies);
  }
  if (const std::string* text = given->find("--programs")) {
    options.programs = absl::StrSplit(*text, ',');
  }
  if (const std::string* text = given->find("--write")) {
    if (text->empty()) return error("--write needs a value: a file for the page");
    options.page = *text;
  }
  return command;
}

}  // namespace simrun
