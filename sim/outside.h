// OutsideWorld: what becomes of the calls by which a step asks the world outside of its run: the
// time of day, random numbers, a nap, a thread. They are noticed where simloop::guard is linked, as
// it is to simrun; see sim/guard/guard.h.
#pragma once

#include <cstdint>

#include "sim/finding.h"

namespace sim {

enum class OutsideCalls : std::uint8_t {
  ignored,
  told,   // the finding outside_call, a warning
  fatal,  // the same, and it fails the run
};

struct OutsideWorld {
  OutsideCalls calls = OutsideCalls::told;
  // Whether clocks, naps and random numbers are those of the run instead.
  bool virtualize = false;
};

// Whether a finding of this kind fails a run with these options.
inline bool fails(FindingKind kind, const OutsideWorld& outside) {
  return fails_by_default(kind) ||
         (kind == FindingKind::outside_call && outside.calls == OutsideCalls::fatal);
}

namespace internal {

// How many OwnCalls there are.
extern constinit thread_local int own_calls;

// While it exists, what is called is called by simloop and not by the program.
class OwnCalls {
 public:
  OwnCalls() noexcept { ++own_calls; }
  OwnCalls(const OwnCalls&) = delete;
  OwnCalls& operator=(const OwnCalls&) = delete;
  ~OwnCalls() { --own_calls; }
};

}  // namespace internal
}  // namespace sim
