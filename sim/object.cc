#include "sim/object.h"

#include <stdexcept>
#include <string_view>

#include "sim/error.h"

namespace sim::internal {

namespace {

constexpr std::uint64_t kObjects = std::uint64_t{1} << 32;  // apart from the numbers of tasks

}  // namespace

std::uint32_t Object::next_number() {
  return current_scheduler != nullptr ? current_scheduler->next_object() : 0;
}
std::uint64_t Object::identity_of(std::uint32_t number) {
  return number != 0 ? mix(current_scheduler->origin().identity, kObjects + number) : 0;
}

// The element of a container has been made somewhere in the standard library.
std::string ObjectName::to_string() const {
  const bool in_a_container =
      std::string_view(place.file_name()).find("/include/c++/") != std::string_view::npos;
  if (in_a_container && number != 0) {
    return std::string(kind) + " number " + std::to_string(number) + " of its task";
  }
  return std::string(kind) + " made at " + sim::to_string(place);
}

void Object::note(const Access& access) const {
  if (is_dead()) [[unlikely]] return used_after_scope(access);
  current_scheduler->access(*this, access);
}

void Object::used_after_scope(const Access& access) const {
  Scheduler& scheduler = *current_scheduler;
  if (scheduler.closing()) return;
  const TaskState* task = scheduler.current();
  scheduler.report({FindingKind::use_after_scope,
                    (task != nullptr ? task->name() : "a callback") + " " + access.what + " " +
                        describe() + ", which has been destroyed",
                    access.place,
                    {}});
  scheduler.fail();
  throw CheckFailure();
}

void Object::destroyed_in_use(const std::string& holder, WaiterList& waiters) const {
  note_write("destroys", Act::destroys);
  const bool held = !holder.empty();
  std::string message = describe() + " was destroyed while";
  if (held) message += " held by " + holder;
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
  report_finding({FindingKind::destroyed_in_use, message, name_.place, {}});
}

void QueuedWaiter::throw_destroyed() const {
  resumed();
  throw std::runtime_error("what task " + task_->name() + " waited for has been destroyed");
}

}  // namespace sim::internal
