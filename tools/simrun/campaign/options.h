// What a campaign and a merge are asked to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "sim/explore/explore.h"
#include "tools/simrun/campaign/shard.h"

namespace simrun::campaign {

struct Options {
  // Names of scenarios with * and ?; none: all that are not there to show a finding.
  std::vector<std::string> globs = {};
  std::string store = {};
  // One of the two at least, or both; it ends with the first that is used up.
  std::optional<absl::Duration> budget = {};
  std::optional<std::uint64_t> executions = {};
  std::uint64_t seed = 0;
  sim::Order order = sim::Order::any;
  sim::Time time = sim::Time::strict;
  std::uint32_t cancellations = 0;
  sim::OutsideWorld outside = {};
  bool check_every_execution = false;
  Share share = {};
  std::string commit = {};
  // It ends when so many new or returned findings are there; 0: never because of that.
  std::size_t max_failures = 0;
  bool fail_on_any = false;  // known findings fail it too
};

// What tells a campaign from another: the same again continues one that was killed.
std::string arguments_of(const Options& options);

struct MergeOptions {
  std::vector<std::string> from = {};
  std::string store = {};
};

}  // namespace simrun::campaign
