#include "sim/object.h"

#include <stdexcept>

namespace sim::internal {

namespace {

constexpr std::uint64_t kObjects = std::uint64_t{1} << 32;  // apart from the numbers of tasks

}  // namespace

std::uint64_t Object::next_identity() {
  if (current_scheduler == nullptr) return 0;
  return mix(current_scheduler->origin().identity, kObjects + current_scheduler->next_object());
}

std::string Object::describe() const {
  return std::string(kind_) + " made at " + to_string(place_);
}

void Object::note(const char* what, bool write) const {
  current_scheduler->access(*this, what, write);
}

void Object::destroyed_in_use(bool held, const TaskState* holder, WaiterList& waiters) const {
  std::string message = describe() + " was destroyed while";
  if (held) message += " held by " + (holder != nullptr ? holder->name() : "a callback");
  std::string names;
  std::string stacks;
  for (const QueuedWaiter* w = waiters.first(); w != nullptr; w = WaiterList::next(w)) {
    if (w->status() == WaitStatus::cancelled) continue;  // it wants nothing any more
    names += (names.empty() ? " " : ", ") + w->task()->name();
    stacks += "\n" + w->task()->name() + " waits\n" + w->task()->stack();
    stacks.pop_back();
  }
  waiters.detach_all();
  if (!held && names.empty()) return;
  if (!names.empty()) message += (held ? " and waited for by" : " waited for by") + names + stacks;
  report_finding({FindingKind::destroyed_in_use, message, place_, {}});
}

void QueuedWaiter::throw_destroyed() const {
  resumed();
  throw std::runtime_error("what task " + task_->name() + " waited for has been destroyed");
}

}  // namespace sim::internal
