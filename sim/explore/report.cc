#include "sim/explore/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "sim/internal/with_commas.h"

namespace sim {

namespace {

using internal::with_commas;

std::string counted(std::uint64_t count, const char* what) {
  return absl::StrCat(with_commas(count), " ", what, count == 1 ? "" : "s");
}

}  // namespace

std::string Report::verdict() const {
  std::string text;
  const bool reduced = strategy == "dpor";
  if (ok() && exhausted && reduced) {
    const std::string traces = distinct_traces == 1
                                   ? "the only trace"
                                   : absl::StrCat("all ", with_commas(distinct_traces), " traces");
    return absl::StrCat(traces, " in ",
                        counted(executions, "execution"), ", ", with_commas(redundant),
                        " redundant; state in Shared<T> and the library's primitives; "
                        "orders: any; timers: strict; cancellations: ",
                        cancellations);
  }
  if (ok()) {
    text = exhausted ? "no bug: all schedules visited, " : "no bug in ";
  } else {
    text = absl::StrCat(counted(failures.size(), "bug"), " in ");
  }
  absl::StrAppend(&text, counted(executions, "execution"), ", ", distinct_is_exact ? "" : "about ",
                  counted(distinct_traces, "distinct trace"));
  if (ok() && !exhausted && all_traces) {
    return text + ", which are all of state in Shared<T> and the library's primitives";
  }
  if (ok() && !exhausted && estimate.executions > 0) {
    absl::StrAppend(&text, "; chance that the next one is new < ",
                    absl::StrFormat("%.3g", 100 * estimate.bound), " % (95 %, ", estimate.sampler,
                    ")");
  }
  if (ok() && !exhausted && explored > 0) {
    absl::StrAppend(&text, "; ", absl::StrFormat("%.2g", 100 * explored),
                    " % of what is planned so far");
  }
  return text;
}

std::string Report::to_json() const {
  using Json = nlohmann::ordered_json;
  Json found = Json::array();
  for (const Failure& failure : failures) {
    Json deviations = Json::array();
    for (const Deviation& each : failure.deviations) {
      deviations.push_back(
          {{"decision", each.decision}, {"choices", each.choices}, {"index", each.index}});
    }
    found.push_back({{"kind", to_string(failure.kind)},
                     {"message", failure.message},
                     {"token", failure.token},
                     {"deviations", std::move(deviations)},
                     {"executions_to_find", failure.executions_to_find},
                     {"also_under_fifo", failure.also_under_fifo},
                     {"replays", failure.minimality.replays},
                     {"minimal", failure.minimality.certain},
                     {"from_run_to_block", failure.minimality.from_run_to_block},
                     {"explanation", failure.explanation()}});
  }
  Json warned = Json::array();
  for (const Finding& warning : warnings) {
    warned.push_back({{"kind", to_string(warning.kind)}, {"message", warning.message}});
  }
  const Json report = {{"ok", ok()},
                       {"verdict", verdict()},
                       {"strategy", strategy},
                       {"executions", executions},
                       {"steps", steps},
                       {"distinct_traces", distinct_traces},
                       {"distinct_is_exact", distinct_is_exact},
                       {"redundant", redundant},
                       {"exhausted", exhausted},
                       {"all_traces", all_traces},
                       {"explored", explored},
                       {"cancellations", cancellations},
                       {"stopped", stopped},
                       {"estimate",
                        {{"sampler", estimate.sampler},
                         {"executions", estimate.executions},
                         {"unseen", estimate.unseen},
                         {"bound", estimate.bound}}},
                       {"failures", std::move(found)},
                       {"warnings", std::move(warned)}};
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sim
