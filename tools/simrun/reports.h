// Reports: files that tell of what a run or an exploration came to, for people and for other
// programs: --html, --junit, --sarif, --json-lines, --trace; and --github, which prints. They are
// made of what is finished: nothing here runs a scenario.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/explore/narrated.h"
#include "sim/explore/report.h"
#include "sim/report/outcome.h"
#include "sim/scenario_run.h"
#include "tools/simrun/arguments.h"
#include "tools/simrun/output.h"
#include "tools/simrun/report_files.h"

namespace simrun {

// Takes the flags above out of `rest`. `json`: the output is to be one JSON object.
absl::StatusOr<ReportFiles> take_report_flags(Arguments& rest, bool json);

// Of an exploration, a replay or a shrinking that took `seconds`.
sim::report::Outcome outcome_of(const Command& command, const sim::Report& report, double seconds);
// Of a plain run; `told` is its narration.
sim::report::Outcome outcome_of(const Command& command, const sim::ScenarioResult& result,
                                const sim::Narration& told, double seconds);

// Writes what was asked for, each whole or not at all; the rest if one of them cannot be written.
// `html` is another page than that of the outcomes.
using Page = std::function<std::string(const sim::report::SourceReader&)>;
absl::Status write_reports(const ReportFiles& files,
                           const std::vector<sim::report::Outcome>& outcomes, Output& output,
                           const Page& html = {});

}  // namespace simrun
