#include "primitives/event.h"

namespace sim {

void Event::destroyed_in_use() {
  if (waiters_.first_waiting() == nullptr) return waiters_.detach_all();  // all of them are woken
  object_.destroyed_in_use("", waiters_);
}

void Event::Waiting::describe(internal::WaitDescription& description) const {
  description.what = list() != nullptr ? event_->object_.describe() : "an Event that was destroyed";
}

}  // namespace sim
