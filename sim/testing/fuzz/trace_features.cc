#include "sim/testing/fuzz/trace_features.h"

#include "sim/explore/detector.h"

namespace sim::fuzz {

using internal::Access;
using internal::Object;
using internal::Scheduler;

void TraceFeatures::begin() {
  uses_.assign(uses_.size(), {});
  accesses_.assign(accesses_.size(), 0);
}

void TraceFeatures::on_access(const Scheduler& scheduler, const Object& object,
                              const Access& access) {
  const std::uint64_t who = internal::key_of(scheduler.current());
  const std::uint32_t number = tasks_.number_of(who);
  if (number >= accesses_.size()) accesses_.resize(number + std::size_t{1});
  const std::uint32_t which = objects_.number_of(object.identity());
  if (which >= uses_.size()) uses_.resize(which + std::size_t{1});

  Uses& uses = uses_[which];
  const Use use = {internal::mix(who, ++accesses_[number]), who};
  if (uses.write.access != 0) note(uses.write, use, object.identity());
  if (!access.write) {
    uses.read = use;
    return;
  }
  if (uses.read.access != 0) note(uses.read, use, object.identity());
  uses = {use, {}};
}

void TraceFeatures::note(const Use& before, const Use& after, std::uint64_t object) {
  if (before.task == after.task) return;
  seen_(Feature::pair, internal::mix(object, internal::mix(before.access, after.access)));
}

}  // namespace sim::fuzz
