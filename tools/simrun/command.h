// Command: what the command line asks for.
//
//   simrun [--seed N] [--order any|fifo] [--json] SCENARIO [--PARAMETER=VALUE ...]
//   simrun explore SCENARIO [...]
//   simrun replay SCENARIO TOKEN|FILE    simrun shrink SCENARIO TOKEN|FILE
//   simrun list [--json]        simrun help [SCENARIO]        simrun --version
//   simrun eval [...]
//   simrun campaign [...]       simrun merge [...]
//   simrun parity [--json] FILE.json ...       simrun parity [--json] --lines FILE.jsonl
//
// Options stand before or after the scenario's name, with their value behind `=` or as the next
// argument; a bool parameter's value is attached, and --NAME alone means true. Each is given once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/explore/explore.h"
#include "sim/jobs/explore_jobs.h"
#include "sim/scenario_run.h"
#include "tools/simrun/campaign/options.h"
#include "tools/simrun/eval/options.h"
#include "tools/simrun/parity/parity.h"
#include "tools/simrun/report_files.h"

namespace simrun {

using Scenarios = std::vector<const sim::ScenarioInfo*>;

struct Command {
  enum class Kind {
    run,
    explore,
    verify,
    replay,
    shrink,
    list,
    parity,
    eval,
    campaign,
    merge,
    help,
    version
  };
  Kind kind = Kind::run;
  const sim::ScenarioInfo* scenario = nullptr;  // what to run or, if any, to help with
  sim::ScenarioOptions options = {};
  sim::ExploreOptions explore = {};
  std::string token = {};  // to replay or to shrink
  // Instead of a token: the bytes of a fuzzer, see BytesSource.
  std::optional<std::vector<std::uint8_t>> input = {};
  std::optional<std::uint32_t> jobs = {};  // worker processes to explore in; none: as many as fit
  sim::Jobs limits = {};                   // of a worker
  ReportFiles reports = {};
  parity::Sources parity = {};
  eval::Options eval = {};
  campaign::Options campaign = {};
  campaign::MergeOptions merge = {};
  bool json = false;
};

// Reads the arguments (without the program's name). The error is one line: what is wrong, what
// would be right.
absl::StatusOr<Command> parse_command(const std::vector<std::string>& arguments,
                                      const Scenarios& scenarios);

// Names that no scenario may have: the subcommands.
const std::vector<std::string>& subcommand_names();
// Names that no parameter may have: the flags of all subcommands, without the dashes.
const std::vector<std::string>& flag_names();

}  // namespace simrun
