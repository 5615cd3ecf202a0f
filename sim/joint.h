// Joint: what several steps have to do with and is no Object: the children of a group, the futures
// of a wait(), a deadline.
#pragma once

#include <cstdint>

#include "sim/happens_before.h"

namespace sim::internal {

// See Scheduler::new_identity(); 0 where nobody watches.
std::uint64_t new_identity();

// How a step has to do with one. Two steps that both look, or both add, may change places.
enum class Relation : std::uint8_t {
  looks,    // at it
  changes,  // it
  adds,     // to it; what is added has no order
  joins,    // what was added: this step is ready only because of all of it
  cancels,  // of a task: changes where that goes on
  disarms,  // of a timer: it does not run, if it was due
};

struct Joint {
  std::uint64_t identity = new_identity();
  HappensBefore::Past past{};
  bool added = false;  // the reads of its past are additions

  // Its past before something is added, or before something else: of two kinds that are like reads
  // each comes after the other.
  HappensBefore::Past& before(bool adds) {
    if (adds != added) HappensBefore::part(past);
    added = adds;
    return past;
  }
};

}  // namespace sim::internal
