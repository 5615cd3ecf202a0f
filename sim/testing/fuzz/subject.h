// Subject: the scenario or SIM_TEST that a fuzzer runs, under one schedule after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/explore/crash_report.h"
#include "sim/explore/execution.h"
#include "sim/explore/explore.h"
#include "sim/testing/fuzz/trace_features.h"

namespace sim::fuzz {

class Subject {
 public:
  // `arguments` are those of `simrun explore` behind the scenario's name, and before them
  // --scenario=NAME where there are several scenarios and tests; a test takes no others. Throws
  // std::invalid_argument with one line.
  Subject(const std::vector<std::string>& arguments, TraceFeatures::Seen seen);
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  ~Subject();

  const std::string& name() const { return options_.scenario_name; }

  // Runs the schedule. True if it fails; then explain() says how.
  bool fails(std::span<const std::uint8_t> input);
  // What the last schedule showed, shrunk, with the line that replays it.
  std::string explain();
  // What the token's schedule shows; empty if nothing. Throws as sim::replay().
  std::string replay(const std::string& token);
  // How many decisions the last run made.
  std::uint32_t decisions() const { return decisions_; }

 private:
  struct Chosen;

  std::unique_ptr<Chosen> chosen_;
  ExploreOptions options_;
  TraceFeatures features_;
  std::optional<Execution> execution_;
  std::optional<CrashReport> crash_report_;
  std::vector<Deviation> failed_;
  std::string found_;  // what failed, in a line
  std::uint32_t decisions_ = 0;
};

}  // namespace sim::fuzz
