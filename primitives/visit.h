// Visit: lets an operation that suspends know, when it goes on, whether its primitive still exists.
#pragma once

#include "primitives/guard.h"

namespace sim::internal {

// Stands in a list that is a member of the primitive.
class Visit : GuardList::Node {
 public:
  explicit Visit(GuardList& visits) { enter(visits); }
  bool destroyed() const { return list() == nullptr; }
};

}  // namespace sim::internal
