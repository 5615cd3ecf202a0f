// campaign: explores many scenarios, one slice after the other, and keeps what it finds.
//
// First it replays the failing schedules that the store has of them. A finding that still fails is
// known, one whose schedules pass is fixed, one that fails again after that has returned. Where no
// schedule fits the program any more the finding is stale: its scenario has kSecondLook slices
// before the others, and if none of them shows it again it is fixed.
//
// Slice s of a scenario has the seed --seed + s, and of n shards shard i has every slice whose
// number is i modulo n: shares of one exploration would all repeat its first executions.
//
// Everything but seconds and the run's name depends on the options and on what the store held,
// where executions limit it; under a time budget it is the clock that cuts slices and ends the
// campaign, and scenarios are charged seconds instead of executions.
#pragma once

#include <cstdio>

#include "absl/status/statusor.h"
#include "tools/simrun/campaign/explorer.h"
#include "tools/simrun/campaign/options.h"
#include "tools/simrun/command.h"
#include "tools/simrun/output.h"

namespace simrun::campaign {

// Executions of a slice, at most, where executions limit the campaign.
inline constexpr std::uint64_t kSliceExecutions = 10'000;
inline constexpr int kSecondLook = 4;

// The scenarios that the globs name; without any, those that are not there to show a finding. The
// error names the glob that fits none.
absl::StatusOr<Scenarios> choose(const Scenarios& scenarios, const std::vector<std::string>& globs);

// The exit code. Progress goes to `err` where that is a terminal, and what is wrong with the store
// in any case. An InvalidArgumentError is about the options.
absl::StatusOr<int> run_campaign(const Options& options, const Scenarios& scenarios,
                                 const Explorer& explorer, bool json, Output& output,
                                 std::FILE* err);

}  // namespace simrun::campaign
