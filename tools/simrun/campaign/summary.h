// What a campaign came to, as text for people and as one JSON object for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/simrun/campaign/options.h"
#include "tools/simrun/campaign/store.h"
#include "tools/simrun/output.h"

namespace simrun::campaign {

// What has become of a finding, as this campaign tells it. In the order of their importance.
enum class News { returned, fresh, known, stale, fixed };
std::string_view to_string(News news);

struct Reported {
  std::string id;
  News news = News::known;
  Signature signature;
  Schedule schedule;
  std::string replay;  // the command line
};

struct Tally {
  std::string scenario;
  std::uint64_t slices = 0;
  std::uint64_t executions = 0;
  std::uint64_t traces = 0;
  // Of the last slice, how many of its executions were of new traces.
  double new_of_late = 0;
  bool exhausted = false;
};

struct Summary {
  std::vector<Tally> tallies;
  std::vector<Reported> findings;  // the most important first
  double seconds = 0;
  std::string run;
  std::string store;
  std::string trouble;     // with the store; empty: everything has been stored
  bool continued = false;  // a campaign that was killed
  bool interrupted = false;
  bool failed = false;  // exit code 1

  std::uint64_t executions() const;
  std::uint64_t slices() const;
  std::size_t count(News news) const;
};

// "RETURNED  account: assertion: SIM_CHECK(...) failed at ...", without a line end.
std::string event_line(const Reported& reported, const Output& output);
std::string summary_as_text(const Summary& summary, const Output& output);
std::string summary_as_json(const Summary& summary, const Options& options);

}  // namespace simrun::campaign
