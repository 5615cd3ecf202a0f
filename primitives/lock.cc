#include "primitives/lock.h"

#include <stdexcept>

namespace sim {

void Lock::throw_not_held() const {
  object_.note_read();
  throw std::runtime_error(object_.describe() + " is not acquired");
}

void Lock::destroyed_in_use() {
  const std::string holder = owner_ != nullptr ? owner_->name() : "a callback";
  object_.destroyed_in_use(locked_ ? holder : "", waiters_);
}

void Lock::describe(internal::WaitDescription& description) const {
  description.what = object_.describe();
  if (!locked_) return;
  if (owner_ == nullptr) {
    description.remark = "held by a callback";
  } else if (owner_->done()) {
    description.remark = "held by " + owner_->name() + ", which ended without releasing it";
  } else {
    description.remark = "held by " + owner_->name();
    description.holders.push_back(owner_.get());
  }
}

void Lock::Acquiring::describe(internal::WaitDescription& description) const {
  if (list() == nullptr) {
    description.what = "a Lock that was destroyed";
    return;
  }
  lock_->describe(description);
}

}  // namespace sim
