#include "tools/simrun/explore_command.h"

#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "tools/simrun/campaign/shard.h"
#include "tools/simrun/guard_flags.h"
#include "tools/simrun/reports.h"
#include "tools/simrun/run_report.h"
#include "tools/simrun/schedule_file.h"
#include "tools/simrun/values.h"

namespace simrun {

namespace {

constexpr Flag kFlags[] = {
    {"--strategy", "a strategy, like portfolio, random, pct:3, dfs or dpor"},
    {"--executions", "a whole number, like 10000"},
    {"--budget", "a duration, like 10s"},
    {"--time", "strict, slow_loop or adversarial"},
    {"--cancel", "how many tasks may be cancelled in a run, like 1"},
    {"--max-failures", "a whole number; 0 means all"},
    {"--ignore", "kinds of finding, like stale_read or stale_read,assertion"},
    {"--detect-blocking", nullptr},
    {"--shard", "i/n with i from 0, like 0/4, or /n where the environment says which"},
    {"--jobs", "how many worker processes, like 2; 0 means none"},
    {"--step-limit", "a duration, like 10s"},
    {"--memory-limit", "a size, like 2GB or 500MB"},
    kGuardFlags[0],
    kGuardFlags[1],
    kGuardFlags[2],
};

// "2GB", "500MB".
std::optional<std::uint64_t> parse_size(const std::string& text) {
  struct Unit {
    const char* name;
    int bits;
  };
  for (const Unit unit : {Unit{"GB", 30}, Unit{"MB", 20}}) {
    const absl::string_view all = text;
    std::uint64_t count = 0;
    if (!absl::EndsWith(all, unit.name)) continue;
    if (!absl::SimpleAtoi(all.substr(0, all.size() - 2), &count)) return std::nullopt;
    if (count == 0 || count > UINT64_MAX >> unit.bits) return std::nullopt;
    return count << unit.bits;
  }
  return std::nullopt;
}

absl::Status read_budgets(const Given& given, sim::ExploreOptions& options) {
  if (const std::string* text = given.find("--executions")) {
    const auto count = parse_count("--executions", *text, 1);
    if (!count.ok()) return count.status();
    options.max_executions = *count;
  }
  const auto budget = read_budget(given);
  if (!budget.ok()) return budget.status();
  if (*budget) {
    options.time_budget = absl::ToChronoNanoseconds(**budget);
    if (given.find("--executions") == nullptr) options.max_executions = UINT64_MAX;
  }
  if (const std::string* text = given.find("--max-failures")) {
    const auto count = parse_count("--max-failures", *text, 0);
    if (!count.ok()) return count.status();
    options.max_failures = *count;
  }
  return absl::OkStatus();
}

absl::Status read_findings(const Given& given, sim::ExploreOptions& options) {
  options.detect_blocking = given.find("--detect-blocking") != nullptr;
  const std::string* text = given.find("--ignore");
  if (text == nullptr) return absl::OkStatus();
  auto kinds = parse_kinds(*text);
  if (!kinds.ok()) return error("bad value for --ignore: ", kinds.status().message());
  options.ignore = *std::move(kinds);
  return absl::OkStatus();
}

absl::Status read_strategy(const Given& given, sim::ExploreOptions& options) {
  const std::string* text = given.find("--strategy");
  if (text == nullptr) return absl::OkStatus();
  try {
    options.strategy = sim::Strategy::parse(*text);
  } catch (const std::invalid_argument& bad) {
    return error("bad value for --strategy: ", bad.what());
  }
  return absl::OkStatus();
}

// Takes the token: what is neither an option nor an option's value.
absl::StatusOr<std::string> take_token(Arguments& rest, const std::string& subject) {
  for (std::size_t i = rest.size(); i-- > 0;) {
    if (is_option(rest[i]) || (i > 0 && is_bare_option(rest[i - 1]))) continue;
    std::string token = rest[i];
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    return token;
  }
  return error(subject, " needs a token: simrun ", subject, " SCENARIO TOKEN");
}

// What a proof rests on is not to be chosen.
absl::Status check_verify(const Split& split, const Given& given) {
  if (!split.orders.empty() && split.orders.front() != "any") {
    return error("verify proves it for order any; 'simrun explore SCENARIO --strategy dfs --order ",
                 split.orders.front(), "' visits every schedule");
  }
  for (const char* flag : {"--strategy", "--time"}) {
    if (given.find(flag) == nullptr) continue;
    return error("verify takes no ", flag, ": it is dpor and strict time; ",
                 "'simrun explore SCENARIO --strategy dfs' visits every schedule");
  }
  return absl::OkStatus();
}

// The part of the executions that is this process's, where several explore the same.
absl::Status read_shard(const Given& given, const std::string& subject, Command& command) {
  const std::string* flag = given.find("--shard");
  if (subject != "explore") {
    if (flag == nullptr) return absl::OkStatus();
    return error(subject, " is not divided into shards; explore is");
  }
  const auto share = campaign::read_share(flag);
  if (!share.ok()) return share.status();
  command.explore.share = *share;
  const std::string strategy = command.explore.strategy.name();
  if (share->of == 1 || (strategy != "dfs" && strategy != "dpor")) return absl::OkStatus();
  return error(strategy, " goes from one schedule to the next and is not divided into shards; ",
               "write --shard 0/1");
}

}  // namespace

absl::StatusOr<std::optional<absl::Duration>> read_budget(const Given& given) {
  const std::string* text = given.find("--budget");
  if (text == nullptr) return std::nullopt;
  absl::Duration budget;
  if (!absl::ParseDuration(*text, &budget) || budget <= absl::ZeroDuration() ||
      budget > absl::Hours(24 * 365)) {
    return error("bad value for --budget: '", *text,
                 "' is not a duration; write a number and a unit, like 10s or 5m");
  }
  return budget;
}

absl::Status read_freedom(const Split& split, const Given& given, sim::ExploreOptions& options) {
  if (!split.seeds.empty()) {
    const auto seed = parse_seed(split.seeds.front());
    if (!seed.ok()) return seed.status();
    options.seed = *seed;
  }
  if (!split.orders.empty()) {
    const auto order = parse_order(split.orders.front());
    if (!order.ok()) return order.status();
    options.order = *order;
  }
  if (const std::string* text = given.find("--time")) {
    const auto time = parse_time(*text);
    if (!time.ok()) return time.status();
    options.time = *time;
  }
  if (const std::string* text = given.find("--cancel")) {
    const auto count = parse_count("--cancel", *text, 0, 1000);
    if (!count.ok()) return count.status();
    options.cancellations = static_cast<std::uint32_t>(*count);
  }
  return absl::OkStatus();
}

absl::Status read_jobs(const Given& given, Command& command) {
  constexpr std::uint64_t kMostJobs = 1000;
  if (const std::string* text = given.find("--jobs")) {
    const auto count = parse_count("--jobs", *text, 0);
    if (!count.ok()) return count.status();
    if (*count > kMostJobs) return error("bad value for --jobs: ", *count, " is more than 1000");
    command.jobs = static_cast<std::uint32_t>(*count);
  }
  if (const std::string* text = given.find("--step-limit")) {
    absl::Duration limit;
    if (!absl::ParseDuration(*text, &limit) || limit < absl::Milliseconds(100) ||
        limit > absl::Hours(24)) {
      return error("bad value for --step-limit: '", *text,
                   "' is not a duration from 100ms to 24h; write a number and a unit, like 10s");
    }
    command.limits.step_limit = absl::ToChronoNanoseconds(limit);
  }
  if (const std::string* text = given.find("--memory-limit")) {
    const std::optional<std::uint64_t> limit = parse_size(*text);
    if (!limit) {
      return error("bad value for --memory-limit: '", *text,
                   "' is not a size; write a whole number and a unit, like 2GB or 500MB");
    }
    command.limits.memory_limit = *limit;
  }
  if (command.jobs != 0) return absl::OkStatus();
  for (const char* flag : {"--step-limit", "--memory-limit"}) {
    if (given.find(flag) == nullptr) continue;
    return error(flag, " is a limit of worker processes; --jobs 0 has none");
  }
  return absl::OkStatus();
}

absl::StatusOr<Command> explore_command(const Split& split, const std::string& subject,
                                        const Scenarios& scenarios) {
  Arguments rest = split.rest;
  auto reports = take_report_flags(rest, split.json);
  if (!reports.ok()) return reports.status();
  auto given = take_flags(rest, kFlags);
  if (!given.ok()) return given.status();
  const std::optional<std::string> name = take_subject(given->rest, scenarios);
  if (!name) return error(subject, " needs a scenario; 'simrun list' shows them");
  const sim::ScenarioInfo* scenario = find(scenarios, *name);
  if (scenario == nullptr) return unknown_scenario(*name, scenarios);

  Command command{.kind = Command::Kind::explore, .scenario = scenario, .json = split.json};
  command.reports = *std::move(reports);
  if (subject == "verify") {
    command.kind = Command::Kind::verify;
    if (absl::Status status = check_verify(split, *given); !status.ok()) return status;
    command.explore.strategy = sim::Strategy::dpor();
    command.explore.max_executions = UINT64_MAX;
  } else if (subject != "explore") {
    command.kind = subject == "replay" ? Command::Kind::replay : Command::Kind::shrink;
    auto token = take_token(given->rest, subject);
    if (!token.ok()) return token.status();
    if (absl::Status status = read_schedule(*token, command); !status.ok()) return status;
    for (const char* flag : {"--strategy", "--executions", "--budget", "--max-failures"}) {
      if (given->find(flag) != nullptr) return error(subject, " runs one schedule: no ", flag);
    }
  }
  if (absl::Status status = read_budgets(*given, command.explore); !status.ok()) return status;
  if (absl::Status status = read_freedom(split, *given, command.explore); !status.ok()) {
    return status;
  }
  if (absl::Status status = read_findings(*given, command.explore); !status.ok()) return status;
  if (absl::Status status = read_strategy(*given, command.explore); !status.ok()) return status;
  if (absl::Status status = read_guard(*given, command); !status.ok()) return status;
  if (absl::Status status = read_jobs(*given, command); !status.ok()) return status;
  if (absl::Status status = read_shard(*given, subject, command); !status.ok()) return status;
  auto parameters = parse_parameters(given->rest, *scenario);
  if (!parameters.ok()) return parameters.status();
  command.options.parameters = *std::move(parameters);
  name_for_tokens(command);
  return command;
}

}  // namespace simrun
