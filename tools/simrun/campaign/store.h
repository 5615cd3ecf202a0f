// Store: what campaigns have found, in one SQLite file that outlives them. Whatever is added in one
// call is there as a whole or not at all, whenever the process is killed: the call has returned, so
// it is there, after a power failure too where the disk does what it is told (WAL, synchronous
// FULL).
//
// Rows are only ever added, but for when a run ended and whose it is; what became of a finding is
// its last sighting. So two stores can be united, and copies of one store that went different ways.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/simrun/campaign/database.h"
#include "tools/simrun/campaign/shard.h"
#include "tools/simrun/campaign/signature.h"

namespace simrun::campaign {

// One call of `simrun campaign`, continued by later ones if it was killed.
struct CampaignRun {
  std::string id;  // empty: none yet
  std::string arguments;
  std::string commit;
  std::uint64_t seed = 0;
  Share share = {};
  std::string process;  // whose it is: see process.h
};

// Of one scenario so many executions. Also a point of its coverage curve.
struct Slice {
  std::string scenario;
  std::string parameters;
  std::uint64_t seed = 0;
  std::string strategy = {};
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  std::uint64_t distinct_traces = 0;
  std::uint64_t new_traces = 0;  // that no slice of this process has seen
  double seconds = 0;
  bool exhausted = false;  // every schedule has been visited
};

// A failing schedule, with what replaying it takes.
struct Schedule {
  std::string token;
  std::string order;   // "any", "fifo"
  std::string timers;  // "strict", "slow_loop", "adversarial"
  std::uint32_t cancellations = 0;
  std::string outside;  // flags of the guard: "", "--guard fail --virtualize"
  std::uint64_t deviations = 0;
  std::string message;
  std::string place;
  bool also_under_fifo = false;
  std::string explanation;
};

// What a sighting says. `fixed`: its schedules pass. `returned`: seen after that. `stale`: they fit
// the program no more, so nothing is known.
enum class State { found, known, returned, fixed, stale };
std::string_view to_string(State state);
// Whether it fails as far as is known.
inline bool is_open(State state) { return state != State::fixed && state != State::stale; }

struct Seen {
  Signature signature;
  Schedule schedule;
};

// What is put down in one go.
struct Entry {
  const Slice* slice = nullptr;  // null: stored schedules have been replayed
  std::vector<Seen> seen = {};
  std::vector<std::string> fixed = {};  // signatures
  std::vector<std::string> stale = {};
};

struct Stored {
  std::string id;
  Signature signature;
  State state = State::found;
  std::vector<Schedule> schedules;  // the newest first
};

class Store {
 public:
  // Makes the file where there is none, and brings an older one to this version.
  static absl::StatusOr<std::unique_ptr<Store>> open(const std::string& path);
  // What a file holds, brought to this version in memory; the file is not changed.
  static absl::StatusOr<std::unique_ptr<Store>> copy(const std::string& path);
  // Kept nowhere.
  static absl::StatusOr<std::unique_ptr<Store>> in_memory();

  // Begins a run, or continues the one that has the same arguments, commit, seed and share and was
  // killed.
  absl::StatusOr<CampaignRun> begin(CampaignRun run);
  absl::Status end(const CampaignRun& run);
  // The slices of a run that is continued.
  absl::StatusOr<std::vector<Slice>> slices_of(const CampaignRun& run);
  // How many seeds, from this one on, runs that began with it have come to for a scenario.
  absl::StatusOr<std::uint64_t> seeds_used(const Slice& slice, std::uint64_t seed);

  absl::StatusOr<std::vector<Stored>> findings();
  // Puts it down, and says what each that was seen is now.
  absl::StatusOr<std::vector<State>> add(const CampaignRun& run, const Entry& entry);
  // Signatures that this run has found or seen return. With a commit, also those that another run
  // has, at the same commit: a job that is run again fails again.
  absl::StatusOr<std::map<std::string, State>> news_of(const CampaignRun& run);

  // What this run has said to be fixed.
  absl::StatusOr<std::set<std::string>> fixed_by(const CampaignRun& run);

  // Adds all that is in another store. Returns how many rows there are more.
  absl::StatusOr<std::int64_t> unite(Store& other);
  // All rows of all tables, for tests: two stores with the same lines say the same.
  absl::StatusOr<std::vector<std::string>> dump();

  Database& database() { return *database_; }

 private:
  explicit Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  static absl::StatusOr<std::unique_ptr<Store>> prepare(std::unique_ptr<Database> database);

  absl::StatusOr<std::string> unfinished(const CampaignRun& run);
  absl::StatusOr<std::int64_t> next_number(const CampaignRun& run);
  absl::Status add_slice(const CampaignRun& run, std::int64_t number, const Slice& slice,
                         std::int64_t at);
  absl::StatusOr<State> add_seen(const CampaignRun& run, std::int64_t number, const Seen& seen,
                                 std::int64_t at);
  absl::Status add_sighting(const CampaignRun& run, std::int64_t number,
                            const std::string& signature, State state, std::int64_t at);
  absl::Status add_schedule(const std::string& signature, const CampaignRun& run,
                            const Schedule& schedule, std::int64_t at);
  absl::StatusOr<bool> is_wanted(const std::string& signature, const Schedule& schedule,
                                 bool stale);

  std::unique_ptr<Database> database_;
};

}  // namespace simrun::campaign
