#include "primitives/semaphore.h"

#include <stdexcept>

namespace sim {

Semaphore::Semaphore(const char* kind, std::ptrdiff_t permits, std::source_location place,
                     std::ptrdiff_t bound)
    : value_(permits), bound_(bound), object_(kind, place) {
  if (permits < 0) throw std::invalid_argument("Semaphore initial value must be >= 0");
}

void Semaphore::throw_released_too_often() {
  throw std::invalid_argument("BoundedSemaphore released too many times");
}

void Semaphore::destroyed_in_use() {
  object_.destroyed_in_use(!guards_.empty(), nullptr, waiters_);
}

void Semaphore::Acquiring::describe(internal::WaitDescription& description) const {
  if (list() == nullptr) {
    description.what = "a Semaphore that was destroyed";
    return;
  }
  description.what = "a permit of " + semaphore_->object_.describe();
}

}  // namespace sim
