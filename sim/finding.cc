#include "sim/finding.h"

#include <array>

namespace sim {

namespace {

constexpr std::array<std::string_view, kFindingKinds> kNames = {
    "assertion",         "unhandled_exception",
    "deadlock",          "livelock",
    "never_awaited",     "pending_at_end",
    "exception_never_retrieved", "cancellation_swallowed",
    "stale_read",        "lock_not_held",
    "lock_held_at_end",  "lock_cycle",
    "destroyed_in_use",  "use_after_scope",
    "limit_exceeded",    "blocking_step",
    "starvation",        "invariant",
    "liveness",          "crash",
    "not_deterministic", "outside_call",
};

}  // namespace

std::string_view to_string(FindingKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

bool fails_by_default(FindingKind kind) {
  return kind != FindingKind::lock_cycle && kind != FindingKind::blocking_step &&
         kind != FindingKind::starvation && kind != FindingKind::outside_call;
}

std::string to_string(const std::source_location& place) {
  return std::string(place.file_name()) + ":" + std::to_string(place.line());
}

}  // namespace sim
