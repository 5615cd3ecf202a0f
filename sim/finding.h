// Finding: something wrong that a run has shown: its kind, what happened, and where.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

namespace sim {

enum class FindingKind : std::uint8_t {
  assertion,
  unhandled_exception,
  deadlock,
  livelock,
  never_awaited,
  pending_at_end,
  exception_never_retrieved,
  cancellation_swallowed,
  stale_read,
  lock_not_held,
  lock_held_at_end,
  lock_cycle,
  destroyed_in_use,
  use_after_scope,
  limit_exceeded,
  blocking_step,
  starvation,
  invariant,
  liveness,
  crash,
  not_deterministic,
  outside_call,
};
inline constexpr int kFindingKinds = static_cast<int>(FindingKind::outside_call) + 1;

// The name of a kind as it is spelt everywhere: "never_awaited".
std::string_view to_string(FindingKind kind);

// False for the kinds that only warn unless asked for: lock_cycle, blocking_step, starvation,
// outside_call.
bool fails_by_default(FindingKind kind);

struct Finding {
  FindingKind kind;
  std::string message;         // one line or a few: names, places, who waits for whom
  std::source_location place;  // where it is in the program; line 0 when it has no one place
  std::string stack;           // the async stack of the task it happened in, else empty
};

// What a run reports to. Without one a run prints findings to standard error.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_finding(const Finding& finding) = 0;
  // Whether it has been told of a finding of this kind at this place before: then the same again
  // may come without its text, which takes longer to make than most runs.
  virtual bool knows(FindingKind, const std::source_location&) const { return false; }
};

// "dir/file.cc:12".
std::string to_string(const std::source_location& place);

}  // namespace sim
