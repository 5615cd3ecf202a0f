#include "sim/check.h"

#include <cstdio>
#include <cstdlib>

#include "sim/error.h"
#include "sim/scheduler.h"

namespace sim::internal {

void check_failed(const std::string& message, std::source_location place) {
  const std::string text = message + " failed at " + to_string(place);
  if (current_scheduler == nullptr) {
    std::fprintf(stderr, "simloop: assertion: %s\n", text.c_str());
    std::abort();
  }
  // A second failure on the way out of the first adds nothing.
  if (!current_scheduler->failed()) {
    current_scheduler->report({FindingKind::assertion, text, place, {}});
    current_scheduler->fail();
  }
  throw CheckFailure();
}

}  // namespace sim::internal
