#include "sim/cancelled_place.h"

namespace sim::internal {

namespace {

struct Latest {
  std::exception_ptr error;
  std::source_location place;
};
thread_local Latest latest;

}  // namespace

void note_cancelled(const std::exception_ptr& error, const std::source_location& place) noexcept {
  if (latest.error != error) latest = {error, place};
}

std::source_location cancelled_place(const std::exception_ptr& error) noexcept {
  return error != nullptr && error == latest.error ? latest.place : std::source_location();
}

}  // namespace sim::internal
