// TraceFeatures: what a run has shown of its trace, as numbers that count as coverage. Which code
// was reached says little of schedules; these say in which order what is shared was used:
//
//   - each pair of accesses to one object that stand in conflict and follow each other: which
//     access of which task came after which access of which other;
//   - the canonical hash of the whole run: equal for schedules that are one trace.
//
// A fuzzer keeps an input that shows a number it has not seen, and goes on from there.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "sim/explore/identity_table.h"
#include "sim/watcher.h"

namespace sim::fuzz {

enum class Feature : std::uint8_t { pair, trace };

class TraceFeatures final : public internal::Watcher {
 public:
  using Seen = std::function<void(Feature, std::uint64_t)>;
  explicit TraceFeatures(Seen seen) : seen_(std::move(seen)) {}

  void begin();
  // The run is over, and this is the canonical hash of it.
  void end(std::uint64_t canonical_hash) { seen_(Feature::trace, canonical_hash); }

  void on_step(const internal::Scheduler&, internal::Entry) override {}
  void on_access(const internal::Scheduler& scheduler, const internal::Object& object,
                 const internal::Access& access) override;

 private:
  struct Use {
    std::uint64_t access = 0;  // the task, and which access of the task it was
    std::uint64_t task = 0;
  };
  struct Uses {
    Use write;  // the latest
    Use read;   // the latest since then
  };
  void note(const Use& before, const Use& after, std::uint64_t object);

  Seen seen_;
  internal::IdentityTable objects_;
  internal::IdentityTable tasks_;
  std::vector<Uses> uses_;               // of the objects, by their numbers
  std::vector<std::uint32_t> accesses_;  // so far, of the tasks by theirs
};

}  // namespace sim::fuzz
