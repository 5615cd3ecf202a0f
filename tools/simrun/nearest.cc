#include "tools/simrun/nearest.h"

#include <algorithm>

namespace simrun {

namespace {

// Damerau and Levenshtein's, where no part is edited twice.
std::size_t edit_distance(absl::string_view a, absl::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

// How far a slip may be: two edits, or a third of a long name; less than half of a short one.
std::size_t reach(absl::string_view name) {
  return std::min(std::max<std::size_t>(2, name.size() / 3), (name.size() + 1) / 2);
}

}  // namespace

std::optional<std::string> nearest(absl::string_view name,
                                   const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = reach(name) + 1;
  for (const std::string& candidate : candidates) {
    const bool begins =
        name.size() >= 3 && candidate.compare(0, name.size(), name.data(), name.size()) == 0;
    const std::size_t distance = begins ? 1 : edit_distance(name, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace simrun
