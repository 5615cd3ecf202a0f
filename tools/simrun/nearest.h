// nearest(): the name that was probably meant, for messages about one that does not exist.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace simrun {

// The candidate with the smallest edit distance to `name` (insertions, deletions, substitutions and
// swaps of neighbours), the first of equals; nothing if none is close enough to be a slip.
std::optional<std::string> nearest(absl::string_view name,
                                   const std::vector<std::string>& candidates);

}  // namespace simrun
