#include "primitives/semaphore.h"

#include <stdexcept>
#include <string>

namespace sim {

Semaphore::Semaphore(const char* kind, std::ptrdiff_t permits, std::source_location place,
                     std::ptrdiff_t bound)
    : object_(kind, place), value_(permits), bound_(bound) {
  if (permits >= 0) return;
  throw std::invalid_argument(object_.describe() + ": the initial value must be >= 0, not " +
                              std::to_string(permits));
}

void Semaphore::throw_released_too_often() const {
  object_.note_read();
  throw std::invalid_argument(object_.describe() + " was released too many times");
}

void Semaphore::destroyed_in_use() {
  object_.destroyed_in_use(guards_.empty() ? "" : "a guard that outlives it", waiters_);
}

void Semaphore::Acquiring::describe(internal::WaitDescription& description) const {
  if (list() == nullptr) {
    description.what = "a Semaphore that was destroyed";
    return;
  }
  description.what = "a permit of " + semaphore_->object_.describe();
}

}  // namespace sim
