#include "tools/simrun/campaign_command.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/time/time.h"
#include "tools/simrun/campaign/campaign.h"
#include "tools/simrun/campaign/shard.h"
#include "tools/simrun/explore_command.h"
#include "tools/simrun/guard_flags.h"
#include "tools/simrun/nearest.h"
#include "tools/simrun/reports.h"
#include "tools/simrun/values.h"

namespace simrun {

namespace {

constexpr Flag kCampaignFlags[] = {
    {"--store", "a file, like nightly.db"},
    {"--budget", "a duration, like 10m"},
    {"--executions", "a whole number, like 100000"},
    {"--time", "strict, slow_loop or adversarial"},
    {"--cancel", "how many tasks may be cancelled in a run, like 1"},
    {"--shard", "i/n with i from 0, like 0/4, or /n where the environment says which"},
    {"--commit", "what is explored, like the hash of a commit"},
    {"--max-failures", "a whole number; 0 means all"},
    {"--fail-on", "new or any"},
    {"--jobs", "how many worker processes, like 2; 0 means none"},
    {"--step-limit", "a duration, like 10s"},
    {"--memory-limit", "a size, like 2GB or 500MB"},
};
constexpr Flag kMergeFlags[] = {
    {"--store", "the file that takes it all, like all.db"},
};

// What is left are names; an option among them is unknown.
absl::Status check_names(const Arguments& rest, std::span<const Flag> flags, const char* of) {
  Arguments names = {"--json", "--help"};
  for (const Flag& flag : flags) names.emplace_back(flag.name);
  for (const std::string& each : rest) {
    if (!is_option(each)) continue;
    std::string storage;
    return error(
        "unknown option '", name_of(each), "' for ", of,
        hint(nearest(name_of(each), names), storage, "'simrun --help' shows what it takes"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> store_of(const Given& given, const char* of) {
  const std::string* text = given.find("--store");
  if (text == nullptr) return error(of, " needs --store and a file, like --store nightly.db");
  if (text->empty()) return error("--store needs a value: a file, like nightly.db");
  return *text;
}

// A report is a file of its own: one in place of the store would be the end of the store.
absl::Status check_reports(const ReportFiles& reports, const std::string& store) {
  for (const std::string* file :
       {&reports.html, &reports.junit, &reports.sarif, &reports.json_lines, &reports.trace}) {
    std::error_code none;
    if (file->empty()) continue;
    if (*file != store && !std::filesystem::equivalent(*file, store, none)) continue;
    return error("a report is to be written to ", *file, ", which is the store");
  }
  return absl::OkStatus();
}

absl::Status read_limits(const Given& given, campaign::Options& options) {
  const auto budget = read_budget(given);
  if (!budget.ok()) return budget.status();
  options.budget = *budget;
  if (const std::string* text = given.find("--executions")) {
    const auto count = parse_count("--executions", *text, 1, INT64_MAX);
    if (!count.ok()) return count.status();
    options.executions = *count;
  }
  if (!options.budget && !options.executions) {
    return error("campaign needs --budget, like 10m, or --executions, like 100000");
  }
  if (const std::string* text = given.find("--max-failures")) {
    const auto count = parse_count("--max-failures", *text, 0, INT64_MAX);
    if (!count.ok()) return count.status();
    options.max_failures = *count;
  }
  return absl::OkStatus();
}

absl::Status read_schedules(const Split& split, const Given& given, campaign::Options& options) {
  sim::ExploreOptions explore;
  if (absl::Status status = read_freedom(split, given, explore); !status.ok()) return status;
  options.seed = explore.seed;
  options.order = explore.order;
  options.time = explore.time;
  options.cancellations = explore.cancellations;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Command> campaign_command(const Split& split, const Scenarios& scenarios) {
  Arguments rest = split.rest;
  const auto reports = take_report_flags(rest, split.json);
  if (!reports.ok()) return reports.status();
  std::vector<Flag> flags(std::begin(kCampaignFlags), std::end(kCampaignFlags));
  flags.insert(flags.end(), std::begin(kGuardFlags), std::end(kGuardFlags));
  auto given = take_flags(rest, flags);
  if (!given.ok()) return given.status();
  if (absl::Status status = check_names(given->rest, flags, "campaign"); !status.ok()) {
    return status;
  }
  Command command{.kind = Command::Kind::campaign, .json = split.json};
  command.reports = *reports;
  campaign::Options& options = command.campaign;
  options.globs = given->rest;
  auto store = store_of(*given, "campaign");
  if (!store.ok()) return store.status();
  options.store = *std::move(store);
  if (absl::Status status = check_reports(*reports, options.store); !status.ok()) return status;
  if (absl::Status status = read_limits(*given, options); !status.ok()) return status;
  if (absl::Status status = read_schedules(split, *given, options); !status.ok()) return status;
  if (absl::Status status = read_jobs(*given, command); !status.ok()) return status;
  if (absl::Status status = read_guard(*given, command); !status.ok()) return status;
  options.outside = command.explore.outside;
  options.check_every_execution = command.explore.check_every_execution;
  const auto share = campaign::read_share(given->find("--shard"));
  if (!share.ok()) return share.status();
  options.share = *share;
  if (const std::string* text = given->find("--commit")) options.commit = *text;
  if (const std::string* text = given->find("--fail-on")) {
    if (*text != "new" && *text != "any") {
      return error("bad value for --fail-on: '", *text, "' is neither new nor any");
    }
    options.fail_on_any = *text == "any";
  }
  const auto chosen = campaign::choose(scenarios, options.globs);
  if (!chosen.ok()) return chosen.status();
  return command;
}

absl::StatusOr<Command> merge_command(const Split& split) {
  if (!split.seeds.empty()) return error("merge runs nothing and takes no --seed");
  if (!split.orders.empty()) return error("merge runs nothing and takes no --order");
  auto given = take_flags(split.rest, kMergeFlags);
  if (!given.ok()) return given.status();
  if (absl::Status status = check_names(given->rest, kMergeFlags, "merge"); !status.ok()) {
    return status;
  }
  Command command{.kind = Command::Kind::merge, .json = split.json};
  auto store = store_of(*given, "merge");
  if (!store.ok()) return store.status();
  command.merge.store = *std::move(store);
  command.merge.from = given->rest;
  if (command.merge.from.empty()) {
    return error("merge takes the stores to unite: simrun merge --store all.db A.db B.db");
  }
  return command;
}

}  // namespace simrun
