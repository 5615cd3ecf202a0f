// merge: unites stores. What the result shows does not depend on the order in which they are named,
// nor on how often; a store that has been merged before adds nothing.
#pragma once

#include <cstdio>

#include "tools/simrun/campaign/options.h"
#include "tools/simrun/output.h"

namespace simrun::campaign {

// Adds the stores to options.store, which is made where it is not there and one of them can be
// read. The exit code: kBadUsage if one of them could not be read or the result not be written,
// with a line for each on `err`. The others are there all the same.
int run_merge(const MergeOptions& options, bool json, Output& output, std::FILE* err);

}  // namespace simrun::campaign
