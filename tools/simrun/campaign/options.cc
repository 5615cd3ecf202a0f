#include "tools/simrun/campaign/options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/simrun/guard_flags.h"

namespace simrun::campaign {

std::string arguments_of(const Options& options) {
  return absl::StrCat(
      absl::StrJoin(options.globs, " "), " --budget ",
      options.budget ? absl::FormatDuration(*options.budget) : "none", " --executions ",
      options.executions ? absl::StrCat(*options.executions) : "none", " --order ",
      static_cast<int>(options.order), " --time ", static_cast<int>(options.time), " --cancel ",
      options.cancellations, " --max-failures ", options.max_failures,
      guard_flags(options.outside),
      options.check_every_execution ? " --check-determinism" : "");
}

}  // namespace simrun::campaign
